"""A DB-API connection for databases whose servers a test cannot start: it gives rows, and takes everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from typing_extensions import Self


class Column(NamedTuple):
    """What PEP 249 says of a column; some drivers give it by name."""

    name: str
    type_code: Any = None
    display_size: int | None = None
    internal_size: int | None = None
    precision: int | None = None
    scale: int | None = None
    null_ok: bool | None = True


class ScriptedDatabase:
    """The connection that a hook's `get_conn` returns; it is its own cursor.

    Args:
        columns: names of the columns of every query.
        rows: what every query returns.

    """

    autocommit = False
    rowcount = -1
    itersize = arraysize = 100

    def __init__(self, columns: Sequence[str] = (), rows: Iterable[tuple[Any, ...]] = ()) -> None:
        self.description = [Column(name, "varchar") for name in columns]
        self._answer = list(rows)
        self._left: list[tuple[Any, ...]] = []
        self.executed: list[str] = []

    def cursor(self, *_: Any, **__: Any) -> Self:
        """Return the connection itself."""
        return self

    def execute(self, sql: str, *_: Any, **__: Any) -> Self:
        """Take a statement; whether it is a query does not matter."""
        self.executed.append(sql)
        self._left = list(self._answer)
        return self

    def executemany(self, sql: str | None, values: Sequence[Any]) -> None:
        """Take a statement with the values of several rows."""
        self.executed.append(f"{sql} * {len(values)}")

    def prepare(self, sql: str) -> None:
        """Take a statement that `executemany` will run, as Oracle's driver has it."""
        self.executed.append(sql)

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row."""
        return self._left.pop(0) if self._left else None

    def fetchmany(self, size: int = 100) -> list[tuple[Any, ...]]:
        """Return the next rows."""
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows that are left."""
        return self.fetchmany(len(self._left))

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.fetchall())

    iterate = __iter__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Stay open."""

    def commit(self) -> None:
        """Keep nothing."""

    def close(self) -> None:
        """Stay open."""
