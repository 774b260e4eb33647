"""The answer to a Salesforce query, to objects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lineage_kit.datasets.databases.systems import authority_of
from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors.connections import connection_of
from lineage_kit.extractors.copies import PART, Copy, lineage_of_copies, stored_object
from lineage_kit.extractors.family import family
from lineage_kit.facets.incomplete import Cause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction

#: Domains at which everybody signs in: they say nothing about the instance.
_SIGN_IN = frozenset({"login", "test"})
#: A text, a bracket, or a name behind FROM; a text has its quotes escaped by a backslash.
_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|(?P<open>\()|(?P<close>\))|\bFROM\s+(?P<name>\w+)", re.IGNORECASE)


@family("transfers")
def salesforce_to_s3(extraction: Extraction) -> OperatorLineage:
    """``SalesforceToS3Operator``: the Salesforce objects that the query names, and the object in S3.

    The instance is that of the connection: `instance_url`, `instance`, or `domain` where it is an own one. Without
    them nobody knows it but the session, and the source is not told.
    """
    task = extraction.task
    target = stored_object("s3", task.s3_bucket_name, task.s3_key)
    return _queried(extraction, task.salesforce_query, target)


@family("transfers")
def salesforce_to_gcs(extraction: Extraction) -> OperatorLineage:
    """``SalesforceToGcsOperator``: the Salesforce objects that the query names, and the object.

    The instance is that of the connection: `instance_url`, `instance`, or `domain` where it is an own one. Without
    them nobody knows it but the session, and the source is not told.
    """
    task = extraction.task
    return _queried(extraction, task.query, stored_object("gs", task.bucket_name, task.object_name))


def _queried(extraction: Extraction, query: str, target: DatasetName | None) -> OperatorLineage:
    instance = extraction.attempt(PART, lambda: _instance(extraction))
    if instance is None:
        extraction.omit(
            PART,
            Cause.NOT_SUPPORTED_HERE,
            "The connection names no Salesforce instance; give it `instance_url`, or the `domain` of the organisation.",
        )
        return lineage_of_copies([Copy(None, target)])
    names = dict.fromkeys(_objects(query))
    copies = [Copy(DatasetName(f"salesforce://{instance}", name), target) for name in names]
    return lineage_of_copies(copies or [Copy(None, target)])


def _instance(extraction: Extraction) -> str | None:
    extra = connection_of(extraction, extraction.task.salesforce_conn_id).extra_dejson
    url, instance, domain = (
        str(extra.get(field) or extra.get(f"extra__salesforce__{field}") or "")
        for field in ("instance_url", "instance", "domain")
    )
    own_domain = f"{domain}.salesforce.com" if domain and domain not in _SIGN_IN else ""
    return authority_of(url or instance or own_domain, None)


def _objects(query: str) -> Iterator[str]:
    """Yield the objects that a query names.

    In brackets before the query's own FROM, SOQL has relationships in the place of objects; behind it, objects.
    """
    depth = 0
    found = False
    for token in _TOKEN.finditer(query):
        depth += bool(token["open"]) - bool(token["close"])
        if token["name"] and (found or depth == 0):
            found = True
            yield token["name"]
