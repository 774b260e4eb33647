"""The wrapper: who is asked, what is merged, and that nothing of the kit's can make an event poorer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.openlineage.extractors import BaseExtractor, OperatorLineage
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from openlineage.client.event_v2 import Dataset

from lineage_kit import compat, conf
from lineage_kit.extractors import declared, observed, registry, report, reports, size, source_text
from lineage_kit.extractors.sql.family import SqlFamily

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Extract = Callable[..., OperatorLineage]


def names(datasets: list[Any]) -> list[str]:
    """Return the names of datasets."""
    return [dataset.name for dataset in datasets]


class SpeakingOperator(EmptyOperator):
    """An operator with OpenLineage methods of its own."""

    def get_openlineage_facets_on_start(self) -> OperatorLineage:
        """Name an input."""
        return OperatorLineage(inputs=[Dataset("own", "start")])

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage:  # noqa: ARG002
        """Name an input and an output."""
        return OperatorLineage(inputs=[Dataset("own", "in")], outputs=[Dataset("own", "out")])


class FailingOperator(EmptyOperator):
    """An operator whose OpenLineage method is broken."""

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage:  # noqa: ARG002
        """Raise."""
        raise RuntimeError


class UserExtractor(BaseExtractor):
    """What a user registered for `EmptyOperator`."""

    @classmethod
    def get_operator_classnames(cls) -> list[str]:
        """Name the operator."""
        return ["EmptyOperator"]

    def _execute_extraction(self) -> OperatorLineage:
        return OperatorLineage(inputs=[Dataset("user", "in")])


class PanickingExtractor(UserExtractor):
    """An extractor that ends as the Rust parser does."""

    def _execute_extraction(self) -> OperatorLineage:
        class PanicException(BaseException):
            """Not an Exception, like the one of pyo3."""

        raise PanicException


def outlet(name: str) -> Dataset:
    """Return a dataset as a DAG author declares it."""
    return Dataset("declared", name)


@pytest.mark.parametrize(("event", "inputs"), [("START", ["start"]), ("COMPLETE", ["in"]), ("FAIL", ["in"])])
def test_operator_speaks_and_declared_datasets_are_added(extract: Extract, event: str, inputs: list[str]) -> None:
    """What the operator itself says is kept for every kind of event, and inlets and outlets come on top."""
    found = extract(SpeakingOperator(task_id="t", inlets=[outlet("a")], outlets=[outlet("b")]), event)

    assert names(found.inputs) == [*inputs, "a"]
    assert names(found.outputs) == ([] if event == "START" else ["out"]) + ["b"]


def test_skipped_task_tells_what_a_complete_one_does(extract: Extract) -> None:
    """The event of a task that skips itself carries its declared datasets too."""
    assert names(extract(EmptyOperator(task_id="t", outlets=[outlet("b")]), "SKIPPED").outputs) == ["b"]


def test_declared_dataset_that_is_found_as_well_is_one_dataset(extract: Extract) -> None:
    """Two parts that name the same dataset give one."""
    found = extract(SpeakingOperator(task_id="t", inlets=[Dataset("own", "in")]))

    assert names(found.inputs) == ["in"]


def test_users_extractor_wins_and_only_declared_datasets_are_added(
    extract: Extract, manager: Any, collect: Callable[..., None]
) -> None:
    """Where a user's extractor found datasets, what hooks reported stays out."""
    manager.add_extractor("EmptyOperator", UserExtractor)
    collect(inputs=["file:///data/seen.csv"])

    found = extract(EmptyOperator(task_id="t", outlets=[outlet("b")]))

    assert (names(found.inputs), names(found.outputs)) == (["in"], ["b"])


def test_users_extractor_of_a_base_class_speaks_for_a_subclass(extract: Extract, manager: Any) -> None:
    """A subclass that the OpenLineage provider would not find gets the extractor of its base class."""
    manager.add_extractor("EmptyOperator", UserExtractor)

    class Subclass(EmptyOperator):
        """A subclass without an extractor of its own."""

    assert names(extract(Subclass(task_id="t")).inputs) == ["in"]


def test_broken_operator_method_costs_only_its_own_part(extract: Extract) -> None:
    """An operator whose own method raises loses what it had to say; declared datasets stay."""
    assert names(extract(FailingOperator(task_id="t", outlets=[outlet("b")])).outputs) == ["b"]


def test_panicking_extractor_costs_only_its_own_part(
    extract: Extract, manager: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """An extractor that ends like the Rust parser loses its part; one WARNING names task, part and remedy."""
    manager.add_extractor("EmptyOperator", PanickingExtractor)

    with caplog.at_level(logging.WARNING):
        found = extract(EmptyOperator(task_id="t", outlets=[outlet("b")]))

    assert names(found.outputs) == ["b"]
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "`dag.t`" in warning
    assert "PanickingExtractor" in warning
    assert "disabled_operators = EmptyOperator" in warning


@pytest.mark.filterwarnings("ignore:.openlineage. One or more legacy config options")
def test_source_code_switch_reaches_the_wrapped_extractor(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """With source code disabled the wrapped Bash extractor sends none."""
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__DISABLE_SOURCE_CODE", "True")

    assert "sourceCode" not in extract(BashOperator(task_id="t", bash_command="echo secret")).job_facets


def test_bash_keeps_its_source_code_and_the_official_unknown_source(extract: Extract, official: Extract) -> None:
    """What the built-in extractors send is still there."""
    task = BashOperator(task_id="t", bash_command="true", outlets=[outlet("b")])

    assert extract(task).job_facets == official(task).job_facets
    assert "unknownSourceAttribute" in extract(task).run_facets


def test_kit_extractor_works_when_it_is_named_in_the_configuration(
    manager: Any, official: Extract, warehouse: Path
) -> None:
    """Named in `[openlineage] extractors`, the kit's extractor answers although no listener has registered it."""
    from lineage_kit.extractors.enriching import SqlExtractor

    for name in SqlExtractor.get_operator_classnames():
        manager.add_extractor(name, SqlExtractor)

    found = official(SQLExecuteQueryOperator(task_id="t", conn_id="warehouse", sql="SELECT id FROM orders"))

    assert [(dataset.namespace, dataset.name) for dataset in found.inputs] == [(f"sqlite://{warehouse}", "orders")]


def test_task_that_ran_before_in_the_process_leaves_nothing(extract: Extract, collect: Callable[..., None]) -> None:
    """What hooks reported for one task does not reach the next one of the same process."""
    if not hasattr(compat._collector_getter(), "cache_clear"):
        pytest.skip("this Airflow offers no way to empty its collector")
    collect(outputs=["file:///data/first.csv"])
    first = EmptyOperator(task_id="first")
    assert names(extract(first).outputs) == ["/data/first.csv"]

    assert extract(EmptyOperator(task_id="second")).outputs == []


_STEPS = [
    (declared, "declared_lineage"),
    (observed, "contribute"),
    (reports, "reports_datasets"),
    (report, "attach"),
    (size, "fit"),
    (source_text, "protect"),
    (registry, "family_of"),
    (registry, "task_instance_of"),
    (SqlFamily, "extract"),
    (SqlFamily, "_generic"),
    (SqlFamily, "load"),
    (conf, "time_budget"),
    (conf, "disabled_parts"),
    (conf, "max_event_bytes"),
    (conf, "mask_sql_literals"),
    (conf, "enabled"),
    (conf, "operator_disabled"),
    (compat, "hook_lineage_allowed"),
    (compat, "hook_lineage_collector"),
    (compat, "default_source_code_enabled"),
]


@pytest.mark.parametrize(("owner", "step"), _STEPS, ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("kind", ["sql", "bash", "speaking", "nobody"])
@pytest.mark.parametrize("event", ["START", "COMPLETE", "FAIL"])
def test_official_answer_survives_any_broken_step(  # noqa: PLR0913, PLR0917 - one case per combination
    extract: Extract, official: Extract, warehouse: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, step: str,
    kind: str, event: str,
) -> None:  # fmt: skip
    """Whichever step of the kit raises, the event has at least what the OpenLineage provider alone would send."""
    assert warehouse.exists()
    tasks: dict[str, Callable[[], Any]] = {
        "sql": lambda: SQLExecuteQueryOperator(task_id="t", conn_id="warehouse", sql="SELECT id FROM orders"),
        "bash": lambda: BashOperator(task_id="t", bash_command="true"),
        "speaking": lambda: SpeakingOperator(task_id="t"),
        "nobody": lambda: EmptyOperator(task_id="t"),
    }
    expected = official(tasks[kind](), event)

    def broken(*_: Any, **__: Any) -> None:
        msg = "broken on purpose"
        raise RuntimeError(msg)

    monkeypatch.setattr(owner, step, broken)
    found = extract(tasks[kind](), event)

    assert set(names(expected.inputs)) <= set(names(found.inputs))
    assert set(names(expected.outputs)) <= set(names(found.outputs))
    # SQL that could not be masked is withheld: the one thing that counts for more than the floor.
    withheld = {"sql", "sourceCode"} if step == "protect" else set()
    assert expected.job_facets.keys() - withheld <= found.job_facets.keys()
    assert expected.run_facets.keys() <= found.run_facets.keys()
