"""What a task's event tells of a call of dbt: the real operator, artifacts as releases of dbt write them."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lineage_kit.facets import incomplete

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Project


def names(datasets: list[Any]) -> list[str]:
    """Return the sorted names of datasets."""
    return sorted(each.name for each in datasets)


def named(datasets: list[Any], name: str) -> Any:
    """Return the dataset of a name."""
    return next(each for each in datasets if each.name == name)


def columns(dataset: Any) -> dict[str, list[str]]:
    """Return the column lineage of a dataset as column -> `dataset.column` list."""
    return {
        column: [f"{source.name}.{source.field}" for source in field.inputFields]
        for column, field in dataset.facets["columnLineage"].fields.items()
    }


def assertions(dataset: Any) -> list[Any]:
    """Return the assertions about a dataset."""
    return list(dataset.inputFacets["dataQualityAssertions"].assertions)


def omissions(found: Any) -> list[str]:
    """Return what the event says is missing."""
    facet = found.run_facets.get(incomplete.KEY)
    return [each.message for each in facet.omissions] if facet else []


_ORDERS = 'SELECT * FROM "shop"."raw"."orders"'


class TestTables:
    def test_source_and_models(self, ask: Callable[..., Any], project: Project) -> None:
        """What one model wrote and the next read is an output; sources are inputs."""
        orders = project.source("orders")
        staged = project.ran("model.shop.staged", _ORDERS, orders)
        project.ran("model.shop.totals", 'SELECT count(*) AS n FROM "shop"."main"."staged"', staged)

        found = ask(project)

        assert names(found.inputs) == ["shop.raw.orders"]
        assert names(found.outputs) == ["shop.main.staged", "shop.main.totals"]
        assert {each.namespace for each in (*found.inputs, *found.outputs)} == {"postgres://db:5432"}

    def test_table_that_only_the_sql_names(self, ask: Callable[..., Any], project: Project) -> None:
        """A table that was never declared to dbt is read all the same; the profile tells its database."""
        project.ran("model.shop.staged", "SELECT id FROM legacy.orders")

        assert names(ask(project).inputs) == ["shop.legacy.orders"]

    def test_reference_that_is_not_read(self, ask: Callable[..., Any], project: Project) -> None:
        """What dbt was told in a comment only orders the models."""
        project.ran("model.shop.staged", f"-- depends_on: customers\n{_ORDERS}", project.source("customers"))

        assert names(ask(project).inputs) == ["shop.raw.orders"]

    @pytest.mark.parametrize("sql", ["SELECT FROM WHERE ((", None])
    def test_sql_that_nobody_understands(self, ask: Callable[..., Any], project: Project, sql: str | None) -> None:
        """Then dbt is believed, which sees through ephemeral models."""
        orders = project.source("orders")
        recent = project.ran("model.shop.recent", None, orders, config={"materialized": "ephemeral"})
        project.ran("model.shop.staged", sql, recent)

        found = ask(project)

        assert (names(found.inputs), names(found.outputs)) == (["shop.raw.orders"], ["shop.main.staged"])
        assert ["model.shop.staged" in message for message in omissions(found)] == ([True] if sql else [])

    def test_python_model(self, ask: Callable[..., Any], project: Project) -> None:
        """Code in Python is no SQL."""
        project.ran("model.shop.staged", "def model(dbt, session): ...", project.source("orders"), language="python")

        found = ask(project)

        assert (names(found.inputs), names(found.outputs)) == (["shop.raw.orders"], ["shop.main.staged"])
        assert omissions(found) == []

    def test_model_that_failed(self, ask: Callable[..., Any], project: Project, children: list[Any]) -> None:
        """It wrote nothing; what was skipped because of it was not read either."""
        project.ran("model.shop.staged", _ORDERS, project.source("orders"), status="error")
        project.ran("model.shop.totals", 'SELECT 1 FROM "shop"."raw"."customers"', status="skipped")

        found = ask(project, failed=True)

        assert (names(found.inputs), names(found.outputs)) == (["shop.raw.orders"], [])
        assert [event.eventType.value for event in children] == ["START", "FAIL"]


class TestColumns:
    def test_star_by_the_catalogue(self, ask: Callable[..., Any], project: Project) -> None:
        """The catalogue tells the columns of what was there before; those of a model are in its own SQL."""
        orders = project.source("orders")
        staged = project.ran("model.shop.staged", _ORDERS, orders)
        project.ran("model.shop.totals", 'SELECT * FROM "shop"."main"."staged"', staged)
        project.write_catalog((orders, ["id", "amount"]), (staged, ["a_column_of_old"]))

        found = ask(project)

        assert columns(named(found.outputs, "shop.main.staged")) == {
            "id": ["shop.raw.orders.id"],
            "amount": ["shop.raw.orders.amount"],
        }
        assert columns(named(found.outputs, "shop.main.totals")) == {
            "id": ["shop.main.staged.id"],
            "amount": ["shop.main.staged.amount"],
        }
        assert [field.name for field in found.inputs[0].facets["schema"].fields] == ["id", "amount"]

    def test_star_without_a_catalogue(self, ask: Callable[..., Any], project: Project) -> None:
        """Nothing is guessed."""
        project.ran("model.shop.staged", _ORDERS, project.source("orders"))

        assert "columnLineage" not in ask(project).outputs[0].facets

    def test_switched_off(self, ask: Callable[..., Any], project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        """Column lineage is a part of its own."""
        monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "column_lineage")
        project.ran("model.shop.staged", 'SELECT id FROM "shop"."raw"."orders"', project.source("orders"))

        assert "columnLineage" not in ask(project).outputs[0].facets


class TestRows:
    @pytest.mark.parametrize(
        ("kind", "response", "rows"),
        [
            ("table", {"rows_affected": 5}, 5),
            ("incremental", {"rows_affected": 0}, 0),
            ("view", {"rows_affected": 5}, None),
            ("table", {"rows_affected": -1}, None),
            ("table", {"rows_affected": "5"}, None),
            ("table", {"_message": "OK"}, None),
            ("table", None, None),
        ],
    )
    def test_count(self, ask: Callable[..., Any], project: Project, kind: str, response: Any, rows: int | None) -> None:
        """The database's own count is told, where it counted rows."""
        sql = 'SELECT id FROM "shop"."raw"."orders"'
        project.ran("model.shop.staged", sql, adapter_response=response, config={"materialized": kind})

        statistics = (getattr(ask(project).outputs[0], "outputFacets", None) or {}).get("outputStatistics")

        assert (statistics and statistics.rowCount) == rows

    def test_snowflake(self, ask: Callable[..., Any], project: Project) -> None:
        """Snowflake answers with one row that the table was made; names are the stored ones."""
        project.profile = {"type": "snowflake", "account": "org-acct", "database": "shop"}
        project.manifest["metadata"]["adapter_type"] = "snowflake"
        project.ran(
            "model.shop.staged",
            "SELECT id FROM shop.raw.orders",
            adapter_response={"rows_affected": 1},
            relation_name="shop.main.staged",
        )

        (output,) = ask(project).outputs

        assert (output.namespace, output.name) == ("snowflake://org-acct", "SHOP.MAIN.STAGED")
        assert "outputStatistics" not in (getattr(output, "outputFacets", None) or {})


