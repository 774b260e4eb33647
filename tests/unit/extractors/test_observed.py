"""Hook lineage: what comes to the task's own event, and how often the provider is asked for its child events."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.empty import EmptyOperator
from openlineage.client.event_v2 import Dataset

from lineage_kit import compat
from lineage_kit.facets import incomplete, no_datasets

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

needs_sql_reports = pytest.mark.skipif(
    compat.sql_hook_lineage_key() is None, reason="this common-sql does not report the SQL of hooks"
)


class CountingManager(ExtractorManager):
    """The provider's manager; counts how often hook lineage is asked for, which is when child events are sent."""

    asked = 0

    def get_hook_lineage(self, *args: Any, **kwargs: Any) -> Any:
        """Count, and answer as without SQL, for which a running task would be needed."""
        self.asked += 1
        del args, kwargs
        return None


@pytest.fixture
def manager() -> ExtractorManager:
    """Give a manager that counts."""
    return CountingManager()


@pytest.fixture
def run_sql(collect: Callable[..., None]) -> Callable[[str], None]:
    """Give a function that runs SQL through a hook, which reports it."""
    del collect
    return lambda sql: SqliteHook("warehouse").run(sql)


def names(datasets: list[Any]) -> list[str]:
    """Return the names of datasets."""
    return [dataset.name for dataset in datasets]


def test_assets_that_hooks_reported_come_beside_declared_ones(extract: Extract, collect: Callable[..., None]) -> None:
    """The provider would drop the declared outlet; here both are on the event."""
    collect(inputs=["file:///data/in.csv"])

    found = extract(EmptyOperator(task_id="t", outlets=[Dataset("declared", "out")]))

    assert (names(found.inputs), names(found.outputs)) == (["/data/in.csv"], ["out"])


def test_files_of_the_temporary_folder_are_dropped(extract: Extract, collect: Callable[..., None]) -> None:
    """A file that a transfer buffered in the temporary folder is no dataset."""
    collect(inputs=[f"file://{Path(tempfile.gettempdir()) / 'x' / 'buffer'}", "file:///data/in.csv"])

    assert names(extract(EmptyOperator(task_id="t")).inputs) == ["/data/in.csv"]


@needs_sql_reports
@pytest.mark.usefixtures("warehouse")
def test_sql_of_hooks_comes_to_the_tasks_own_event(
    extract: Extract, run_sql: Callable[[str], None], manager: CountingManager
) -> None:
    """SQL that Python code ran names datasets of the task, and the child events are asked for once."""
    run_sql("CREATE TABLE totals AS SELECT customer, sum(amount) AS total FROM orders GROUP BY customer")

    found = extract(EmptyOperator(task_id="t"))

    assert (names(found.inputs), names(found.outputs)) == (["orders"], ["totals"])
    assert set(found.outputs[0].facets["columnLineage"].fields) == {"customer", "total"}
    assert manager.asked == 1


@needs_sql_reports
@pytest.mark.usefixtures("warehouse")
def test_child_events_are_asked_for_once_where_only_declared_datasets_are_found(
    extract: Extract, run_sql: Callable[[str], None], manager: CountingManager
) -> None:
    """An answer with declared datasets only keeps the provider from asking, so the kit asks."""
    run_sql("SELECT 1")

    extract(EmptyOperator(task_id="t", outlets=[Dataset("declared", "out")]))

    assert manager.asked == 1


@needs_sql_reports
@pytest.mark.usefixtures("warehouse")
def test_child_events_are_left_to_the_provider_where_nothing_is_found(
    extract: Extract, run_sql: Callable[[str], None], manager: CountingManager
) -> None:
    """With an empty answer the provider asks by itself; asking as well would double the events."""
    run_sql("SELECT 1")

    extract(EmptyOperator(task_id="t"))

    assert manager.asked == 1


@needs_sql_reports
@pytest.mark.usefixtures("warehouse")
def test_child_events_are_not_asked_for_where_the_operator_named_datasets(
    extract: Extract, run_sql: Callable[[str], None], manager: CountingManager
) -> None:
    """Where the provider would not look at hook lineage, the kit does not either."""

    class SpeakingOperator(EmptyOperator):
        """An operator that knows its data."""

        def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
            """Name an input."""
            from airflow.providers.openlineage.extractors import OperatorLineage

            del task_instance
            return OperatorLineage(inputs=[Dataset("own", "in")])

    run_sql("SELECT id FROM orders")

    assert names(extract(SpeakingOperator(task_id="t")).inputs) == ["in"]
    assert manager.asked == 0


def test_policy_keeps_hook_lineage_out_and_is_named_as_the_reason(
    extract: Extract, collect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `hook_lineage` off in the emission policy nothing that hooks reported is sent, and the event says why."""
    pytest.importorskip("airflow.providers.openlineage.utils.emission_policy")
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__EMISSION_POLICY", '[{"scope": {}, "controls": {"hook_lineage": false}}]')
    collect(inputs=["file:///data/in.csv"])

    found = extract(EmptyOperator(task_id="t"))

    assert found.inputs == []
    assert [each.reason for each in found.run_facets[no_datasets.KEY].explanations] == ["policy"]


def test_full_collector_is_reported(
    extract: Extract, collect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where hooks reported as many assets as Airflow keeps, the event says that there may be more."""
    monkeypatch.setattr(compat, "max_collected_assets", lambda: 2)
    collect(inputs=["file:///data/1", "file:///data/2"])

    omissions = extract(EmptyOperator(task_id="t")).run_facets[incomplete.KEY].omissions

    assert [(each.part, each.cause) for each in omissions] == [("observed", "collectorLimit")]


def test_switched_off_part_leaves_what_the_provider_does(
    extract: Extract, collect: Callable[..., None], monkeypatch: pytest.MonkeyPatch, manager: CountingManager
) -> None:
    """With `observed` disabled the provider's own hook lineage is still asked for."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "observed")
    collect(inputs=["file:///data/in.csv"])

    extract(EmptyOperator(task_id="t", outlets=[Dataset("declared", "out")]))

    assert manager.asked == 1
