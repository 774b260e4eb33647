"""Operators and hook methods that fill tables without SQL of their own: rows, and files of the worker."""

from __future__ import annotations

import tempfile
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators import sql as operators
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.standard.operators.python import PythonOperator

from lineage_kit import compat
from lineage_kit.extractors.extraction import Budget, EventKind, Extraction
from lineage_kit.extractors.reports import QueryReport
from lineage_kit.extractors.sql.client_files import with_client_file
from lineage_kit.extractors.sql.loading import sql_insert_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from airflow.providers.openlineage.extractors import OperatorLineage
    from support.postgres import PostgresDatabase

    Extract = Callable[..., OperatorLineage]

needs_loading_operators = pytest.mark.skipif(
    not hasattr(operators, "SQLBulkLoadOperator"), reason="this common-sql has no SQLBulkLoadOperator"
)
needs_row_operators = pytest.mark.skipif(
    not hasattr(operators, "SQLInsertRowsOperator"), reason="this common-sql has no SQLInsertRowsOperator"
)
needs_sql_reports = pytest.mark.skipif(
    compat.sql_hook_lineage_key() is None, reason="this common-sql does not report the SQL of hooks"
)


def names(datasets: list[Any]) -> list[str]:
    """Return the names of datasets without those of database and schema."""
    return [dataset.name.rpartition(".")[2] if "." in dataset.name else dataset.name for dataset in datasets]


def row_count(dataset: Any) -> int | None:
    """Return how many rows were written."""
    facet = (getattr(dataset, "outputFacets", None) or {}).get("outputStatistics")
    return facet.rowCount if facet else None


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that is not a temporary one, to the kit at least."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path / "data"


@needs_row_operators
class TestInsertRows:
    """The operator that inserts rows of Python data."""

    def operator(self, **options: Any) -> Any:
        """Return an operator that inserts two rows."""
        arguments = {"table_name": "orders", "schema": "mart", "columns": ["id", "customer"], **options}
        rows = arguments.pop("rows", [(1, "Ann"), (2, "Bob")])
        return operators.SQLInsertRowsOperator(task_id="t", conn_id="store", rows=rows, **arguments)

    def test_provider_alone_finds_nothing(self, official: Extract, store: PostgresDatabase) -> None:
        """The operator has no SQL for the provider to parse."""
        assert store.name
        assert official(self.operator()).outputs == []

    @pytest.mark.parametrize(("event", "rows"), [("START", None), ("COMPLETE", 2), ("FAIL", None)])
    def test_table(self, run: Extract, store: PostgresDatabase, event: str, rows: int | None) -> None:
        """It has the name that the database gives it; its rows are counted once they are there."""
        found = run(self.operator(), event)

        assert [each.name for each in found.outputs] == [f"{store.name}.mart.orders"]
        assert row_count(found.outputs[0]) == (rows if compat.sql_hook_lineage_key() else None)

    def test_statements_around(self, run: Extract, store: PostgresDatabase) -> None:
        """What runs before and after belongs to the task; a table that was emptied before has new rows only."""
        task = self.operator(
            table_name="daily",
            schema=None,
            preoperator=["TRUNCATE daily"],
            postoperator="INSERT INTO mart.orders SELECT * FROM orders",
        )

        found = run(task)

        assert [each.name for each in found.inputs] == [f"{store.name}.public.orders"]
        assert [each.name for each in found.outputs] == [f"{store.name}.public.daily", f"{store.name}.mart.orders"]
        assert found.outputs[0].facets["lifecycleStateChange"].lifecycleStateChange.value == "OVERWRITE"
        assert [row_count(each) for each in found.outputs] == [2, 3]

    def test_default_schema(self, run: Extract, store: PostgresDatabase) -> None:
        """A table without schema is in the one that the database says."""
        found = run(self.operator(schema=None, table_name="daily"))

        assert [each.name for each in found.outputs] == [f"{store.name}.public.daily"]

    def test_task_that_skipped_itself(self, extract: Extract, store: PostgresDatabase) -> None:
        """Without rows nothing is inserted."""
        from airflow.providers.common.compat.sdk import AirflowSkipException

        assert store.name
        task = self.operator(rows=[])
        with pytest.raises(AirflowSkipException):
            task.execute({})

        assert extract(task, "SKIPPED").outputs == []

    def test_rows_that_only_the_task_knows(self, store: PostgresDatabase) -> None:
        """Rows that another task made may turn out to be none; then the task instance is skipped."""
        assert store.name
        task = self.operator(rows=iter(()))
        skipped = Extraction(task, EventKind.COMPLETE, SimpleNamespace(state="skipped"), Budget(5))
        done = Extraction(task, EventKind.COMPLETE, SimpleNamespace(state="success"), Budget(5))

        assert sql_insert_rows.describe(skipped) is None
        assert [each.name for each in sql_insert_rows.describe(done).outputs] == [f"{store.name}.mart.orders"]


