"""Every operator that the kit knows has a test on its real class, those too that it knows by a base class."""

from __future__ import annotations

import ast
import importlib
import re
import warnings
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from support.lineage_facts import names
from support.releases import import_or_skip, make_or_skip

from lineage_kit import compat
from lineage_kit.coverage import installed_operators
from lineage_kit.datasets.databases.connections import DESCRIPTIONS
from lineage_kit.extractors.contract.finding import RETURNING
from lineage_kit.extractors.operators import OPERATORS
from lineage_kit.facets import no_datasets
from lineage_kit.listener import on_task_instance_running
from lineage_kit.testing import TaskInstanceStandIn, task_instance_of
from lineage_kit.testing import extract as ask_manager

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.postgres import PostgresDatabase

    Extract = Callable[..., Any]
    Tell = Callable[..., list[str]]

TESTS = Path(__file__).parents[1]
#: A class in text, as in `package.module.Operator`, `package.module:Operator`, or `Operator` in a table of cases.
CLASS_PATH = re.compile(r"(?:[\w.]*[.:])?([A-Z]\w+)")
PROVIDERS = "airflow.providers"
#: What the events of tasks whose files of dbt are out of reach say.
DBT_CALL = re.compile(r"`dbt \w+` ran elsewhere")
GKE = {"project_id": "p", "location": "l", "cluster_name": "c"}
DBT = {"image": "shop", "cmds": ["dbt"], "arguments": ["build"]}
POD = {"name": "shop", **DBT}


class _Uses(ast.NodeVisitor):
    """Collects what code uses: names that are no annotations, and classes by their path in text; no mere imports."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.texts: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for child in (*node.decorator_list, *node.args.defaults, *node.body):
            self.visit(child)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Name(self, node: ast.Name) -> None:
        self.names.add(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.names.add(node.attr)
        self.visit(node.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.texts.add(node.value)
            if found := CLASS_PATH.fullmatch(node.value):
                self.names.add(found[1])


def uses(*folders: str) -> _Uses:
    """Return what the tests in some folders use."""
    found = _Uses()
    for folder in folders:
        for file in sorted((TESTS / folder).rglob("test_*.py")):
            found.visit(ast.parse(file.read_text(encoding="utf-8")))
    return found


@pytest.fixture(scope="module")
def tested() -> set[str]:
    """Give the names of the classes that tests use."""
    return uses("unit", "providers").names


@pytest.fixture(scope="module")
def installed() -> list[type]:
    """Give the operators that are installed here and that the kit knows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of modules of all providers
        return [class_at(each.path) for each in installed_operators(lambda _: None) if each.kit]