class TestTests:
    def test_severity_and_threshold(self, ask: Callable[..., Any], project: Project) -> None:
        """An assertion says what was found, whatever it stopped."""
        orders = project.source("orders")
        project.ran(
            "test.shop.few_nulls",
            _ORDERS,
            orders,
            status="warn",
            failures=3,
            attached_node=orders,
            column_name="id",
            test_metadata={"name": "not_null", "kwargs": {"column_name": "id"}},
            config={"severity": "WARN", "error_if": ">10"},
        )

        (result,) = assertions(ask(project).inputs[0])

        assert (result.success, result.column) == (False, "id")
        if hasattr(result, "severity"):  # clients before 1.47 have no more than that
            assert (result.assertion, result.name, result.severity) == ("not_null", "few_nulls", "warn")
            assert (result.actual, result.expected) == ("3", "not >10")

    @pytest.mark.parametrize("status", ["error", "skipped"])
    def test_test_without_a_verdict(self, ask: Callable[..., Any], project: Project, status: str) -> None:
        """A test that could not run found nothing."""
        orders = project.source("orders")
        project.ran("test.shop.t", _ORDERS, orders, status=status, attached_node=orders, failures=None)

        found = ask(project, failed=True)

        assert not any(getattr(each, "inputFacets", None) for each in found.inputs)

    def test_test_about_two_tables(self, ask: Callable[..., Any], project: Project) -> None:
        """Its result is about neither of them alone."""
        sql = f'{_ORDERS} EXCEPT SELECT * FROM "shop"."raw"."customers"'
        project.ran("test.shop.same", sql, project.source("orders"), project.source("customers"))

        found = ask(project)

        assert names(found.inputs) == ["shop.raw.customers", "shop.raw.orders"]
        assert not any(getattr(each, "inputFacets", None) for each in found.inputs)


