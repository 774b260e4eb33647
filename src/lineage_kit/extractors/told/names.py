"""What identifies a told dataset, as its OpenLineage name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.exceptions import AirflowException

from lineage_kit.datasets.naming import DatasetName, from_uri, without_user
from lineage_kit.exceptions import DatasetIdentityError
from lineage_kit.extractors.connections import hook_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.sql.source import Source


class Names:
    """Names of told datasets; each connection is looked up once.

    Args:
        extraction: the task and the event.

    """

    def __init__(self, extraction: Extraction) -> None:
        self._extraction = extraction
        self._sources: dict[str, Source] = {}

    def of(self, told: Mapping[str, Any], where: str) -> DatasetName:
        """Return the name of a dataset with a `uri`, a `namespace` and `name`, or a `connection` and `table`.

        Args:
            told: the dataset.
            where: how it is called in messages.

        Raises:
            DatasetIdentityError: the address is not absolute, or the connection does not lead to a name.
            TimeoutError: nothing of the budget is left to look the connection up.

        """
        if "uri" in told:
            name = from_uri(told["uri"])
            if name is None:
                msg = f"{where}.uri is not absolute; it needs a scheme and a host, or begins with a slash."
                raise DatasetIdentityError(msg)
            return name
        if "table" in told:
            return self._table(told["connection"], told["table"], where)
        return DatasetName(without_user(told["namespace"]), told["name"])

    def _table(self, connection: str, table: str, where: str) -> DatasetName:
        """Return the name that tasks with SQL on the connection give the table; the database is not asked."""
        from lineage_kit.extractors.sql.lineage import Ask
        from lineage_kit.extractors.sql.query import lineage_in

        if connection not in self._sources:
            self._sources[connection] = self._look_up(connection, where)
        query = f"SELECT 1 FROM {table}"  # noqa: S608 - no database runs it
        found = lineage_in(self._extraction, self._sources[connection], query, ask=Ask.NOTHING)
        if len(found.inputs) != 1:
            msg = f"{where}.table is not the name of one table, or needs its schema before it."
            raise DatasetIdentityError(msg)
        return DatasetName(found.inputs[0].namespace, found.inputs[0].name)

    def _look_up(self, connection: str, where: str) -> Source:
        from lineage_kit.extractors.sql.source import find_source

        try:
            hook = hook_of(self._extraction, connection)
        except AirflowException:
            msg = f"{where}.connection is unknown to Airflow, or no installed provider has a hook for its type."
            raise DatasetIdentityError(msg) from None
        source = find_source(self._extraction, hook)
        if source is None:
            msg = f"{where}.connection does not tell how its database names tables."
            raise DatasetIdentityError(msg)
        return source
