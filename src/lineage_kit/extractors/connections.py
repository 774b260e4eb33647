"""Hooks of the connections that an operator names, for families whose operators do not keep the hook they used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit import compat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage_kit.extractors.extraction import Extraction


def connection_of(extraction: Extraction, conn_id: str) -> Any:
    """Return the Airflow connection.

    Raises:
        TimeoutError: nothing of the budget is left; the look-up may have to ask the supervisor or a secrets backend.
        AirflowNotFoundException: there is no such connection.

    """
    if extraction.budget.spent():
        msg = "no time left to look the connection up"
        raise TimeoutError(msg)
    return compat.base_hook().get_connection(conn_id)


def hook_of(extraction: Extraction, conn_id: str, hook_params: Mapping[str, Any] | None = None) -> Any:
    """Return a hook of the connection's own type, made the way operators of the common-sql provider make theirs.

    Raises:
        TimeoutError: as :func:`connection_of`.
        AirflowException: there is no such connection, or no hook for its type.

    """
    return connection_of(extraction, conn_id).get_hook(hook_params=dict(hook_params or {}))
