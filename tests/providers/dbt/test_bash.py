"""dbt called by shell commands: the real operators, a real project, DuckDB."""

from __future__ import annotations

import json
import shutil
from contextlib import nullcontext
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from airflow.exceptions import AirflowException
from airflow.providers.standard.operators.bash import BashOperator
from openlineage.client.serde import Serde
from support.check_results import HAS_DETAILS, run_level
from support.openlineage import validate_event

from lineage_kit.facets import incomplete, no_datasets
from lineage_kit.testing import task_instance_of

if TYPE_CHECKING:
    from collections.abc import Callable

try:
    from airflow.providers.standard.decorators.bash import bash_task
except ImportError:  # some of its releases cannot import it on Airflow 2, which has its own
    from airflow.decorators.bash import bash_task


class Run(NamedTuple):
    """A task that ran dbt."""

    task: Any
    began: datetime
    project: Path
    namespace: str


def run(task: Any, project: Path, database: Path, *, fails: bool = False) -> Run:
    """Run a task; dbt's exit code is 1 where a model or a test fails, and another one where dbt itself does."""
    task_instance = task_instance_of(task)
    task_instance.render_templates = lambda: None
    began = datetime.now(timezone.utc)
    with pytest.raises(AirflowException, match="exit code 1") if fails else nullcontext():
        task.execute({"ti": task_instance})
    return Run(task, began, project, f"duckdb://{database}")


@pytest.fixture(scope="module")
def failed_build(dbt: str, make_project: Callable[[], Path], variables: dict[str, str]) -> Run:
    """Give a task whose `dbt build` was ended by a failing test."""
    project = make_project()
    environment = {**variables, "SHOP_DATABASE": "shop.duckdb"}
    task = BashOperator(task_id="build", bash_command=f"cd {project} && {dbt} build", env=environment)
    return run(task, project, project / "shop.duckdb", fails=True)


@pytest.fixture(scope="module")
def two_calls(dbt: str, make_project: Callable[[], Path], variables: dict[str, str]) -> Run:
    """Give a decorated task that called dbt twice, each time with a target folder of its own."""
    project = make_project()
    database = project.parent / "shop.duckdb"
    options = f"--project-dir {project} --profiles-dir {project} --target dev"

    def command() -> str:
        return f"""
            {dbt} --no-use-colors seed {options} &&
            {dbt} build {options} --target-path made --exclude tag:strict resource_type:seed
        """

    decorated = bash_task(command, task_id="shop", env={**variables, "SHOP_DATABASE": str(database)})
    task = decorated().operator
    task.refresh_bash_command = lambda _: None  # Airflow 2's own writes the command to the database
    return run(task, project, database)


@pytest.fixture(scope="module")
def broken_model(dbt: str, make_project: Callable[[], Path], variables: dict[str, str]) -> Run:
    """Give a task that called dbt twice in one folder; the second time a model failed."""
    project = make_project()
    environment = {**variables, "SHOP_DATABASE": str(project / "shop.duckdb")}
    command = f"{dbt} seed && {dbt} run --vars '{{with_broken: true}}'"
    task = BashOperator(task_id="run", bash_command=command, cwd=str(project), env=environment)
    return run(task, project, project / "shop.duckdb", fails=True)


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


def verdicts(dataset: Any) -> dict[str, tuple[str, bool]]:
    """Return the assertions about a dataset: name, or with older clients what is asserted -> column and success."""
    found = dataset.inputFacets["dataQualityAssertions"].assertions
    return {getattr(each, "name", each.assertion): (each.column, each.success) for each in found}


def reasons(found: Any) -> list[str]:
    """Return why there is no dataset."""
    return [each.reason for each in found.run_facets[no_datasets.KEY].explanations]


def omissions(found: Any) -> list[str]:
    """Return what the event says is missing."""
    facet = found.run_facets.get(incomplete.KEY)
    return [each.message for each in facet.omissions] if facet else []


