"""What calls of dbt did, as the lineage of the task that made them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import InputDataset

from lineage_kit.extractors.checks.attaching import stored_column
from lineage_kit.extractors.checks.facets import ASSERTIONS, TESTS, assertion_of, assertions_facet, tests_facet
from lineage_kit.extractors.dbt.assertions import result_of, tested_node
from lineage_kit.extractors.merge import combine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineage_kit.extractors.checks.results import CheckResult
    from lineage_kit.extractors.dbt.nodes import Node
    from lineage_kit.extractors.dbt.reading import NodeLineage, Reader


def of_call(reader: Reader, found: Sequence[NodeLineage]) -> OperatorLineage:
    """Return the lineage of a call: what its nodes wrote and read, and what its tests found."""
    lineage = combine(each.lineage for each in found)
    read = {_identity(dataset): dataset for dataset in lineage.inputs}
    known = {_identity(dataset): dataset for dataset in (*lineage.outputs, *lineage.inputs)}
    about, others = _results(each.node for each in found)
    for unique_id, results in about.items():
        dataset = reader.dataset(unique_id)
        if dataset is None:
            others.extend(results)
        else:
            identity = _identity(dataset)
            read[identity] = _with_assertions(known.get(identity, dataset), results)
    tests = tests_facet(others) if others else None
    return OperatorLineage(
        inputs=list(read.values()),
        outputs=lineage.outputs,
        run_facets={TESTS: tests} if tests is not None else {},
        job_facets=lineage.job_facets,
    )


def of_task(calls: Iterable[OperatorLineage]) -> OperatorLineage:
    """Return the lineage of all calls of a task: what they wrote, and what they read and did not write.

    A table that was written and then tested is both, since assertions are about inputs.
    """
    lineage = combine(calls)
    written = {_identity(dataset) for dataset in lineage.outputs}
    lineage.inputs = [
        dataset
        for dataset in lineage.inputs
        if _identity(dataset) not in written or ASSERTIONS in (getattr(dataset, "inputFacets", None) or {})
    ]
    return lineage


def _identity(dataset: Any) -> tuple[str, str]:
    return (dataset.namespace, dataset.name)


def _results(nodes: Iterable[Node]) -> tuple[dict[str, list[CheckResult]], list[CheckResult]]:
    """Return the results of tests by what they are about, and those that are about several things at once."""
    about: dict[str, list[CheckResult]] = {}
    others: list[CheckResult] = []
    for node in nodes:
        result = result_of(node) if node.kind == "test" else None
        if result is not None:
            tested = tested_node(node)
            (about.setdefault(tested, []) if tested else others).append(result)
    return about, others


def _with_assertions(dataset: Any, results: Iterable[CheckResult]) -> InputDataset:
    """Return the tested dataset as an input; column lineage belongs to the output of the same name."""
    facets = {name: facet for name, facet in (dataset.facets or {}).items() if name != "columnLineage"}
    made = [assertion_of(each, each.column and stored_column(dataset, each.column)) for each in results]
    return InputDataset(
        namespace=dataset.namespace,
        name=dataset.name,
        facets=facets,
        inputFacets={ASSERTIONS: assertions_facet(made)},
    )
