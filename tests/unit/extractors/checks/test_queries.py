"""Checks by a query: their results are on the dataset where there is exactly one, on the run elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.exceptions import AirflowException
from airflow.providers.common.sql.operators.sql import (
    BranchSQLOperator,
    SQLCheckOperator,
    SQLIntervalCheckOperator,
    SQLThresholdCheckOperator,
    SQLValueCheckOperator,
)
from openlineage.client.serde import Serde
from support.check_results import HAS_DETAILS, assertions, measured, run_level, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

COUNT = "SELECT COUNT(*) FROM orders"
JOINED = 'SELECT COUNT(*) FROM orders JOIN "Mixed" m ON orders.id = m.id'


def truth(sql: str, **options: Any) -> Any:
    """Return a check that the first row is true."""
    return SQLCheckOperator(task_id="t", conn_id="store", sql=sql, **options)


def value(sql: str, expected: Any, **options: Any) -> Any:
    """Return a check that the first row has a value."""
    return SQLValueCheckOperator(task_id="t", conn_id="store", sql=sql, pass_value=expected, **options)


def between(sql: str, smallest: Any, largest: Any) -> Any:
    """Return a check that a number is within bounds."""
    return SQLThresholdCheckOperator(
        task_id="t", conn_id="store", sql=sql, min_threshold=smallest, max_threshold=largest
    )


def interval(metrics: dict[str, float], **options: Any) -> Any:
    """Return a check that metrics of `orders` on one day are near those of the week before."""
    task = SQLIntervalCheckOperator(
        task_id="t",
        conn_id="store",
        **{"table": "orders", "metrics_thresholds": metrics, "date_filter_column": "day", **options},
    )
    task.sql1, task.sql2 = (
        sql.replace("{{ ds }}", "2026-01-31").replace("{{ macros.ds_add(ds, -7) }}", "2026-01-24")
        for sql in (task.sql1, task.sql2)
    )
    return task


@pytest.mark.parametrize(
    ("make", "kind", "success"),
    [
        (lambda: truth("SELECT MAX(amount) > 1 FROM orders"), "expression_is_true", True),
        (lambda: truth("SELECT MAX(amount) > 99, 1 FROM orders"), "expression_is_true", False),
        (lambda: truth("SELECT id FROM orders WHERE id > 99"), "expression_is_true", False),
        (lambda: value("SELECT MAX(customer) FROM orders", "Bob"), "accepted_values", True),
        (lambda: value("SELECT MAX(amount) FROM orders", 10, tolerance=0.01), "accepted_range", False),
        (lambda: value("SELECT MAX(customer) FROM orders", 10), "accepted_values", False),
        (lambda: between("SELECT MAX(amount) FROM orders", 1, 11), "accepted_range", True),
        (lambda: between("SELECT MAX(amount) FROM orders", 11, 12), "accepted_range", False),
    ],
)
def test_one_input(check: Extract, forgotten: Extract, make: Callable[[], Any], kind: str, success: bool) -> None:
    """The result is an assertion on the table that the query reads; where nobody keeps it, the task's end tells."""
    for run in (check, forgotten):
        found = run(make())

        (orders,) = found.inputs
        assert [(each.assertion, each.success) for each in assertions(orders)] == [(kind, success)]
        assert (measured(orders), run_level(found)) == ({}, [])


@pytest.mark.parametrize("make", [lambda: truth(JOINED), lambda: value(JOINED, 1), lambda: between(JOINED, 1, 1)])
def test_several_inputs(check: Extract, make: Callable[[], Any]) -> None:
    """Which of several tables a query judges is not known, so that the run has the result."""
    found = check(make())

    assert [assertions(dataset) for dataset in found.inputs] == [[], []]
    assert run_level(found) == ([("t", "pass")] if HAS_DETAILS else [])


@pytest.mark.skipif(HAS_DETAILS, reason="this client has the facet")
def test_clients_without_a_facet_for_the_run(check: Extract) -> None:
    """The event says that the results are missing."""
    (omission,) = check(truth(JOINED)).run_facets["lineageKit_incomplete"].omissions

    assert (omission.part, omission.cause) == ("checks", "notSupportedHere")