class TestFailedBuild:
    def test_written_and_tested(self, ask: Callable[..., Any], failed_build: Run) -> None:
        """Outputs are what dbt wrote before it failed; what was tested is an input with its assertions."""
        found = ask(failed_build.task, "FAIL", began=failed_build.began)

        assert {each.namespace for each in (*found.inputs, *found.outputs)} == {failed_build.namespace}
        assert names(found.outputs) == ["shop.main.orders", "shop.main.raw_orders"]
        assert names(found.inputs) == ["shop.main.orders"]
        if not HAS_DETAILS:
            assert verdicts(found.inputs[0]) == {"unique": ("id", True), "not_null": ("amount", False)}
            return
        assert verdicts(found.inputs[0]) == {
            "unique_orders_id": ("id", True),
            "not_null_orders_amount": ("amount", False),
            "every_amount_is_known": ("amount", False),
        }
        strict = found.inputs[0].inputFacets["dataQualityAssertions"].assertions[0]
        assert (strict.assertion, strict.severity, strict.actual, strict.expected) == ("not_null", "error", "1", "0")

    def test_columns_and_rows(self, ask: Callable[..., Any], failed_build: Run) -> None:
        """An output has the columns that the file has, where they come from, and the rows that dbt was told."""
        found = ask(failed_build.task, "FAIL", began=failed_build.began)

        orders = named(found.outputs, "shop.main.orders")
        assert columns(orders) == {name: [f"shop.main.raw_orders.{name}"] for name in ("id", "customer", "amount")}
        assert [field.name for field in orders.facets["schema"].fields] == ["id", "customer", "amount"]
        assert orders.facets["documentation"].description == "Orders with their amounts as numbers."
        assert named(found.outputs, "shop.main.raw_orders").outputFacets["outputStatistics"].rowCount == 3

    def test_nothing_else_is_asked(self, ask: Callable[..., Any], failed_build: Run) -> None:
        """What BashOperator itself says stays; it is no longer called unknown."""
        found = ask(failed_build.task, "FAIL", began=failed_build.began)

        assert found.job_facets["sourceCode"].language == "bash"
        assert "unknownSourceAttribute" not in found.run_facets
        assert omissions(found) == []

    def test_child_events(self, ask: Callable[..., Any], failed_build: Run, children: list[Any]) -> None:
        """Each model has a run of its own below the task's, once, with the task's names; so has what was tested."""
        ask(failed_build.task, "FAIL", began=failed_build.began)

        told = [
            (event.job.name, event.eventType.value, names(event.inputs), names(event.outputs)) for event in children
        ]
        model, tests = "shop.main.shop.orders.build.run", "shop.main.shop.orders.build.test"
        # Whether a failed test fails the run is a matter of its severity, of which older clients know nothing.
        ended = "FAIL" if HAS_DETAILS else "COMPLETE"
        assert told == [
            (model, "START", ["shop.main.raw_orders"], ["shop.main.orders"]),
            (model, "COMPLETE", ["shop.main.raw_orders"], ["shop.main.orders"]),
            (tests, "START", ["shop.main.orders"], []),
            (tests, ended, ["shop.main.orders"], []),
        ]
        assert {event.run.facets["parent"].job.name for event in children} == {"dag.build"}
        for event in children:
            validate_event(json.loads(Serde.to_json(event)))

    def test_start(self, ask: Callable[..., Any], failed_build: Run, children: list[Any]) -> None:
        """Before dbt has run, the files are those of another time."""
        found = ask(failed_build.task, "START", began=failed_build.began)

        assert (found.inputs, found.outputs, children) == ([], [], [])

    @pytest.mark.filterwarnings("ignore:.openlineage. One or more legacy config options")
    def test_source_code_disabled(
        self, ask: Callable[..., Any], failed_build: Run, children: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without source code no event has SQL."""
        monkeypatch.setenv("AIRFLOW__OPENLINEAGE__DISABLE_SOURCE_CODE", "True")

        found = ask(failed_build.task, "FAIL", began=failed_build.began)

        assert names(found.outputs) == ["shop.main.orders", "shop.main.raw_orders"]
        assert children
        assert all("sql" not in event.job.facets for event in children)

    def test_switched_off(
        self, ask: Callable[..., Any], failed_build: Run, children: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without the part there is neither lineage nor a child event."""
        monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "dbt")

        found = ask(failed_build.task, "FAIL", began=failed_build.began)

        assert (found.inputs, found.outputs, children) == ([], [], [])

    def test_wrapper_that_sends_events(self, ask: Callable[..., Any], failed_build: Run, children: list[Any]) -> None:
        """OpenLineage's own wrapper sends the events of models; they are not sent twice."""
        command = f"cd {failed_build.project} && dbt-ol build"
        found = ask(
            BashOperator(task_id="build", bash_command=command, env={"SHOP_DATABASE": "shop.duckdb"}),
            "FAIL",
            began=failed_build.began,
        )

        assert names(found.outputs) == ["shop.main.orders", "shop.main.raw_orders"]
        assert children == []