def class_at(path: str) -> Any:
    """Return a class by its path."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.fixture
def tell(manager: Any, monkeypatch: pytest.MonkeyPatch, in_dag: Callable[[Any], Any]) -> Tell:
    """Give a function that returns which calls of dbt a task made, as the event says of which nothing is known."""
    monkeypatch.setattr(compat, "extractor_manager", lambda: manager)
    monkeypatch.setattr(TaskInstanceStandIn, "start_date", datetime.now(timezone.utc), raising=False)

    def ask(task: Any, event: str = "COMPLETE") -> list[str]:
        task_instance = task_instance_of(in_dag(task))
        on_task_instance_running(task_instance=task_instance)
        found = ask_manager(manager, task_instance, {"COMPLETE": "success", "FAIL": "failed"}[event])
        assert (found.inputs, found.outputs) == ([], [])
        messages = [each.message for each in found.run_facets[no_datasets.KEY].explanations]
        return [call[0] for message in messages for call in DBT_CALL.finditer(message)]

    return ask


class TestRule:
    """A class is tested if some test uses it: makes it, derives from it, or has it in a table of cases."""

    #: Classes that nobody makes by themselves, and one that is made in their stead.
    STANDING_FOR = {  # noqa: RUF012 - nobody changes it
        f"{PROVIDERS}.amazon.aws.operators.appflow.AppflowBaseOperator": "AppflowRunOperator",
        f"{PROVIDERS}.common.sql.operators.sql.BaseSQLOperator": "SQLExecuteQueryOperator",
        f"{PROVIDERS}.databricks.operators.databricks.DatabricksTaskBaseOperator": "DatabricksNotebookOperator",
        f"{PROVIDERS}.databricks.operators.databricks_workflow._CreateDatabricksWorkflowOperator": (
            "DatabricksWorkflowTaskGroup"
        ),
        f"{PROVIDERS}.google.cloud.transfers.bigquery_to_sql.BigQueryToSqlBaseOperator": "BigQueryToPostgresOperator",
        f"{PROVIDERS}.google.cloud.transfers.sql_to_gcs.BaseSQLToGCSOperator": "PostgresToGCSOperator",
        f"{PROVIDERS}.slack.transfers.base_sql_to_slack.BaseSqlToSlackOperator": "SqlToSlackApiFileOperator",
        "cosmos.operators.base.AbstractDbtBase": "DbtBuildDockerOperator",
        "cosmos.operators.local.AbstractDbtLocalBase": "DbtBuildLocalOperator",
    }

    def test_operators_of_the_tables(self, tested: set[str]) -> None:
        """Every class that the kit's tables name has a test, installed here or not."""
        paths = {*OPERATORS, *RETURNING}

        assert self.STANDING_FOR.keys() <= paths
        assert [path for path in sorted(paths) if self.name_of(path) not in tested] == []

    def test_operators_known_by_a_base(self, tested: set[str], installed: list[type]) -> None:
        """Every installed class that derives from one in the tables has a test; those of Cosmos are all made below."""
        paths = [f"{cls.__module__}.{cls.__qualname__}" for cls in installed]

        assert [path for path in paths if not path.startswith("cosmos.") and self.name_of(path) not in tested] == []

    def test_databases(self) -> None:
        """Every connection type of the registry is in a test of databases."""
        assert DESCRIPTIONS.keys() - uses("unit/datasets/databases", "providers/databases").texts == set()

    def name_of(self, path: str) -> str:
        """Return the name of the class that is to be in a test."""
        return self.STANDING_FOR.get(path) or path.rpartition(".")[2]


#: Classes that the kit knows by a base class, with arguments, and the dbt command that they are told to run elsewhere.
CONTAINERS = [
    ("docker.operators.docker_swarm.DockerSwarmOperator", {"image": "shop", "command": "dbt build"}),
    ("amazon.aws.operators.eks.EksPodOperator", {"cluster_name": "c", "pod_name": "shop", **DBT}),
    ("google.cloud.operators.kubernetes_engine.GKEStartPodOperator", {**GKE, **POD}),
    ("google.cloud.operators.kubernetes_engine.GKEStartJobOperator", {**GKE, **POD}),
    ("google.cloud.operators.kubernetes_engine.GKEStartKueueJobOperator", {**GKE, **POD, "queue_name": "q"}),
    ("cncf.kubernetes.operators.job.KubernetesJobOperator", POD),
    ("cncf.kubernetes.operators.kueue.KubernetesStartKueueJobOperator", {**POD, "queue_name": "q"}),
    ("cncf.kubernetes.operators.spark_kubernetes.SparkKubernetesOperator", {**POD, "template_spec": {}}),
]


@pytest.mark.filterwarnings("ignore:You have not set parameter `on_finish_action`")
@pytest.mark.parametrize(("path", "arguments"), CONTAINERS)
def test_containers(tell: Tell, path: str, arguments: dict[str, Any]) -> None:
    """A container that ran dbt is told from its command, by whichever operator it was started."""
    cls = import_or_skip(f"{PROVIDERS}.{path}")

    assert tell(make_or_skip(cls, task_id="t", **arguments)) == ["`dbt build` ran elsewhere"]


SELECT = "SELECT o.id FROM sales.orders AS o"
#: Classes that the kit knows by a base class, with arguments, the connection `db`, and the tables that they read.
QUERIES = [
    ("exasol.operators.exasol.ExasolOperator", {"exasol_conn_id": "db"}, "exasol", "exasol://db:8563", "SALES.ORDERS"),
    (
        "teradata.operators.teradata.TeradataOperator",
        {"teradata_conn_id": "db"},
        "teradata",
        "teradata://db:1025",
        "sales.orders",
    ),
    (
        "google.suite.transfers.sql_to_sheets.SQLToGoogleSheetsOperator",
        {"sql_conn_id": "db", "spreadsheet_id": "s"},
        "teradata",
        "teradata://db:1025",
        "sales.orders",
    ),
    (
        "slack.transfers.sql_to_slack_webhook.SqlToSlackWebhookOperator",
        {"sql_conn_id": "db", "slack_webhook_conn_id": "slack", "slack_message": "{{ results_df }}"},
        "teradata",
        "teradata://db:1025",
        "sales.orders",
    ),
]


