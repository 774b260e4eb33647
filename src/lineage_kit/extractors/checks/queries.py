"""The SQL of operators that run more than their attribute ``sql`` says."""

from __future__ import annotations

from typing import Any


def queries_of(task: Any) -> Any:
    """Return the operator's SQL: one text, several, or whatever else it has there.

    The two queries of an interval check are ``sql1`` and ``sql2``; its ``sql`` is missing in older releases of
    common-sql, and elsewhere its templates are rendered only while the task runs. The bounds of a threshold check may
    be queries, too.
    """
    pair = [getattr(task, name, None) for name in ("sql1", "sql2")]
    if all(isinstance(query, str) for query in pair):
        return pair
    sql = getattr(task, "sql", None)
    bounds = [getattr(task, name, None) for name in ("min_threshold", "max_threshold")]
    asked = [bound for bound in bounds if isinstance(bound, str) and not _is_number(bound)]
    return [sql, *asked] if isinstance(sql, str) and asked else sql


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
