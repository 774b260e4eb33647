"""Errors of lineage-kit. Every message says how to mend what went wrong."""

from __future__ import annotations


class LineageKitError(Exception):
    """Base class of everything that lineage-kit raises on purpose."""


class DatabaseDescriptionError(LineageKitError):
    """What is registered for a connection type does not describe a database."""


class DbtArtifactsError(LineageKitError):
    """The files that dbt leaves behind do not tell what a task's call of dbt did."""


class LineageDocumentError(LineageKitError):
    """A lineage document is not what its schema asks for, or names what is not there; no value is quoted."""


class DeclarationError(LineageKitError, ValueError):
    """A declared table, file or column is not of the right form, or contradicts another; the message shows the form."""


class DatasetIdentityError(LineageKitError):
    """What is to identify a dataset does not lead to a name; no value is quoted."""
