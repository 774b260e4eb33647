"""One short connection to the task's database, for the little that only the database knows.

Where the driver is built on libpq it never hangs: libpq bounds connecting, and once there is a socket, a timer cuts it
when the budget is spent, which ends any wait of the driver. For other drivers the port is tried first, which finds a
server that is down or out of reach, and the timer works where the driver shows its socket.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

    from lineage_kit.extractors.extraction import Budget
    from lineage_kit.extractors.sql.source import Source

#: libpq counts in seconds and takes anything below two for two.
_LIBPQ_MINIMUM = 2


class Session:
    """A connection that is opened for the first query and closed with the ``with`` block."""

    def __init__(self, source: Source, budget: Budget) -> None:
        self._source = source
        self._budget = budget
        self._connection: Any | None = None
        self._cutoff: _Cutoff | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._cutoff is not None:
            self._cutoff.cancel()
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query.

        Raises:
            TimeoutError: nothing of the budget is left, or the server cannot be reached within it.
            Exception: whatever the driver raises.

        """
        if self._budget.spent():
            msg = "no time left to ask the database"
            raise TimeoutError(msg)
        if self._connection is None:
            self._connection = self._connect()
            self._cutoff = _cut_off(self._connection, self._budget.remaining())
        with contextlib.closing(self._connection.cursor()) as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def _connect(self) -> Any:
        if self._source.on_libpq:
            with _libpq_timeout(self._budget.remaining()):
                return self._source.hook.get_conn()
        self.probe()
        return self._source.hook.get_conn()

    def probe(self) -> None:
        """Raise where nobody listens behind the connection; most drivers would take minutes to find out.

        Raises:
            OSError: the port of the connection cannot be reached within the budget.

        """
        if self._source.address is not None:
            with socket.create_connection(self._source.address, timeout=self._budget.remaining()):
                pass


@contextlib.contextmanager
def _libpq_timeout(seconds: float) -> Iterator[None]:
    """Bound connecting for the time of the block; what the connection itself says about time-outs wins."""
    name = "PGCONNECT_TIMEOUT"
    before = os.environ.get(name)
    os.environ[name] = str(max(_LIBPQ_MINIMUM, int(seconds)))
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


class _Cutoff:
    """Shuts the socket of a connection down once its time is over, so that no wait of the driver lasts longer."""

    def __init__(self, file_descriptor: int, seconds: float) -> None:
        self._socket = socket.socket(fileno=os.dup(file_descriptor))
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def _cut(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def cancel(self) -> None:
        """Let the connection live; the duplicate of its socket is closed."""
        self._timer.cancel()
        self._timer.join()
        self._socket.close()


def _cut_off(connection: Any, seconds: float) -> _Cutoff | None:
    """Start the cutoff; None for drivers that do not show their socket."""
    fileno = getattr(connection, "fileno", None)
    return _Cutoff(fileno(), seconds) if callable(fileno) else None