class TestChildEvents:
    def test_names_of_the_task(self, ask: Callable[..., Any], project: Project, children: list[Any]) -> None:
        """Runs of models have the task's datasets and the task as parent; SQL goes without credentials."""
        sql = "COPY (SELECT 1) TO 's3://b/k' CREDENTIALS 'aws_secret_access_key=hush'"
        project.ran("model.shop.staged", _ORDERS, project.source("orders"))
        project.ran("model.shop.odd", sql)

        found = ask(project)

        models = {event.job.name: event for event in children if event.eventType.value == "COMPLETE"}
        staged = models["shop.main.shop.staged.build.run"]
        assert (names(staged.inputs), names(staged.outputs)) == (["shop.raw.orders"], ["shop.main.staged"])
        assert staged.inputs[0].namespace == "postgres://db:5432"
        assert staged.run.facets["parent"].job.name == "dag.t"
        assert "hush" not in repr(children) + repr(found)

    def test_no_time_left(
        self, ask: Callable[..., Any], project: Project, children: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The task's own event goes before those of models."""
        from lineage_kit.extractors.dbt import events

        emit = events.emit

        def without_time(extraction: Any, found: Any) -> None:
            extraction.budget._deadline = 0
            emit(extraction, found)

        monkeypatch.setattr(events, "emit", without_time)
        project.ran("model.shop.staged", 'SELECT id FROM "shop"."raw"."orders"', project.source("orders"))

        found = ask(project)

        assert names(found.outputs) == ["shop.main.staged"]
        assert children == []
        assert "0 have events of their own" in omissions(found)[0]

    def test_half_of_the_budget(
        self, ask: Callable[..., Any], project: Project, children: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A server that is slow to take one event gets no more: the rest of the time is for the task's own."""
        from lineage_kit.extractors.dbt import events
        from lineage_kit.extractors.extraction import Budget

        def slow(self: Any) -> float:
            return float(self.seconds) * (0.4 if children else 0.6)

        emit = events.emit

        def measured(extraction: Any, found: Any) -> None:
            with monkeypatch.context() as patched:
                patched.setattr(Budget, "remaining", slow)
                emit(extraction, found)

        monkeypatch.setattr(events, "emit", measured)
        project.ran("model.shop.staged", 'SELECT id FROM "shop"."raw"."orders"', project.source("orders"))

        found = ask(project)

        assert names(found.outputs) == ["shop.main.staged"]
        assert len(children) == 1
        assert "0 have events of their own" in omissions(found)[0]

    def test_event_that_cannot_be_made(
        self, ask: Callable[..., Any], project: Project, children: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It costs the child events only."""
        from lineage_kit.extractors.dbt import events

        monkeypatch.setattr(events, "events_of", lambda *_: 1 / 0)
        project.ran("model.shop.staged", 'SELECT id FROM "shop"."raw"."orders"', project.source("orders"))

        found = ask(project)

        assert names(found.outputs) == ["shop.main.staged"]
        assert children == []


class TestTime:
    def test_release_that_tells_the_end_only(self, ask: Callable[..., Any], project: Project) -> None:
        """Before 1.10 the beginning follows from how long the models took: it must be the task's own."""
        project.ran("model.shop.staged", 'SELECT id FROM "shop"."raw"."orders"', project.source("orders"))
        assert ask(project).outputs

        project.results["elapsed_time"] = 31.0

        assert not ask(project).outputs

    def test_release_that_tells_the_beginning(self, ask: Callable[..., Any], project: Project) -> None:
        """From 1.10 on dbt says itself when it began."""
        project.ran("model.shop.staged", 'SELECT id FROM "shop"."raw"."orders"', project.source("orders"))
        project.results["metadata"]["invocation_started_at"] = (project.began - timedelta(seconds=1)).isoformat()

        assert not ask(project).outputs

    def test_release_without_a_record(self, ask: Callable[..., Any], project: Project) -> None:
        """Before 1.5 only the command is recorded."""
        project.ran("model.shop.staged", 'SELECT id FROM "shop"."raw"."orders"', project.source("orders"))
        del project.results["args"]["invocation_command"]

        assert ask(project, "dbt build --select staged").outputs
        assert not ask(project, "dbt run").outputs


class TestFolderOfTheOption:
    @pytest.mark.parametrize(
        ("placeholders", "command", "told"),
        [
            ("", "dbt build $OPTIONS", False),
            ("{task_id}", "dbt build $OPTIONS", False),
            ("{task_id}/{run_id}", "dbt build $OPTIONS", True),
            ("", "dbt build", True),
            ("", "dbt build --select staged $OPTIONS", False),
        ],
    )
    def test_whose_files_they_are(  # noqa: PLR0913 - the fixtures and the case
        self,
        ask: Callable[..., Any],
        project: Project,
        monkeypatch: pytest.MonkeyPatch,
        placeholders: str,
        command: str,
        *,
        told: bool,
    ) -> None:
        """They are of this task where the folder is, or where the command's words say so."""
        monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DBT_ARTIFACTS", f"{project.folder}/kept/{placeholders}")
        project.ran("model.shop.staged", 'SELECT id FROM "shop"."raw"."orders"', project.source("orders"))
        project.write()
        kept = project.folder / "kept" / placeholders.format(task_id="t", run_id="run")
        shutil.copytree(project.folder / "target", kept, dirs_exist_ok=True)
        shutil.copy(project.folder / "profiles.yml", kept)

        found = ask(project, f"cd $SOMEWHERE && {command}")

        assert bool(found.outputs) is told


class TestSeveralCalls:
    def test_results_overwritten(self, ask: Callable[..., Any], project: Project) -> None:
        """What the first call did is lost, and the event says so."""
        project.ran("model.shop.staged", 'SELECT id FROM "shop"."raw"."orders"', project.source("orders"))

        found = ask(project, "dbt deps && dbt seed && dbt build")

        assert names(found.outputs) == ["shop.main.staged"]
        assert [message.startswith("What `dbt seed` did is not known") for message in omissions(found)] == [True]

    def test_call_that_was_not_reached(self, ask: Callable[..., Any], project: Project) -> None:
        """The files are of the call that failed; what follows it did not run."""
        project.ran("model.shop.staged", _ORDERS, project.source("orders"), status="error")

        found = ask(project, "dbt build && dbt test", failed=True)

        assert names(found.inputs) == ["shop.raw.orders"]
        assert omissions(found) == []

    def test_documentation(self, ask: Callable[..., Any], project: Project) -> None:
        """Making documentation overwrites the results too."""
        project.results["args"] = {"which": "generate", "invocation_command": "dbt docs generate"}
        project.ran("model.shop.staged", 'SELECT id FROM "shop"."raw"."orders"', project.source("orders"))

        found = ask(project, "dbt build && dbt docs generate")

        assert found.outputs == []
        assert "What `dbt build` did is not known" in omissions(found)[0]