@pytest.mark.skipif(not hasattr(truth(COUNT), "check_results"), reason="this common-sql keeps no results")
@pytest.mark.parametrize(
    ("make", "rows"),
    [
        (lambda: truth(COUNT), 3),
        (lambda: value("select count(1) as n\nfrom public.orders;", 3), 3),
        (lambda: value(COUNT, 4), 3),
        (lambda: between(COUNT, 0, 10), 3),
        (lambda: truth(f"{COUNT} WHERE id > 1"), None),
        (lambda: truth("SELECT COUNT(amount) FROM orders"), None),
        (lambda: truth("SELECT COUNT(*), 7 FROM orders"), None),
        (lambda: truth("SELECT COUNT(*) FROM orders GROUP BY customer"), None),
    ],
)
def test_row_counts(check: Extract, make: Callable[[], Any], rows: int | None) -> None:
    """A query that plainly counts the rows of its table has measured them; a part of the rows is not the table."""
    (orders,) = check(make()).inputs

    assert measured(orders).get("rows") == rows


def test_bounds_that_are_queries(check: Extract) -> None:
    """The tables behind the bounds of a threshold check are read, too."""
    found = check(between("SELECT MAX(id) FROM orders", "SELECT COUNT(*) FROM mart.orders", "7"))

    assert sorted(dataset.name.partition(".")[2] for dataset in found.inputs) == ["mart.orders", "public.orders"]


