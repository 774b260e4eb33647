"""Queries of Athena: tables of the Glue Data Catalog and of other catalogues, and objects in S3."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset

from lineage_kit.datasets.databases import Database
from lineage_kit.datasets.naming import DatasetName, from_uri
from lineage_kit.extractors.aws import GLUE_CATALOG, Place, external_query, place_of, schema
from lineage_kit.extractors.extraction import EventKind, Extraction
from lineage_kit.extractors.family import correction
from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.sql.datasets import Destination
from lineage_kit.extractors.sql.lineage import Ask, lineage_of_sql, read_sql
from lineage_kit.extractors.sql.query import sql_facet
from lineage_kit.extractors.sql.source import Source
from lineage_kit.extractors.sql.stored import StoredTable
from lineage_kit.extractors.symlinks import KEY as SYMLINKS
from lineage_kit.extractors.symlinks import link
from lineage_kit.facets.incomplete import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lineage_kit.sql import TableName

_ATHENA = "awsathena://"

log = logging.getLogger(__name__)


@correction("services")
def athena(extraction: Extraction, official: Callable[[], OperatorLineage]) -> OperatorLineage | None:
    """``AthenaOperator``: the tables of its query with column lineage, and the S3 locations that it writes.

    Every table that the query names, before it has run, too. What Athena tells of a table, one request for each once
    the query has ended, is added: columns and types, and the location in S3 as a symbolic link; the operator alone
    leaves a table out where Athena tells no location, as of views, or refuses to tell. Of a query that is not
    understood, the operator's own answer has what Athena tells, and nothing is asked again. The output location, that
    of CREATE TABLE AS and that of UNLOAD are outputs, named without slashes around the path, as those name them who
    read there. A table's name for Glue is a symbolic link where the connection's role tells the account.
    """
    task = extraction.task
    place = place_of(extraction, task)
    if place.athena is None:
        return None
    ended = extraction.kind is not EventKind.START
    catalogue = _Catalogue(extraction, _database(task, place.athena))
    source = Source(task.hook, None, catalogue.database, None, catalogue.read)
    found = read_sql(extraction, source, task.query)
    others = _described(official(), catalogue.database, place) if found.problems and ended else OperatorLineage()
    asked = Ask.COLUMNS if ended and not found.problems else Ask.NOTHING
    lineage, _ = lineage_of_sql(extraction, source, task.query, found, asked, Destination(_results(task)))
    for dataset in (*lineage.inputs, *lineage.outputs):
        _describe(dataset, catalogue.metadata, place)
    facets = OperatorLineage(
        run_facets=external_query(task.query_execution_id, "awsathena"), job_facets={"sql": sql_facet(task.query)}
    )
    return combine([others, lineage, facets])


@dataclass(frozen=True)
class _AthenaDatabase(Database):
    """Names of tables in catalogues; how their own names are spelled does not matter to Athena."""

    def dataset_name(
        self, database: str | None, schema: str | None, name: str, *, as_stored: bool = False
    ) -> DatasetName | None:
        return super().dataset_name(self.catalogue(database), schema, name, as_stored=as_stored)

    def catalogue(self, name: str | None) -> str | None:
        """Return the name of a catalogue in the spelling that others have for it."""
        known = (each for each in (self.database, GLUE_CATALOG) if each)
        return next((each for each in known if name and each.lower() == name.lower()), name)


def _database(task: Any, namespace: str) -> _AthenaDatabase:
    schema = task.database or task.query_execution_context.get("Database")
    return catalogue_at(namespace, getattr(task, "catalog", None), schema)


def catalogue_at(namespace: str, catalogue: str | None = None, database: str | None = None) -> _AthenaDatabase:
    """Return a catalogue as Athena sees it, that of Glue where none is named."""
    return _AthenaDatabase(
        namespace=namespace,
        dialect="athena",
        database=catalogue or GLUE_CATALOG,
        schema=database,
        schema_required=True,
    )


def _results(task: Any) -> list[Dataset]:
    """Return the place that the operator names for results; Athena writes there, whatever the statement."""
    location = task.output_location or task.result_configuration.get("OutputLocation")
    name = from_uri(location) if location else None
    return [Dataset(namespace=name.namespace, name=name.name, facets={})] if name else []


@dataclass
class _Catalogue:
    """What Athena tells of tables; each is asked for once, whatever came out.

    Args:
        extraction: the task and the event.
        database: completes the names of tables.
        metadata: what was told, by the names of the datasets; empty where it was nothing.

    """

    extraction: Extraction
    database: _AthenaDatabase
    metadata: dict[DatasetName, Mapping[str, Any]] = field(default_factory=dict)

    def read(self, tables: Iterable[TableName]) -> dict[TableName, StoredTable]:
        """Return those of ``tables`` whose columns Athena tells."""
        stored: dict[TableName, StoredTable] = {}
        for table in tables:
            name = self.database.dataset_name(table.database, table.schema, table.name, as_stored=True)
            if name is None:
                continue
            if name not in self.metadata:
                self.metadata[name] = self._ask(table)
            columns = tuple((column["Name"], column.get("Type", "")) for column in _columns(self.metadata[name]))
            if columns:
                stored[table] = StoredTable(None, table.schema or self.database.schema, table.name, columns)
        return stored

    def _ask(self, table: TableName) -> Mapping[str, Any]:
        if self.extraction.budget.spent():
            self.extraction.omit("schema", Cause.TIME_BUDGET, f"No time was left to ask Athena about `{table}`.")
            return {}
        try:
            answer: Mapping[str, Any] = self.extraction.task.hook.get_conn().get_table_metadata(
                CatalogName=self.database.catalogue(table.database) or self.database.database,
                DatabaseName=table.schema or self.database.schema,
                TableName=table.name,
            )
        except Exception as error:
            # Missing rights, other catalogues, a table that is gone: it is named all the same.
            log.debug("Athena does not describe `%s`", table, exc_info=True)
            self.extraction.omit("schema", Cause.FAILED, f"Athena does not describe `{table}`: {type(error).__name__}.")
            return {}
        return answer["TableMetadata"]  # type: ignore[no-any-return] # the client's answers have no types


def _columns(metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the columns in the order of ``SELECT *``."""
    return [*metadata.get("Columns", ()), *metadata.get("PartitionKeys", ())]


