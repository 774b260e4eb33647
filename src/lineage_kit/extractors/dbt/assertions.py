"""Results of dbt's tests as OpenLineage assertions about the tables that were tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.extractors.checks.results import CheckResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage_kit.extractors.dbt.nodes import Node

#: A test that ended in another way, with an error of the database for instance, tells nothing about the data.
_VERDICTS = frozenset({"fail", "pass", "warn"})


def result_of(test: Node) -> CheckResult | None:
    """Return what a test found; None where it came to no verdict. A warning counts as found, whatever it stops."""
    if test.status not in _VERDICTS:
        return None
    described = test.definition.get("test_metadata") or {}
    failures = test.result.get("failures")
    name = str(test.definition.get("name"))
    return CheckResult(
        name=name,
        check_type=str(described.get("name") or name),
        success=test.status == "pass",
        severity=str(test.config.get("severity") or "error").lower(),
        column=test.definition.get("column_name") or (described.get("kwargs") or {}).get("column_name"),
        expected=_expected(test.config) if failures is not None else None,
        actual=str(failures) if failures is not None else None,
        description=test.definition.get("description") or None,
    )


def _expected(config: Mapping[str, Any]) -> str:
    """Return how many rows a test may find: none, unless its threshold says otherwise."""
    threshold = str(config.get("error_if") or "!= 0")
    return "0" if threshold.replace(" ", "") == "!=0" else f"not {threshold}"


def tested_node(test: Node) -> str | None:
    """Return the id of what a test is about; None where it is about several things at once."""
    attached: Any = test.definition.get("attached_node")
    if attached:
        return str(attached)
    parents: list[str] = (test.definition.get("depends_on") or {}).get("nodes") or []
    return str(parents[0]) if len(parents) == 1 else None