class TestInterval:
    def test_results(self, check: Extract) -> None:
        """Each metric is an assertion on the table, those that passed beside one that failed."""
        (orders,) = check(interval({"COUNT(*)": 1.5, "COALESCE(MAX(id), 0)": 9, "MIN(id)": 9})).inputs

        assert verdicts(orders) == {
            "interval_COUNT(*)": False,
            "interval_COALESCE(MAX(id), 0)": True,
            "interval_MIN(id)": True,
        }
        assert measured(orders) == {}

    def test_success(self, check: Extract, forgotten: Extract) -> None:
        """All metrics within their thresholds."""
        for run in (check, forgotten):
            (orders,) = run(interval({"COUNT(*)": 3})).inputs

            assert verdicts(orders) == {"interval_COUNT(*)": True}

    @pytest.mark.parametrize(
        ("error", "failed"),
        [
            ("The following tests have failed:\n COUNT(*)", {"COUNT(*)"}),
            ("The following tests have failed:\n COALESCE(MAX(id), 0), MIN(id)", {"COALESCE(MAX(id), 0)", "MIN(id)"}),
            ("The following tests have failed:\n something else", None),
            ("The following query returned zero rows: SELECT 1", None),
        ],
    )
    def test_failure_without_results(self, extract: Extract, error: str, failed: set[str] | None) -> None:
        """Where the operator keeps no results its error names the metrics that failed; the others passed."""
        metrics = {"COUNT(*)", "COALESCE(MAX(id), 0)", "MIN(id)"}

        (orders,) = extract(interval(dict.fromkeys(metrics, 2)), "FAIL", AirflowException(error)).inputs

        expected = {} if failed is None else {f"interval_{metric}": metric not in failed for metric in metrics}
        assert verdicts(orders) == expected

    def test_tables_at_the_start(self, extract: Extract) -> None:
        """The table is known before the task runs, from the queries that Airflow has rendered."""
        found = extract(interval({"COUNT(*)": 3}), "START")

        assert [dataset.name.partition(".")[2] for dataset in found.inputs] == ["public.orders"]
        assert "2026-01-24" in found.job_facets["sql"].query
        assert assertions(found.inputs[0]) == []

    @pytest.mark.filterwarnings("ignore:.openlineage. One or more legacy config options")
    def test_metrics_are_source_code(self, check: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """The name of a result has its metric in it, which does not leave where no source code may."""
        monkeypatch.setenv("AIRFLOW__OPENLINEAGE__DISABLE_SOURCE_CODE", "True")

        (orders,) = check(interval({"COUNT(NULLIF(customer, 'Eve'))": 3})).inputs

        assert len(assertions(orders)) == 1
        assert "Eve" not in Serde.to_json(orders)


@pytest.mark.parametrize(
    "make",
    [
        lambda: truth("SELECT 1 FROM orders WHERE no_such_column"),
        lambda: value("SELECT no_such_column FROM orders", 3),
        lambda: between("SELECT no_such_column FROM orders", 1, 2),
        lambda: interval({"MAX(no_such_column)": 3}),
    ],
)
def test_a_failure_of_the_task_is_no_result(
    extract: Extract, in_dag: Callable[[Any], Any], make: Callable[[], Any]
) -> None:
    """Where the query itself fails nothing is said about the data."""
    task = in_dag(make())
    with pytest.raises(Exception, match="no_such_column") as failure:
        task.execute({})

    found = extract(task, "FAIL", failure.value)

    assert [assertions(dataset) for dataset in found.inputs] == [[]]
    assert run_level(found) == []


class Lenient(SQLCheckOperator):
    """A user's operator that does not fail its task."""

    def execute(self, context: Any) -> None:
        """Run the check, whatever comes out."""
        try:
            super().execute(context)
        except AirflowException:
            self.log.info("so be it")


def test_success_of_a_users_operator(check: Extract, forgotten: Extract) -> None:
    """That the task succeeded says nothing of the data where the code is the user's; what was kept does."""
    (kept,) = check(Lenient(task_id="t", conn_id="store", sql="SELECT false FROM orders")).inputs
    (unknown,) = forgotten(Lenient(task_id="t", conn_id="store", sql="SELECT false FROM orders")).inputs

    kept_results = hasattr(truth(COUNT), "check_results")
    assert [each.success for each in assertions(kept)] == ([False] if kept_results else [])
    assert assertions(unknown) == []


def test_a_task_that_was_skipped(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that skips itself before it has checked anything ends with success and without a result."""
    from support import extraction

    make = extraction.task_instance_of
    monkeypatch.setattr(extraction, "task_instance_of", lambda task: _with_state(make(task), "skipped"))

    (orders,) = extract(truth(COUNT), "SKIPPED").inputs

    assert assertions(orders) == []


def _with_state(task_instance: Any, state: str) -> Any:
    task_instance.state = state
    return task_instance


@pytest.mark.skipif(not HAS_DETAILS, reason="this client has no facet for results of the run")
@pytest.mark.parametrize(("sql", "status"), [(COUNT, "pass"), (f"{COUNT} WHERE id > 9", "fail")])
def test_a_branch_is_no_judgement(check: Extract, monkeypatch: pytest.MonkeyPatch, sql: str, status: str) -> None:
    """The query that chooses a branch stays on the run, where its severity is told, and measures nothing."""
    # Skipping needs a scheduler.
    monkeypatch.setattr(BranchSQLOperator, "skip_all_except", lambda *_: None)
    task = BranchSQLOperator(
        task_id="t", conn_id="store", sql=sql, follow_task_ids_if_true=["a"], follow_task_ids_if_false=["b"]
    )

    found = check(task)

    assert [(assertions(dataset), measured(dataset)) for dataset in found.inputs] == [([], {})]
    assert run_level(found) == [("t", status)]
    assert found.run_facets["test"].tests[0].severity == "info"


@pytest.mark.skipif(not HAS_DETAILS, reason="this client knows no details of assertions")
def test_literals_are_masked(check: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """With masking on, neither the SQL of a check nor the values it is run with leave."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__MASK_SQL_LITERALS", "True")

    (orders,) = check(
        truth("SELECT 1 FROM orders WHERE customer = 'Ann' AND customer <> %s LIMIT 1", parameters=("Eve",))
    ).inputs

    text = Serde.to_json(orders)
    assert "Ann" not in text
    assert "Eve" not in text
    assert "customer" in assertions(orders)[0].content
