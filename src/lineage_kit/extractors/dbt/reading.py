"""What each node of a call of dbt read and wrote: its tables, column by column."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.databases import Database, FileDatabase
from lineage_kit.extractors.dbt.nodes import Node, executed_nodes, parents_of, relation_of
from lineage_kit.extractors.sql import datasets
from lineage_kit.extractors.sql.files import read_files
from lineage_kit.extractors.sql.lineage import quoted_columns
from lineage_kit.extractors.sql.source import Source
from lineage_kit.extractors.sql.stored import StoredTable, Tables
from lineage_kit.extractors.statistics import with_row_count
from lineage_kit.facets.incomplete import Cause
from lineage_kit.sql import SqlLineage, StatementLineage, TableName, analyze

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from airflow.providers.openlineage.extractors import OperatorLineage
    from openlineage.client.event_v2 import Dataset

    from lineage_kit.extractors.dbt.artifacts import Artifacts
    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.sql import Location

#: How much of the time that is left goes into reading SQL; what comes after is to tell what was found.
_SHARE = 0.6


@dataclass(frozen=True)
class NodeLineage:
    """What one node read and wrote."""

    node: Node
    lineage: OperatorLineage


class Reader:
    """Names and columns of the tables of one call."""

    def __init__(self, extraction: Extraction, artifacts: Artifacts, database: Database) -> None:
        self._extraction = extraction
        self._artifacts = artifacts
        self._database = database
        self._adapter: str | None = artifacts.manifest["metadata"].get("adapter_type")
        self._names: dict[str, TableName | Location] = {}

    def nodes(self) -> list[NodeLineage]:
        """Return what each executed node read and wrote, in the order in which they ran.

        What the SQL engine understands of a model is believed about what it read. Otherwise dbt is, which also names
        what is referred to in a comment only; tests read what they refer to.
        """
        nodes = executed_nodes(self._artifacts)
        parents = {node.unique_id: list(parents_of(self._artifacts.manifest, node.definition)) for node in nodes}
        self._find_names([*itertools.chain(*parents.values()), *(node.relation for node in nodes if node.relation)])
        tables = Tables(Source(None, None, self._database, None), self._stored(nodes))
        understood = self._understood([node for node in nodes if node.kind != "test" and node.sql], tables)
        return [
            NodeLineage(node, self._build(node, understood.get(node.unique_id), parents[node.unique_id], tables))
            for node in nodes
        ]

    def dataset(self, unique_id: str) -> Dataset | None:
        """Return the dataset of a model, seed, snapshot or source of the project."""
        manifest = self._artifacts.manifest
        definition = (manifest.get("nodes") or {}).get(unique_id) or (manifest.get("sources") or {}).get(unique_id)
        relation = relation_of(definition) if definition else None
        if relation is None:
            return None
        self._find_names([relation])
        lineage, _ = datasets.build(
            self._told((relation,), ()), Tables(Source(None, None, self._database, None)), column_lineage=False
        )
        return next(iter(lineage.inputs), None)

    def _find_names(self, relations: Iterable[str]) -> None:
        """Find the names of relations, the way the database stores them; each is a word or two, and read in no time."""
        new = list(dict.fromkeys(relation for relation in relations if relation not in self._names))
        statements = [f"SELECT 1 FROM {relation}" for relation in new]  # noqa: S608 - no database runs them
        found = analyze(statements, dialect=self._database.dialect, stored_names=True)
        for statement in found.statements:
            for table in statement.inputs:
                self._names[new[statement.text]] = table

    def _understood(self, models: Sequence[Node], tables: Tables) -> dict[str, SqlLineage]:
        """Return the lineage of each model, by its id, that the engine understood in its share of the time."""
        found = analyze(
            [_statement(node) for node in models],
            dialect=self._database.dialect,
            schema=quoted_columns(tables.stored),
            max_seconds=self._extraction.budget.remaining() * _SHARE,
            stored_names=True,
        )
        understood = _understood(models, found)
        missed = [node.unique_id for node in models if node.unique_id not in understood]
        if missed:
            message = (
                f"The SQL of {len(missed)} models of dbt was not understood, or not in time, first that of "
                f"`{missed[0]}`; what they read is what dbt says."
            )
            self._extraction.omit("dbt", Cause.SQL_NOT_UNDERSTOOD, message)
        return understood

    def _told(self, inputs: Iterable[str], outputs: Iterable[str]) -> SqlLineage:
        """Return what dbt says about relations, as lineage."""
        read, written = (
            tuple(self._names[relation] for relation in relations if relation in self._names)
            for relations in (inputs, outputs)
        )
        return _alone(StatementLineage("INSERT", read, written, (), 0, 1))

    def _build(self, node: Node, found: SqlLineage | None, parents: Iterable[str], tables: Tables) -> OperatorLineage:
        told = found or self._told(parents, (node.relation,) if node.relation else ())
        lineage, _ = datasets.build(told, tables, column_lineage=self._extraction.enabled("column_lineage"))
        rows = node.rows(self._adapter)
        lineage.outputs = [with_row_count(dataset, rows) for dataset in lineage.outputs]
        return lineage

    def _stored(self, nodes: Sequence[Node]) -> Mapping[TableName, StoredTable]:
        """Return the columns of tables: of a database file from itself, otherwise from dbt's catalogue."""
        extraction, database = self._extraction, self._database
        if not extraction.enabled("schema"):
            return {}
        tables = [table for table in self._names.values() if isinstance(table, TableName)]
        if isinstance(database, FileDatabase):
            return extraction.attempt("schema", lambda: read_files(database, tables, extraction.budget)) or {}
        # The catalogue is older than what the call wrote; the columns of that are in its SQL.
        written = {node.unique_id for node in nodes if node.relation}
        return extraction.attempt("schema", lambda: _catalogued(self._artifacts.catalog or {}, tables, written)) or {}


