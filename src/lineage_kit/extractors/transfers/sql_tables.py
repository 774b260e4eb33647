"""What transfers with a database on either side share: the rows of queries, and the table that they go to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit.extractors import statistics
from lineage_kit.extractors.connections import hook_of
from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.sql.datasets import Destination
from lineage_kit.extractors.sql.query import lineage_of_query, table_dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from openlineage.client.event_v2 import Dataset

    from lineage_kit.extractors.extraction import Extraction

    Script = str | Sequence[str] | None

_PART = "transfers"


@dataclass(frozen=True)
class Filled:
    """A table that a task puts rows into.

    Args:
        lineage: the table as an output, with what the statements around it read and write.
        table: the table alone, None where nobody can name it.

    """

    lineage: OperatorLineage
    table: Dataset | None

    def named_alike(self) -> Destination | None:
        """Return the destination for operators that insert into columns named like those of the query."""
        return Destination([self.table]) if self.table is not None else None

    def by_position(self, columns: Sequence[str] | None = None) -> Destination | None:
        """Return the destination for rows that go in by position, None where nobody knows the columns they meet.

        Args:
            columns: those that the operator names; otherwise the table's own, where they are known.

        """
        if self.table is None:
            return None
        schema = (self.table.facets or {}).get("schema")
        names = list(columns or ()) or [field.name for field in getattr(schema, "fields", None) or ()]
        return Destination([self.table], names) if names else None


class Side:
    """One database of a transfer; without a hook it says nothing."""

    def __init__(self, extraction: Extraction, hook: Any | None) -> None:
        self._extraction = extraction
        self._hook = hook

    @classmethod
    def of(cls, extraction: Extraction, conn_id: str, hook_params: Mapping[str, Any] | None = None) -> Side:
        """Return the side of a connection; where that cannot be looked up, the other side is told all the same."""
        return cls(extraction, extraction.attempt(_PART, lambda: hook_of(extraction, conn_id, hook_params)))

    def queries(
        self, queries: Iterable[str], destination: Destination | None = None, *, schema: str | None = None
    ) -> OperatorLineage:
        """Return what the queries read, and the destination of the rows of each.

        Args:
            queries: what the operator runs on the connection, one by one.
            destination: where the rows go.
            schema: overrides that of the connection.

        """
        ask = partial(lineage_of_query, self._extraction, destination=destination, schema=schema)
        found = (self._attempt(partial(ask, sql=query)) for query in queries)
        return combine(lineage for lineage in found if lineage is not None)

    def fills(self, table: str, *, before: Script = None, after: Script = None, counted: bool = True) -> Filled:
        """Return the table that rows go to, with their number where hooks of the connection counted them.

        Args:
            table: its name, as in a statement.
            before: statements that the operator runs on the connection first.
            after: statements that it runs last.
            counted: whether this process has seen all that the task wrote.

        """
        filling = f"INSERT INTO {table} VALUES (NULL)"  # noqa: S608 - no database runs it
        script = [*_statements(before), filling, *_statements(after)]
        lineage = self._attempt(partial(lineage_of_query, self._extraction, sql=script)) or OperatorLineage()
        named = self._attempt(partial(table_dataset, self._extraction, table=table))
        target = next((each for each in lineage.outputs if named is not None and _same(each, named)), None)
        if target is not None and not counted:
            (getattr(target, "outputFacets", None) or {}).pop(statistics.KEY, None)
        return Filled(lineage, target)

    def _attempt(self, step: Callable[..., Any]) -> Any:
        return self._extraction.attempt(_PART, lambda: step(hook=self._hook)) if self._hook is not None else None


def _statements(script: Script) -> list[str]:
    return [script] if isinstance(script, str) else list(script or ())


def _same(one: Dataset, other: Dataset) -> bool:
    return (one.namespace, one.name) == (other.namespace, other.name)
