"""Errors of lineage-kit. Every message says how to mend what went wrong."""

from __future__ import annotations


class LineageKitError(Exception):
    """Base class of everything that lineage-kit raises on purpose."""