@needs_loading_operators
class TestBulkLoad:
    """The operator that loads a file."""

    def operator(self, path: Path | str, **options: Any) -> Any:
        """Return an operator that loads the file into `daily`."""
        return operators.SQLBulkLoadOperator(task_id="t", conn_id="store", table="daily", tmp_file=str(path), **options)

    @pytest.mark.parametrize(("event", "rows"), [("START", None), ("COMPLETE", 2), ("FAIL", None)])
    def test_file_and_table(
        self, run: Extract, store: PostgresDatabase, data_folder: Path, event: str, rows: int | None
    ) -> None:
        """The file is the input, under its real path; on START nothing is asked for the schema of the table."""
        path = data_folder / "daily.tsv"
        path.write_text("1\tAnn\n2\tBob\n")

        found = run(self.operator(path), event)

        assert [(each.namespace, each.name) for each in found.inputs] == [("file", str(path))]
        named = [] if event == "START" else [(f"{store.name}.public.daily", rows)]
        assert [(each.name, row_count(each)) for each in found.outputs] == named

    def test_temporary_file(self, run: Extract, store: PostgresDatabase, tmp_path: Path) -> None:
        """A buffer in the temporary folder is no dataset."""
        path = tmp_path / "daily.tsv"
        path.write_text("1\tAnn\n")

        found = run(self.operator(path, preoperator="DELETE FROM mart.orders"))

        assert found.inputs == []
        assert [each.name for each in found.outputs] == [f"{store.name}.mart.orders", f"{store.name}.public.daily"]
        assert [row_count(each) for each in found.outputs] == [None, 1]


@needs_sql_reports
@pytest.mark.usefixtures("store")
class TestHookMethods:
    """Files that Python code moves through a hook."""

    def test_load(self, run: Extract, data_folder: Path) -> None:
        """`bulk_load` reads the file."""
        path = data_folder / "it's.tsv"
        path.write_text("1\tAnn\n2\tBob\n")

        found = run(
            PythonOperator(task_id="t", python_callable=lambda: PostgresHook("store").bulk_load("daily", str(path)))
        )

        assert [(each.namespace, each.name) for each in found.inputs] == [("file", str(path))]
        assert names(found.outputs) == ["daily"]
        assert row_count(found.outputs[0]) == 2

    def test_dump(self, run: Extract, data_folder: Path) -> None:
        """`bulk_dump` writes the file."""
        path = data_folder / "orders"

        found = run(
            PythonOperator(task_id="t", python_callable=lambda: PostgresHook("store").bulk_dump("orders", str(path)))
        )

        assert names(found.inputs) == ["orders"]
        assert [(each.namespace, each.name, row_count(each)) for each in found.outputs] == [("file", str(path), 3)]

    def test_copy_of_a_query(self, run: Extract, data_folder: Path) -> None:
        """`copy_expert` writes the rows of a query, whose columns are those of the file."""
        path = data_folder / "customers"
        sql = "COPY (SELECT customer FROM orders WHERE id > 1) TO STDOUT"

        found = run(
            PythonOperator(task_id="t", python_callable=lambda: PostgresHook("store").copy_expert(sql, str(path)))
        )

        assert row_count(found.outputs[0]) == 2
        assert list(found.outputs[0].facets["columnLineage"].fields) == ["customer"]

    def test_temporary_file(self, run: Extract, tmp_path: Path) -> None:
        """A buffer in the temporary folder is no dataset."""
        path = tmp_path / "orders"

        found = run(
            PythonOperator(task_id="t", python_callable=lambda: PostgresHook("store").bulk_dump("orders", str(path)))
        )

        assert (names(found.inputs), found.outputs) == (["orders"], [])


@pytest.mark.parametrize(
    ("sql", "parameters", "expected"),
    [
        ("LOAD DATA LOCAL INFILE %s INTO TABLE `t`", ("/data/t",), "LOAD DATA LOCAL INFILE '/data/t' INTO TABLE `t`"),
        ("SELECT * INTO OUTFILE %s FROM `t`", ("/data/t",), "SELECT * INTO OUTFILE '/data/t' FROM `t`"),
        ("COPY t FROM STDIN", None, "COPY t FROM STDIN"),
        ("COPY t FROM STDIN", ("relative",), "COPY t FROM STDIN"),
        ("INSERT INTO t VALUES ('from stdin', %s)", ("/data/t",), "INSERT INTO t VALUES ('from stdin', %s)"),
    ],
)
def test_file_beside_the_text(sql: str, parameters: Any, expected: str) -> None:
    """It comes into the text where a file stands there, in the words of PostgreSQL's and MySQL's hooks."""
    assert with_client_file(QueryReport(hook=None, sql=sql, parameters=parameters)) == expected
