"""Snowflake's query tag: which Airflow task a query of Snowflake's history belongs to.

:func:`query_tag` is for Python code of a task that makes its own hook. For operators the listener does the same where
``[lineage_kit] snowflake_query_tag`` is set, which it is not by default.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from lineage_kit import compat
from lineage_kit.exceptions import LineageKitError

__all__ = ["query_tag"]

_PARAMETER = "QUERY_TAG"

#: What Snowflake takes at most: https://docs.snowflake.com/en/sql-reference/parameters#query-tag.
_MAX_LENGTH = 2000


class _Place(NamedTuple):
    """Where an operator keeps the session parameters of a hook that it makes."""

    connection: str
    hook_params: str


_PLACES = (
    _Place("conn_id", "hook_params"),
    _Place("sql_conn_id", "sql_hook_params"),
    _Place("source_conn_id", "source_hook_params"),
    _Place("destination_conn_id", "destination_hook_params"),
)
#: Operators that hand a parameter of their own to the hook.
_OWN_FIELD = _Place("snowflake_conn_id", "session_parameters")

#: Its hook has no use for session parameters: it sends each statement with an empty tag.
_WITHOUT_SESSION = "SnowflakeSqlApiOperator"


def query_tag() -> dict[str, str]:
    """Return the session parameters that tell Snowflake the running task: ``{"QUERY_TAG": "..."}``.

    The tag is a JSON object with ``dag_id``, ``task_id``, ``run_id``, ``try_number`` and, for mapped tasks,
    ``map_index``. Give the parameters to ``SnowflakeHook(..., session_parameters=...)``; they take the place of those
    of the connection.

    Raises:
        LineageKitError: no task runs here, as when a DAG file is parsed.

    """
    try:
        task_instance = compat.current_context()["ti"]
    except Exception as error:
        msg = "No task is running here: call query_tag() inside the function of a task, not while the DAG file is read."
        raise LineageKitError(msg) from error
    return {_PARAMETER: _tag(task_instance)}


def _tag(task_instance: Any) -> str:
    values: dict[str, Any] = {
        name: getattr(task_instance, name) for name in ("dag_id", "task_id", "run_id", "try_number")
    }
    map_index = getattr(task_instance, "map_index", None)
    if map_index is not None and map_index >= 0:
        values["map_index"] = map_index
    # Airflow keeps each name below 250 characters; only characters that JSON has to escape can make this too long.
    for longest in ("", "run_id", "task_id", "dag_id"):
        values.pop(longest, None)
        tag = json.dumps(values, ensure_ascii=False)
        if len(tag) <= _MAX_LENGTH:
            break
    return tag


def tag_queries(task_instance: Any) -> None:
    """Set the query tag of a task that is about to run, where its operator has a place for session parameters.

    The task must have its templates rendered and must not have made its hook.

    Raises:
        AirflowNotFoundException: the operator names a connection that does not exist.

    """
    task = task_instance.task
    if any(cls.__name__ == _WITHOUT_SESSION for cls in type(task).__mro__):
        return
    tag = _tag(task_instance)
    for place in _PLACES:
        hook_params = getattr(task, place.hook_params, None) or {}
        if hasattr(task, place.hook_params):
            parameters = _tagged(_snowflake_connection(task, place), hook_params.get("session_parameters"), tag)
            if parameters:
                setattr(task, place.hook_params, {**hook_params, "session_parameters": parameters})
    if hasattr(task, _OWN_FIELD.hook_params):
        parameters = _tagged(_snowflake_connection(task, _OWN_FIELD), task.session_parameters, tag)
        if parameters:
            task.session_parameters = parameters


def _snowflake_connection(task: Any, place: _Place) -> Any | None:
    conn_id = getattr(task, place.connection, None)
    if not isinstance(conn_id, str):
        return None
    connection = compat.base_hook().get_connection(conn_id)
    return connection if connection.conn_type == "snowflake" else None


def _tagged(connection: Any | None, own: Any, tag: str) -> dict[str, Any] | None:
    """Return session parameters with the tag, None where they have one already or cannot be read.

    They are the operator's own or else the connection's, as the hook chooses between them.
    """
    if connection is None:
        return None
    parameters = own or connection.extra_dejson.get("session_parameters") or {}
    if not isinstance(parameters, dict) or any(str(name).upper() == _PARAMETER for name in parameters):
        return None
    return {**parameters, _PARAMETER: tag}