@pytest.mark.parametrize(("path", "arguments", "conn_type", "namespace", "table"), QUERIES)
def test_queries(  # noqa: PLR0913, PLR0917 - a row of the table above
    extract: Extract,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    arguments: dict[str, Any],
    conn_type: str,
    namespace: str,
    table: str,
) -> None:
    """What a query reads is told before it has run, whichever operator it is of."""
    cls = import_or_skip(f"{PROVIDERS}.{path}")
    monkeypatch.setenv("AIRFLOW_CONN_DB", f"{conn_type}://me:secret@db")

    found = extract(make_or_skip(cls, task_id="t", sql=SELECT, **arguments), "START")

    assert names(found.inputs) == [(namespace, table)]
    assert not found.outputs


def test_ydb(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hook connects when it is made, which is left out."""
    cls = import_or_skip(f"{PROVIDERS}.ydb.operators.ydb.YDBExecuteQueryOperator")
    hooks = importlib.import_module(f"{PROVIDERS}.ydb.hooks.ydb")
    monkeypatch.setattr(hooks.ydb, "Driver", mock.MagicMock())
    monkeypatch.setattr(hooks.ydb, "QuerySessionPool", mock.MagicMock())
    monkeypatch.setenv("AIRFLOW_CONN_DB", "ydb://me:secret@db/?database=%2Flocal")

    found = extract(cls(task_id="t", sql="SELECT id FROM orders", ydb_conn_id="db"), "START")

    assert names(found.inputs) == [("ydb://db:2135", "/local/orders")]


def test_pgvector(extract: Extract, monkeypatch: pytest.MonkeyPatch, postgres: PostgresDatabase) -> None:
    """A SQL operator of PostgreSQL; it needs the extension for its values alone."""
    cls = import_or_skip(f"{PROVIDERS}.pgvector.operators.pgvector.PgVectorIngestOperator")
    shop = postgres.create_database("vectors")
    shop.execute("CREATE TABLE texts (id int)")
    monkeypatch.setenv("AIRFLOW_CONN_DB", shop.url("postgres"))

    found = extract(cls(task_id="t", conn_id="db", sql="INSERT INTO texts (id) VALUES (%s)", parameters=[1]))

    assert [name for _, name in names(found.outputs)] == [f"{shop.name}.public.texts"]


@pytest.mark.filterwarnings("ignore:The default value of `use_legacy_sql`")
@pytest.mark.parametrize(
    ("path", "arguments", "conn_type", "target"),
    [
        (
            "bigquery_to_mysql.BigQueryToMySqlOperator",
            {"dataset_table": "sales.spent", "mysql_conn_id": "db"},
            "mysql",
            ("mysql://db:3306", "mart.spent"),
        ),
        (
            "bigquery_to_mssql.BigQueryToMsSqlOperator",
            {"source_project_dataset_table": "lake.sales.spent", "mssql_conn_id": "db"},
            "mssql",
            ("mssql://db:1433", "mart.dbo.spent"),
        ),
    ],
)
def test_bigquery_to_sql(  # noqa: PLR0913, PLR0917 - a row of the table above
    extract: Extract,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    arguments: dict[str, Any],
    conn_type: str,
    target: tuple[str, str],
) -> None:
    """Both tables are told, the database's with the whole name, by which it is known to others."""
    cls = import_or_skip(f"{PROVIDERS}.google.cloud.transfers.{path}")
    bigquery = importlib.import_module(f"{PROVIDERS}.google.cloud.hooks.bigquery")
    table = importlib.import_module("google.cloud.bigquery").Table("lake.sales.spent")
    monkeypatch.setattr(bigquery.BigQueryHook, "project_id", "lake")
    monkeypatch.setattr(bigquery.BigQueryHook, "get_client", lambda *_, **__: mock.Mock(get_table=lambda _: table))
    monkeypatch.setenv("AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT", "google-cloud-platform://?project=lake")
    monkeypatch.setenv("AIRFLOW_CONN_DB", f"{conn_type}://me:secret@db/mart")
    name = target[1].removeprefix("mart.")

    found = extract(make_or_skip(cls, task_id="t", selected_fields=["id"], target_table_name=name, **arguments))

    assert names(found.inputs) == [("bigquery", "lake.sales.spent")]
    assert names(found.outputs) == [target]


def test_databricks_copy_into_asset(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is told as of any COPY INTO."""
    cls = import_or_skip(f"{PROVIDERS}.databricks.operators.databricks_sql.DatabricksCopyIntoAssetOperator")
    identity = import_or_skip(f"{PROVIDERS}.databricks.assets.databricks.UnityTableIdentity")
    monkeypatch.setenv("AIRFLOW_CONN_DATABRICKS_DEFAULT", "databricks://token:secret@dbc.example")
    table = identity(host="dbc.example", catalog="main", schema="sales", table="orders")

    task = cls(
        task_id="t", table_name="main.sales.orders", file_location="s3://lake/in", file_format="CSV", unity_table=table
    )
    found = extract(task, "START")

    assert names(found.inputs) == [("s3://lake", "in")]
    assert ("databricks://dbc.example", "main.sales.orders") in names(found.outputs)


class TestCosmos:
    """Every class of Cosmos that is installed here."""

    #: What constructors want beside the project, by a part of the module's name.
    ARGUMENTS = {  # noqa: RUF012 - nobody changes it
        "aws_ecs": {"cluster": "c", "task_definition": "d", "container_name": "c", "aws_conn_id": None},
        "aws_eks": {"image": "i", "cluster_name": "c"},
        "azure_container_instance": {
            "ci_conn_id": "azure",
            "image": "i",
            "name": "n",
            "region": "r",
            "resource_group": "g",
        },
        "docker": {"image": "i"},
        "gcp_cloud_run_job": {"project_id": "p", "region": "r", "job_name": "j"},
        "gcp_gke": {"image": "i", "name": "n", **GKE},
        "kubernetes": {"image": "i", "name": "n"},
    }
    #: Classes that need a warehouse or a cloud to be made.
    NOT_MADE = frozenset({
        "DbtRunAirflowAsyncBigqueryOperator", "DbtRunAirflowAsyncDatabricksOperator",
        "DbtRunAirflowAsyncFactoryOperator", "DbtRunAirflowAsyncOperator",
    })  # fmt: skip
    #: Commands of dbt that build or test, in the names of classes; the others name no dataset.
    COMMANDS = re.compile(r"Dbt(Build|Run(?!Operation)|Seed|Snapshot|Test|Producer|Consumer)")

    def make(self, cls: type) -> Any:
        """Return an operator of a class."""
        config = pytest.importorskip("cosmos.config")
        project = Path(__file__).parent / "dbt" / "project"
        profile = config.ProfileConfig(
            profile_name="shop", target_name="dev", profiles_yml_filepath=str(project / "profiles.yml")
        )
        arguments: dict[str, Any] = {"task_id": "t", "project_dir": str(project), "profile_config": profile}
        for part, more in self.ARGUMENTS.items():
            if part in cls.__module__:
                arguments |= more
        if "RunOperation" in cls.__name__:
            arguments["macro_name"] = "m"
        if re.search("Docs(S3|Azure|GCS)", cls.__name__):
            arguments |= {"connection_id": "c", "bucket_name": "b"}
        return cls(**arguments)

    def command_of(self, cls: type) -> str | None:
        """Return the command whose results are told of, None where there are none."""
        found = self.COMMANDS.match(cls.__name__)
        return {"Producer": "build", "Consumer": "run"}.get(found[1], found[1].lower()) if found else None

    @pytest.mark.filterwarnings("ignore:You have not set parameter `on_finish_action`")
    def test_all(self, tell: Tell, installed: list[type]) -> None:
        """Each says which command ran out of sight, where that builds or tests, and nothing of the others."""
        classes = [
            cls for cls in installed if cls.__module__.startswith("cosmos.") and cls.__name__ not in self.NOT_MADE
        ]
        if not classes:
            pytest.skip("Cosmos is not installed")
        expected = {cls: [f"`dbt {name}` ran elsewhere"] if (name := self.command_of(cls)) else [] for cls in classes}

        assert {cls: tell(self.make(cls), "FAIL") for cls in classes} == expected
