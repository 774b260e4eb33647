"""Which source text may leave in an event.

With source code disabled no facet carries any, the SQL of official facets included. Otherwise SQL goes
without the credentials that statements like COPY carry, and without literals where the user wants that.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction

_SOURCE_FACETS = ("sql", "sourceCode")
_WITHHELD = "(source code is disabled)"
#: Settings of a data quality check that are SQL, and the values that its SQL is run with.
_SQL_SETTINGS = frozenset({"partition_clause", "check_partition_clause", "min_threshold", "max_threshold"})
_SQL_VALUES = "parameters"
#: Settings that are a condition of another language, and what a service says about a rule, which may quote it.
_OTHER_SETTINGS = frozenset({"message", "row_condition"})
#: What names a result of an interval check: the metric, which is SQL.
_METRIC = re.compile(r"interval_.*\W.*", re.DOTALL)
_NUMBER = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?", re.IGNORECASE)


def withhold(lineage: OperatorLineage) -> None:
    """Take out of ``lineage`` every facet that may carry source text."""
    for facets in (lineage.job_facets, lineage.run_facets):
        for name in (*_SOURCE_FACETS, "extractionError", "test"):
            facets.pop(name, None)
    for dataset in (*lineage.inputs, *lineage.outputs):
        for facets in _facets_of(dataset):
            facets.pop("dataQualityAssertions", None)


def protect(lineage: OperatorLineage, extraction: Extraction) -> bool:
    """Take out of ``lineage`` the source text that must not leave, whoever put it in.

    Returns True: a caller that does not get it must not send the lineage as it is.
    """
    if not extraction.source_code_enabled:
        for name in _SOURCE_FACETS:
            lineage.job_facets.pop(name, None)
    elif sql := lineage.job_facets.get("sql"):
        lineage.job_facets["sql"] = _changed(sql, query=_text(sql.query, extraction))
    if errors := lineage.run_facets.get("extractionError"):
        masked = [_without_text(error, extraction) for error in errors.errors]
        lineage.run_facets["extractionError"] = _changed(errors, errors=masked)
    _protect_checks(lineage, extraction)
    return True


def _text(sql: str, extraction: Extraction, *, double_quoted: bool = False) -> str:
    if not extraction.source_code_enabled:
        return _WITHHELD
    from lineage_kit.sql.masking import mask_sql  # tasks without SQL do not pay for it

    return mask_sql(sql, literals=extraction.mask_literals, double_quoted=double_quoted)


def _without_text(error: Any, extraction: Extraction) -> Any:
    """Return an extraction error whose statement is masked; the parser's message may quote it, so it goes with it."""
    return _changed(
        error, task=error.task and _text(error.task, extraction), errorMessage=_text(error.errorMessage, extraction)
    )


def _protect_checks(lineage: OperatorLineage, extraction: Extraction) -> None:
    """Mask the SQL, and the rules of other languages, that results of data quality checks carry."""
    for dataset in (*lineage.inputs, *lineage.outputs):
        for facets in _facets_of(dataset):
            if checks := facets.get("dataQualityAssertions"):
                assertions = [_masked_result(result, extraction) for result in checks.assertions]
                facets["dataQualityAssertions"] = _changed(checks, assertions=assertions)
    if tests := lineage.run_facets.get("test"):
        results = [_masked_result(result, extraction) for result in tests.tests]
        lineage.run_facets["test"] = _changed(tests, tests=results)


def _masked_result(result: Any, extraction: Extraction) -> Any:
    """Return the result of a check with its source text masked; where it has no name, ``assertion`` may be one."""
    changes: dict[str, Any] = {}
    if content := getattr(result, "content", None):
        other = getattr(result, "contentType", "sql") != "sql"
        changes["content"] = _text(content, extraction, double_quoted=other)
    for name in ("name", "assertion"):
        if _METRIC.fullmatch(getattr(result, name, None) or ""):
            changes[name] = _text(getattr(result, name), extraction)
    if params := getattr(result, "params", None):
        changes["params"] = {key: _masked_setting(key, value, extraction) for key, value in params.items()}
    return _changed(result, **changes)


def _masked_setting(key: str, value: Any, extraction: Extraction) -> Any:
    if key in _SQL_SETTINGS and isinstance(value, str) and not _NUMBER.fullmatch(value):
        return _text(value, extraction)
    if key in _OTHER_SETTINGS and isinstance(value, str):
        return _text(value, extraction, double_quoted=True)
    if key == _SQL_VALUES and (extraction.mask_literals or not extraction.source_code_enabled):
        return "?"
    return value


def _facets_of(dataset: Any) -> list[dict[str, Any]]:
    """Return the facets of a dataset, and those that it has as an input."""
    return [facets for facets in (dataset.facets, getattr(dataset, "inputFacets", None)) if facets]


def _changed(facet: Any, **changes: Any) -> Any:
    """Return a copy of a facet, or of a part of one, with other values; the original may be used again elsewhere."""
    changed = copy.copy(facet)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed
