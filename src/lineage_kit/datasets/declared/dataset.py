"""What tables and files of authors have in common."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from lineage_kit.datasets.declared.columns import Column, ColumnReference, with_sources
from lineage_kit.datasets.declared.details import Details
from lineage_kit.datasets.declared.identity import AtUri, Identity, Named, OnConnection
from lineage_kit.datasets.declared.values import entries, text_of
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

_COLUMN_ARGUMENTS = frozenset({"columns", "columns_from"})


@dataclass(frozen=True, init=False, repr=False)
class DeclaredDataset:
    """A dataset that the author of a DAG writes into ``inlets`` and ``outlets``.

    It cannot be changed; :meth:`with_` gives another one. ``dataset["column"]`` refers to a column of it.

    Args:
        identity: its name, or how it is found out when the task runs.
        columns: its columns, or those of which it is said what they are made of.
        columns_complete: whether these are all that it has.
        details: what else is said of it.

    """

    identity: Identity
    columns: tuple[Column, ...]
    columns_complete: bool
    details: Details

    #: Else ``__getitem__`` would make it iterable, by the numbers from 0.
    __iter__: ClassVar[None] = None

    @classmethod
    def _of(cls, identity: Identity, arguments: Mapping[str, Any]) -> Self:
        """Return a dataset from the arguments of a constructor."""
        made = cls.__new__(cls)
        made._fill(identity, arguments)  # noqa: SLF001 - of this class
        return made

    def _fill(self, identity: Identity, arguments: Mapping[str, Any]) -> None:
        """Set everything, once; constructors know the identity in different ways."""
        # First, for messages name the dataset.
        object.__setattr__(self, "identity", identity)
        self._fill_columns(arguments)
        others = {key: value for key, value in arguments.items() if key not in _COLUMN_ARGUMENTS}
        object.__setattr__(self, "details", Details.of(repr(self), others))

    def _fill_columns(self, arguments: Mapping[str, Any]) -> None:
        from lineage_kit.datasets.declared.schemas import columns_of

        given, sources = arguments.get("columns"), arguments.get("columns_from")
        columns = columns_of(given) if given is not None else ()
        complete = bool(columns)
        if sources is not None:
            columns = with_sources(columns, sources, repr(self))
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "columns_complete", complete)

    def __getitem__(self, column: str) -> ColumnReference:
        """Return a reference to a column, for ``from_`` of another.

        Raises:
            DeclarationError: the dataset has columns, and none of this name.

        """
        name = text_of(column, "the name of a column", 'orders["amount"]')
        if self.columns_complete and name not in (known := [each.name for each in self.columns]):
            msg = f"{self!r} has no column {name!r}; it has {', '.join(known)}."
            raise DeclarationError(msg)
        return ColumnReference(self, name)

    def columns_named(self, *names: str) -> dict[str, ColumnReference]:
        """Return a mapping for ``columns_from`` of another dataset, in which columns keep their name.

        Without names: all columns.

        Raises:
            DeclarationError: the dataset has no such column, or without names no columns at all.

        """
        wanted = names or tuple(each.name for each in self.columns if self.columns_complete)
        if not wanted:
            msg = f"{self!r} does not say its columns; name them: columns_from=orders.columns_named('id', 'amount')."
            raise DeclarationError(msg)
        return {name: self[name] for name in wanted}

    def with_(self, **changes: Any) -> Self:
        """Return the dataset with other columns or details, such as ``orders.with_(partition={"ds": "{{ ds }}"})``.

        Raises:
            DeclarationError: as the constructors do.

        """
        others = {key: value for key, value in changes.items() if key not in _COLUMN_ARGUMENTS}
        changed = Details.of(repr(self), others)
        details = replace(self.details, **{name: getattr(changed, name) for name in others})
        other = copy.copy(self)
        if _COLUMN_ARGUMENTS & changes.keys():
            known = {"columns": self.columns} if self.columns_complete else {}
            other._fill_columns({**known, **changes})  # noqa: SLF001 - of this class
        object.__setattr__(other, "details", details)
        return other

    def told(self) -> dict[str, Any]:
        """Return everything as plain JSON, of the form that lineage documents have too."""
        return {
            **self.identity.told(),
            **entries(columns=[each.told() for each in self.columns]),
            **({} if self.columns_complete or not self.columns else {"columns_complete": False}),
            **self.details.told(),
        }

    def __repr__(self) -> str:
        match self.identity:
            case Named(name):
                return f"{type(self).__name__}({name.namespace!r}, {name.name!r})"
            case OnConnection(connection, table):
                return f"{type(self).__name__}.from_conn({connection!r}, {table!r})"
            case AtUri(uri):
                return f"{type(self).__name__}({uri!r})"
