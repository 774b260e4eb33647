"""What became of each table in the end: the net effect of a script, for the facet ``lifecycleStateChange``.

Names are followed through the script, so that only the difference between its beginning and its end is told:

============================================================  ====================================================
In the end …                                                  the facet says
============================================================  ====================================================
the table is new                                              ``CREATE``; nothing with ``IF NOT EXISTS``
a new one stands in its place (``OR REPLACE``, ``DROP`` or    ``OVERWRITE``
``RENAME`` and ``CREATE``, ``SWAP``)
it has only new rows (``INSERT OVERWRITE``, or ``TRUNCATE``   ``OVERWRITE``
and ``INSERT``)
it is gone                                                    ``DROP``
it was called otherwise before                                ``RENAME``, with ``previousIdentifier``
it was emptied                                                ``TRUNCATE``
it has other columns or properties                            ``ALTER``
============================================================  ====================================================

Of what a statement did that the engine does not understand nothing is known, nor of the tables that it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openlineage.client.facet_v2 import lifecycle_state_change_dataset as facet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lineage_kit.datasets.naming import DatasetName
    from lineage_kit.sql import Change, Location, StatementLineage, TableName

    NameOf = Callable[[TableName | Location], DatasetName | None]

KEY = "lifecycleStateChange"

_State = facet.LifecycleStateChange
#: Statements that put rows into a table that is there.
_FILLING = frozenset({"COPY", "INSERT", "MERGE"})


@dataclass
class _Table:
    """One table, whatever it is called: its name before the script, None for a new one, and what happened to it."""

    first_name: DatasetName | None
    state: facet.LifecycleStateChange | None = None


def state_changes(statements: Iterable[StatementLineage], name_of: NameOf) -> Mapping[DatasetName, Any]:
    """Return the facet of each dataset that the statements, run one after the other, changed as a whole."""
    names = _Names()
    unknown: set[DatasetName | None] = set()
    for statement in statements:
        outputs = [name_of(table) for table in statement.outputs]
        if not statement.exact:
            unknown.update(outputs)
        for change in statement.changes:
            names.apply(change, name_of)
        if statement.kind in _FILLING:
            for name in outputs:
                names.fill(name)
    return {name: change for name, change in names.net() if name not in unknown}


class _Names:
    """Which table each name means, as far as the script has changed it."""

    def __init__(self) -> None:
        self._tables: dict[DatasetName, _Table | None] = {}
        #: Names that meant a table before the script, as some statement presumes.
        self._taken: set[DatasetName] = set()

    def apply(self, change: Change, name_of: NameOf) -> None:
        """Follow one change; a table that has no name for others is passed over."""
        name = name_of(change.table)
        other = name_of(change.other) if change.other is not None else None
        if name is None or (change.other is not None and other is None):
            return
        if change.kind in {"CREATE", "CREATE_IF_MISSING", "REPLACE"}:
            self._create(change.kind, name)
        elif change.kind == "DROP":
            self._existing(name)
            self._tables[name] = None
        elif other is not None:
            first = self._existing(name)
            self._tables[name] = self._existing(other) if change.kind == "SWAP" else None
            self._tables[other] = first
        else:
            self._note(self._existing(name), _State(change.kind))

    def fill(self, name: DatasetName | None) -> None:
        """Let rows come to a table: one that was emptied before has new rows only."""
        table = self._tables.get(name) if name is not None else None
        if table is not None and table.state is _State.TRUNCATE:
            table.state = _State.OVERWRITE

    def net(self) -> Iterable[tuple[DatasetName, Any]]:
        """Yield each name that means something else than before, or a table that changed, with its facet."""
        kept = {table.first_name for table in self._tables.values() if table is not None}
        for name, table in self._tables.items():
            if table is None:
                # What has another name now is told there.
                if name in self._taken and name not in kept:
                    yield name, facet.LifecycleStateChangeDatasetFacet(_State.DROP)
            elif table.first_name is None:
                state = _State.OVERWRITE if name in self._taken else table.state
                yield name, facet.LifecycleStateChangeDatasetFacet(state or _State.CREATE)
            elif table.first_name != name:
                yield name, self._renamed(table.first_name, name)
            elif table.state is not None:
                yield name, facet.LifecycleStateChangeDatasetFacet(table.state)

    def _renamed(self, before: DatasetName, name: DatasetName) -> Any:
        """Return the facet of a table that was called otherwise; where both names go on, they changed places."""
        if name in self._taken and self._tables.get(before) is not None:
            return facet.LifecycleStateChangeDatasetFacet(_State.OVERWRITE)
        previous = facet.PreviousIdentifier(name=before.name, namespace=before.namespace)
        return facet.LifecycleStateChangeDatasetFacet(_State.RENAME, previousIdentifier=previous)

    def _create(self, kind: str, name: DatasetName) -> None:
        if kind == "CREATE_IF_MISSING" and self._tables.get(name, ...) is not None:
            # It may have been there, and stays what it is.
            self._tables.setdefault(name, _Table(name))
            return
        table = self._tables.get(name)
        replaces = kind == "REPLACE" and (table is None or table.first_name is not None)
        self._tables[name] = _Table(None, _State.OVERWRITE if replaces else None)

    def _existing(self, name: DatasetName) -> _Table | None:
        """Return the table that a name means; one that nothing was said about has been there before the script."""
        if name not in self._tables:
            self._taken.add(name)
            self._tables[name] = _Table(name)
        return self._tables[name]

    @staticmethod
    def _note(table: _Table | None, state: facet.LifecycleStateChange) -> None:
        """Keep what says most about a table: that it was altered says less than that its rows are gone."""
        if table is not None and table.first_name is not None and (table.state is None or state is not _State.ALTER):
            table.state = state
