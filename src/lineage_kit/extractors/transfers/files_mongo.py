"""Collections of MongoDB to objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.databases.systems import authority_of
from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors.connections import connection_of
from lineage_kit.extractors.copies import PART, Copy, lineage_of_copies, stored_object
from lineage_kit.extractors.family import family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction

_PORT = 27017
#: Stages that read another collection, and where in them it is.
_READING = {"$lookup": "from", "$graphLookup": "from", "$unionWith": "coll"}
#: Stages that write one.
_WRITING = {"$out": "coll", "$merge": "into"}


@family("transfers")
def mongo_to_s3(extraction: Extraction) -> OperatorLineage:
    """``MongoToS3Operator``: the collections that the query or the pipeline reads, and the object in S3.

    Collections that the pipeline writes (`$out`, `$merge`) are outputs too.
    """
    task = extraction.task
    return _exported(extraction, stored_object("s3", task.s3_bucket, task.s3_key))


@family("transfers")
def mongo_to_gcs(extraction: Extraction) -> OperatorLineage:
    """``MongoToGCSOperator``: the collections that the query or the pipeline reads, and the objects.

    The objects are told afterwards, as the hook reported them. Collections that the pipeline writes (`$out`, `$merge`)
    are outputs too.
    """
    return _exported(extraction, None)


def _exported(extraction: Extraction, target: DatasetName | None) -> OperatorLineage:
    task = extraction.task
    named = extraction.attempt(PART, lambda: collection_naming(extraction))
    if named is None:
        return lineage_of_copies([Copy(None, target)])
    pipeline = task.mongo_query if isinstance(task.mongo_query, list) else []
    read = dict.fromkeys([named(task.mongo_collection), *map(named, _collections(pipeline, _READING))])
    written = dict.fromkeys(map(named, _collections(pipeline, _WRITING)))
    targets = [target, *written] if target or not written else [*written]
    return lineage_of_copies(Copy(source, each) for source in read for each in targets)


def collection_naming(extraction: Extraction) -> Callable[[Any], DatasetName] | None:
    """Return what names a collection as the provider's asset converter does; None where server or database are unknown.

    A stage names a collection of the same database by its name, one of another by a mapping.
    """
    task = extraction.task
    connection = connection_of(extraction, task.mongo_conn_id)
    authority = authority_of(connection.host, connection.port or _PORT)
    database = task.mongo_db or connection.schema
    if not authority or not database:
        return None

    def name(collection: Any) -> DatasetName:
        if isinstance(collection, dict):
            return DatasetName(f"mongodb://{authority}", f"{collection.get('db') or database}.{collection['coll']}")
        return DatasetName(f"mongodb://{authority}", f"{database}.{collection}")

    return name


def _collections(pipeline: Any, stages: dict[str, str]) -> Iterator[Any]:
    """Yield what the stages of a pipeline name, those of the pipelines inside it included."""
    for stage in pipeline if isinstance(pipeline, list) else ():
        for kind, body in stage.items() if isinstance(stage, dict) else ():
            if kind in stages:
                yield from _named(body, stages[kind])
            for nested in _nested(kind, body):
                yield from _collections(nested, stages)


def _named(body: Any, field: str) -> Iterator[Any]:
    """Yield the collection of one stage, which is its whole body or a field of it; other targets are none."""
    is_mapping = isinstance(body, dict)
    found = body.get(field) if is_mapping and field != "coll" else body
    if isinstance(found, str) or (is_mapping and isinstance(found, dict) and isinstance(found.get("coll"), str)):
        yield found


def _nested(kind: str, body: Any) -> Iterator[Any]:
    if isinstance(body, dict):
        yield from body.values() if kind == "$facet" else [body.get("pipeline")]
