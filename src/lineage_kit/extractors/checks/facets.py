"""OpenLineage's facets for results of checks: on the dataset that was checked, or on the run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import attrs
from openlineage.client.facet_v2 import data_quality_assertions_dataset as assertions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage_kit.extractors.checks.results import CheckResult

ASSERTIONS = "dataQualityAssertions"
TESTS = "test"


def assertion_of(result: CheckResult, column: str | None) -> Any:
    """Return the result as an assertion about a dataset, ``column`` being the name that its schema has.

    Clients before 1.47 know only what is asserted, of which column, and whether it holds. There the check's own name
    tells more than its kind.
    """
    asserted = result.check_type
    if "name" not in attrs.fields_dict(assertions.Assertion) and result.table is not None:
        asserted = result.name.removeprefix(f"{result.column}.")
    details = _details(assertions.Assertion, result)
    return assertions.Assertion(assertion=asserted, success=bool(result.success), column=column, **details)


def assertions_facet(found: Iterable[Any]) -> Any:
    """Return the facet of assertions."""
    return assertions.DataQualityAssertionsDatasetFacet(assertions=list(found))


def is_assertion_of(assertion: Any, results: Iterable[CheckResult]) -> bool:
    """Tell whether one of ``results`` is what the operator itself made this assertion of."""
    made_of = (assertion.assertion, assertion.column, getattr(assertion, "name", None))
    return any((result.check_type, result.column, result.name) == made_of for result in results)


def tests_facet(results: Iterable[CheckResult]) -> Any | None:
    """Return the run facet of results that belong to no single dataset; None where the client has no such facet."""
    try:
        from openlineage.client.facet_v2 import test_run
    except ImportError:
        return None
    return test_run.TestRunFacet(
        tests=[
            test_run.TestExecution(
                status="pass" if result.success else "fail",
                type=result.check_type,
                **_details(test_run.TestExecution, result, tested_column=result.column, tested_table=result.table),
            )
            for result in results
        ]
    )


def _details(kind: type, result: CheckResult, **tested: str | None) -> dict[str, Any]:
    """Return those details of the result that ``kind``, a class of the installed client, has a field for."""
    details = {
        "name": result.name,
        "severity": result.severity,
        "description": result.description,
        "expected": result.expected,
        "actual": result.actual,
        "content": result.content,
        "contentType": result.content_type if result.content else None,
        "params": {**tested, **{name: _plain(value) for name, value in (result.params or {}).items()}} or None,
    }
    known = attrs.fields_dict(kind)
    return {name: value for name, value in details.items() if name in known}


def _plain(value: Any) -> Any:
    """Return a setting or a measured value as JSON has it; drivers give decimals, dates, and numbers of their own."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or type(value) in {bool, int, float, str}:
        return value
    if isinstance(value, dict):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return str(value)