def _describe(dataset: Dataset, metadata: Mapping[DatasetName, Mapping[str, Any]], place: Place) -> None:
    """Add what is known of a table: its columns with their comments, its name for Glue, and its location."""
    _link_glue(dataset, place)
    told = metadata.get(DatasetName(dataset.namespace, dataset.name), {})
    dataset.facets = {**(dataset.facets or {}), **schema(_columns(told))}
    location = (told.get("Parameters") or {}).get("location")
    link(dataset, from_uri(location) if location else None, "LOCATION")


def _link_glue(dataset: Dataset, place: Place) -> None:
    """Let a table of the Glue Data Catalog say what Glue calls it, where that is known."""
    catalogue, _, name = dataset.name.partition(".")
    if dataset.namespace == place.athena and catalogue == GLUE_CATALOG:
        link(dataset, place.glue_name(*name.split(".", 1)), "TABLE")


def _described(answer: OperatorLineage, database: _AthenaDatabase, place: Place) -> OperatorLineage:
    """Return what the operator made of a statement that the engine does not understand, with names that others have.

    Its output location is left out: it has a name that is nobody's.
    """
    inputs = [_renamed(dataset, database, place) for dataset in answer.inputs]
    outputs = [_renamed(each, database, place) for each in answer.outputs if each.namespace.startswith(_ATHENA)]
    return OperatorLineage(inputs=inputs, outputs=outputs, run_facets=answer.run_facets)


def _renamed(table: Dataset, database: _AthenaDatabase, place: Place) -> Dataset:
    """Return a table of the operator's answer under the name that it has elsewhere.

    The operator keeps the statement's spelling, and knows no region where only the settings of boto3 tell it.
    """
    catalogue, *rest = table.name.split(".")
    name = ".".join((database.catalogue(catalogue) or catalogue, *(part.lower() for part in rest)))
    facets = dict(table.facets or {})
    places = facets.pop(SYMLINKS).identifiers if SYMLINKS in facets else ()
    dataset = Dataset(namespace=database.namespace, name=name, facets=facets)
    _link_glue(dataset, place)
    for each in places:
        link(dataset, from_uri(f"{each.namespace}{each.name}"), "LOCATION")
    return dataset