def _statement(node: Node) -> str:
    """Return the query of a model as a statement: where its rows went is not in it."""
    return f"CREATE TABLE {node.relation} AS {node.sql}" if node.relation else node.sql or ""


def _understood(models: Sequence[Node], found: SqlLineage) -> dict[str, SqlLineage]:
    """Return the lineage of each model, by its id, that the engine understood as one statement."""
    statements: dict[int, list[StatementLineage]] = {}
    for statement in found.statements:
        statements.setdefault(statement.text, []).append(statement)
    troubled = {found.statements[problem.statement].text for problem in found.problems}
    return {
        models[number].unique_id: _alone(ran[0])
        for number, ran in statements.items()
        if number not in troubled and len(ran) == 1 and ran[0].exact
    }


def _alone(statement: StatementLineage) -> SqlLineage:
    return SqlLineage(statement.inputs, statement.outputs, statement.columns, (statement,), ())


def _catalogued(
    catalog: Mapping[str, Any], tables: Iterable[TableName], written: Collection[str]
) -> dict[TableName, StoredTable]:
    """Return those of ``tables`` that dbt's catalogue has, but for those of the models in ``written``."""
    entries = {**(catalog.get("sources") or {}), **(catalog.get("nodes") or {})}
    known = {}
    for unique_id, entry in entries.items():
        place = entry["metadata"]
        if unique_id not in written:
            known[str(place["schema"]).lower(), str(place["name"]).lower()] = entry
    found = {}
    for table in tables:
        entry = known.get(((table.schema or "").lower(), table.name.lower()))
        if entry is not None and _same(table.database, entry["metadata"].get("database")):
            found[table] = _stored_table(entry)
    return found


def _same(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one.lower() == other.lower()


def _stored_table(entry: Mapping[str, Any]) -> StoredTable:
    place = entry["metadata"]
    columns = sorted(entry["columns"].values(), key=lambda column: column["index"])
    return StoredTable(
        database=place.get("database"),
        schema=place["schema"],
        name=place["name"],
        columns=tuple((column["name"], column["type"]) for column in columns),
    )