class TestTwoCalls:
    def test_all_calls_are_one_lineage(self, ask: Callable[..., Any], two_calls: Run) -> None:
        """What one call wrote and the other read is an output only; ephemeral models do not exist."""
        found = ask(two_calls.task, began=two_calls.began)

        written = ["shop.main.customers", "shop.main.orders", "shop.main.orders_history", "shop.main.raw_orders"]
        assert names(found.outputs) == written
        assert names(found.inputs) == ["shop.main.orders"]
        assert {each.namespace for each in (*found.inputs, *found.outputs)} == {two_calls.namespace}
        assert not any("dbt" in message for message in omissions(found))

    def test_columns_behind_an_ephemeral_model(self, ask: Callable[..., Any], two_calls: Run) -> None:
        """Columns are those of the compiled SQL, a star included; what is only named in a comment is not read."""
        found = ask(two_calls.task, began=two_calls.began)

        customers = named(found.outputs, "shop.main.customers")
        assert columns(customers) == {"customer": ["shop.main.orders.customer"], "total": ["shop.main.orders.amount"]}
        read = {source.name for source in customers.facets["columnLineage"].dataset}
        assert read == {"shop.main.orders"}
        history = columns(named(found.outputs, "shop.main.orders_history"))
        assert history["amount"] == ["shop.main.orders.amount"]

    def test_test_about_several_tables(self, ask: Callable[..., Any], two_calls: Run) -> None:
        """Its result belongs to the run; those about one table to the table, also where they look at another."""
        found = ask(two_calls.task, began=two_calls.began)

        assert run_level(found) == ([("totals_match", "pass")] if HAS_DETAILS else [])
        name = "relationships_orders_customer__customer__ref_customers_" if HAS_DETAILS else "relationships"
        assert verdicts(found.inputs[0])[name] == ("customer", True)

    def test_which_input_feeds_which_output(self, ask: Callable[..., Any], two_calls: Run) -> None:
        """Each output says its own inputs."""
        pytest.importorskip("openlineage.client.generated.lineage", reason="this client cannot say it")
        found = ask(two_calls.task, began=two_calls.began)

        flows = {
            entry.name: {source.name for source in entry.inputs if source.field is None}
            for entry in found.job_facets["lineage"].entries
        }
        assert flows["shop.main.customers"] == {"shop.main.orders"}
        assert flows["shop.main.orders"] == {"shop.main.raw_orders"}
        assert flows["shop.main.raw_orders"] == set()


def test_model_that_failed(ask: Callable[..., Any], broken_model: Run, children: list[Any]) -> None:
    """It is no output; what an earlier call did is lost with its files, and the event says so."""
    found = ask(broken_model.task, "FAIL", began=broken_model.began)

    assert names(found.outputs) == ["shop.main.customers", "shop.main.orders"]
    assert names(found.inputs) == ["shop.main.raw_orders"]
    assert ["`dbt seed`" in message for message in omissions(found)] == [True]
    ended = {event.job.name: event.eventType.value for event in children}
    assert ended["shop.main.shop.broken"] == "FAIL"


class TestArtifactsThatDoNotCount:
    @pytest.fixture
    def copy(self, failed_build: Run, tmp_path: Path) -> Path:
        """Give a copy of a project that was built, which a test may change."""
        return Path(shutil.copytree(failed_build.project, tmp_path / "shop"))

    def ask_about(
        self, ask: Callable[..., Any], project: Path, began: datetime | None, arguments: str = "build"
    ) -> Any:
        """Return the lineage of a task that has called dbt in a project."""
        environment = {"SHOP_DATABASE": "shop.duckdb", "HOME": str(project)}
        task = BashOperator(task_id="t", bash_command=f"dbt {arguments}", cwd=str(project), env=environment)
        return ask(task, "FAIL", began=began)

    def test_older_than_the_task(self, ask: Callable[..., Any], copy: Path, children: list[Any]) -> None:
        """Results of the run before are not this run's."""
        found = self.ask_about(ask, copy, datetime.now(timezone.utc))

        assert (found.inputs, found.outputs, children) == ([], [], [])
        assert reasons(found) == ["notAvailable"]
        assert "older than this run" in omissions(found)[0]

    def test_start_not_known(self, ask: Callable[..., Any], copy: Path) -> None:
        """Where nobody tells when the task began, nothing is believed."""
        assert self.ask_about(ask, copy, None).outputs == []

    def test_another_call(self, ask: Callable[..., Any], copy: Path, failed_build: Run) -> None:
        """What another task ran in the same project at the same time is not this task's."""
        found = self.ask_about(ask, copy, failed_build.began, "build --select customers")

        assert (found.inputs, found.outputs) == ([], [])
        assert "another call of dbt" in omissions(found)[0]

    def test_another_command(self, ask: Callable[..., Any], copy: Path, failed_build: Run) -> None:
        """Neither is what another command of dbt left."""
        assert self.ask_about(ask, copy, failed_build.began, "run").outputs == []

    def test_manifest_of_another_call(self, ask: Callable[..., Any], copy: Path, failed_build: Run) -> None:
        """Both files must be of one call."""
        path = copy / "target" / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest["metadata"]["invocation_id"] = "another"
        path.write_text(json.dumps(manifest))

        found = self.ask_about(ask, copy, failed_build.began)

        assert found.outputs == []
        assert "different calls" in omissions(found)[0]

    @pytest.mark.parametrize("name", ["run_results.json", "manifest.json"])
    @pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"metadata": {}}'])
    def test_file_that_is_none(
        self, ask: Callable[..., Any], copy: Path, failed_build: Run, name: str, content: str | None
    ) -> None:
        """A file that is missing, half written or something else costs the lineage only."""
        path = copy / "target" / name
        path.unlink()
        if content is not None:
            path.write_text(content)

        found = self.ask_about(ask, copy, failed_build.began)

        assert found.outputs == []
        assert reasons(found) == ["notAvailable"]

    def test_file_that_is_too_large(self, ask: Callable[..., Any], copy: Path, failed_build: Run) -> None:
        """A manifest that would take too long to read is left alone."""
        with (copy / "target" / "manifest.json").open("r+b") as file:
            file.truncate(100_000_000)

        found = self.ask_about(ask, copy, failed_build.began)

        assert found.outputs == []
        assert "larger than 50 MB" in omissions(found)[0]

    def test_folder_not_known(self, ask: Callable[..., Any], failed_build: Run) -> None:
        """Without a folder the command ran in one that is gone, unless the option names where files are."""
        task = BashOperator(task_id="t", bash_command="dbt build")

        found = ask(task, began=failed_build.began)

        assert reasons(found) == ["notAvailable"]
        assert "dbt_artifacts" in omissions(found)[0]


@pytest.mark.parametrize("command", ["echo dbt build", "dbt deps", "dbt docs serve", "pip install dbt", "dbt '"])
def test_command_that_runs_no_model(ask: Callable[..., Any], command: str, children: list[Any]) -> None:
    """A command that only mentions dbt, or calls what reads no data, is one like any other."""
    found = ask(BashOperator(task_id="t", bash_command=command), began=datetime.now(timezone.utc))

    assert "notAvailable" not in reasons(found)
    assert (omissions(found), children) == ([], [])
