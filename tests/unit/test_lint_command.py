"""`lineage-kit lint`."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from lineage_kit.cli import main

if TYPE_CHECKING:
    from pathlib import Path

RIGHT = {"namespace": "postgres://db:5432", "name": "shop.public.orders"}
S3A = {"namespace": "s3a://lake", "name": "daily/orders.csv"}
SHORT = {"namespace": "postgres://db:5432", "name": "orders"}

EVENT = {
    "eventType": "COMPLETE",
    "inputs": [
        {
            **RIGHT,
            "facets": {"symlinks": {"identifiers": [{**S3A, "type": "LOCATION"}]}},
        }
    ],
    "outputs": [
        {
            "namespace": "snowflake://acme-x",
            "name": "SHOP.MART.DAILY",
            "facets": {
                "columnLineage": {
                    "fields": {"total": {"inputFields": [{**RIGHT, "field": "a"}, {**SHORT, "field": "b"}]}},
                    "dataset": [{**SHORT, "field": "c"}],
                }
            },
        }
    ],
}

DAG = """\
from types import SimpleNamespace

from airflow.providers.common.compat.assets import Asset
from airflow.providers.common.compat.lineage.entities import File, Table
from openlineage.client.event_v2 import Dataset
try:
    from airflow.providers.standard.operators.empty import EmptyOperator
except ImportError:
    from airflow.operators.empty import EmptyOperator
try:
    from airflow.sdk import DAG
except ImportError:
    from airflow.models.dag import DAG

with DAG("shop", schedule=None):
    EmptyOperator(task_id="load", inlets=[{inlets}], outlets=[{outlets}])
"""


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Write an event of each name twice, one in each line."""
    path = tmp_path / "events.jsonl"
    path.write_text(f"{json.dumps(EVENT)}\n\n{json.dumps(EVENT)}\n", encoding="utf-8")
    return path


def lint(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any]]:
    """Run the command with `--json`, and return its exit code with what it says."""
    code = main(["lint", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


class TestEvents:
    def test_text(self, events: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Each wrong name is there once, with its first place, the reason and what it should be."""
        assert main(["lint", str(events)]) == 1

        assert (
            capsys.readouterr().out
            == f"""\
s3a://lake daily/orders.csv
  at         {events}:1 inputs[0].facets.symlinks.identifiers[0], and 1 more
  wrong      The scheme `s3a` is written `s3`.
  should be  s3://lake daily/orders.csv

postgres://db:5432 orders
  at         {events}:1 outputs[0].facets.columnLineage.fields.total.inputFields[1], and 3 more
  wrong      The name has 1 part, where PostgreSQL has 3.
  form       postgres://{{host}}:{{port}} {{database}}.{{schema}}.{{table}}, for example \
postgres://db.example:5432 shop.public.orders

4 names checked, 2 wrong
"""
        )

    def test_json(self, events: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The same for programs, with every place."""
        code, said = lint(capsys, events)

        assert code == 1
        assert said["checked"] == 4
        assert [problem["places"] for problem in said["problems"]] == [
            [f"{events}:{line} inputs[0].facets.symlinks.identifiers[0]" for line in (1, 3)],
            [
                f"{events}:{line} outputs[0].facets.columnLineage.{place}"
                for line in (1, 3)
                for place in ("fields.total.inputFields[1]", "dataset[0]")
            ],
        ]
        assert said["problems"][0] == {
            "title": "s3a://lake daily/orders.csv",
            "wrong": True,
            "reason": "The scheme `s3a` is written `s3`.",
            "form": "s3://{bucket} {key}, for example s3://lake daily/orders.csv",
            "suggestion": {"namespace": "s3://lake", "name": "daily/orders.csv"},
            "places": said["problems"][0]["places"],
        }

    @pytest.mark.parametrize("text", [json.dumps([EVENT], indent=2), json.dumps(EVENT, indent=2)])
    def test_one_value(self, text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """An array and a single object are events too, also from standard input."""
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

        code, said = lint(capsys, "-")

        assert code == 1
        assert len(said["problems"]) == 2
        assert said["problems"][0]["places"][0].startswith("<stdin>")

    @pytest.mark.parametrize(
        ("dataset", "code", "wrong"),
        [
            (RIGHT, 0, None),
            ({"namespace": "postgress://db:1", "name": "t"}, 0, False),
            ({"namespace": 5, "name": {}}, 1, True),
            ({}, 1, True),
        ],
    )
    def test_exit_code(
        self, dataset: Any, code: int, wrong: bool | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A hint is no failure; what is no name at all is one."""
        path = tmp_path / "event.json"
        path.write_text(json.dumps({"inputs": [dataset]}))

        ended, said = lint(capsys, path)

        assert ended == code
        assert [problem["wrong"] for problem in said["problems"]] == ([] if wrong is None else [wrong])

    def test_secrets(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Credentials are named as what is wrong, and not printed."""
        path = tmp_path / "event.json"
        wrong = [
            {"namespace": "postgres://me:hunter2@db:5432", "name": "a.b.c"},
            {"namespace": "https://host", "name": "x.csv?sig=hunter2"},
            {"namespace": "file", "name": "sftp://me:hunter2@host/x"},
        ]
        path.write_text(json.dumps({"outputs": wrong}))

        assert main(["lint", str(path)]) == 1

        printed = capsys.readouterr()
        assert "A user or a password does not belong into a namespace." in printed.out
        assert "hunter2" not in printed.out + printed.err

    @pytest.mark.parametrize("text", ["no json", "[1]", "{}\n{"])
    def test_no_events(self, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A file that holds something else is an error that says what is expected."""
        path = tmp_path / "events.json"
        path.write_text(text)

        assert main(["lint", str(path)]) == 1
        assert "a file of events has one JSON object in each line, or an array" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["missing.json", "missing.py"])
    def test_missing_file(self, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A path that leads nowhere is an error."""
        assert main(["lint", str(tmp_path / name)]) == 1
        assert name in capsys.readouterr().err


class TestDags:
    """Inlets and outlets, as Airflow loads them."""

    @pytest.mark.parametrize(
        ("entity", "title", "suggestion"),
        [
            (
                'Table(cluster="postgresql://db:5432", database="shop.public", name="orders", columns=[])',
                "postgresql://db:5432 shop.public.orders",
                "postgres://db:5432 shop.public.orders",
            ),
            ('File(url="data/x.csv")', "file data/x.csv", None),
            ('Dataset(namespace="s3://lake/", name="x.csv")', "s3://lake/ x.csv", "s3://lake x.csv"),
            ('Asset("cockroach://db/a")', None, None),
            ('Asset("exasol://db:8563/shop/mart/orders")', "exasol://db:8563 shop/mart/orders", None),
        ],
    )
    def test_wrong(
        self, entity: str, title: str | None, suggestion: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Entities of Airflow, datasets of OpenLineage and assets, with the task that names them."""
        path = tmp_path / "shop.py"
        path.write_text(DAG.format(inlets=entity, outlets=""))

        code, said = lint(capsys, path)

        found = [(problem["title"], problem["suggestion"], problem["places"]) for problem in said["problems"]]
        namespace, _, name = (suggestion or "").partition(" ")
        meant = {"namespace": namespace, "name": name} if suggestion else None
        assert found == ([(title, meant, ["shop.load inlets[0]"])] if title else [])
        assert code == (1 if title else 0)

    def test_right(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Right names, in a folder; Jinja stays, and an asset that is a name only stands for no dataset."""
        inlets = [
            'Table(cluster="postgres://db:5432", database="shop.public", name="t_{{ ds_nodash }}", columns=[])',
            'File(url="s3a://lake/{{ ds }}/x.csv")',
            'File(url="{{ params.folder }}/x.csv")',
            'Asset("just_a_name")',
        ]
        outlets = [
            'Dataset(namespace="bigquery", name="p.d.t")',
            'Asset("s3://lake/x.csv")',
            'Asset("impala://db:21050/shop/orders")',
        ]
        (tmp_path / "shop.py").write_text(
            DAG.replace("{inlets}", ", ".join(inlets)).replace("{outlets}", ", ".join(outlets))
        )

        code, said = lint(capsys, tmp_path)

        assert said == {"checked": 6, "problems": []}
        assert code == 0

    def test_own_objects(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """What lineage-kit declares is checked by its identity; a table on a connection is named when the task runs."""
        path = tmp_path / "shop.py"
        path.write_text(
            DAG.replace("{inlets}", "named, at_uri, on_connection").replace("{outlets}", "").replace(
                "with DAG",
                "from lineage_kit.datasets.declared.identity import AtUri, Named, OnConnection\n"
                "from lineage_kit.datasets.naming import DatasetName\n"
                'named = SimpleNamespace(identity=Named(DatasetName("s3a://lake", "x")))\n'
                'at_uri = SimpleNamespace(identity=AtUri("s3a://lake/y"))\n'
                'on_connection = SimpleNamespace(identity=OnConnection("dwh", "orders"))\n'
                "with DAG",
            )
        )  # fmt: skip

        code, said = lint(capsys, path)

        assert [problem["title"] for problem in said["problems"]] == ["s3a://lake x"]
        assert said["checked"] == 2
        assert code == 1

    def test_broken_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A DAG file that cannot be loaded is a problem, told by the last line of its error."""
        path = tmp_path / "broken.py"
        path.write_text("from airflow import DAG\nraise ValueError('no such table')\n")

        code, said = lint(capsys, path)

        (problem,) = said["problems"]
        assert problem["title"] == f"{path} cannot be loaded"
        assert problem["reason"] == "ValueError: no such table"
        assert code == 1

    def test_dags_folder(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without a path Airflow's own folder of DAGs is checked."""
        (tmp_path / "shop.py").write_text(DAG.format(inlets='File(url="x.csv")', outlets=""))
        monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(tmp_path))

        code, said = lint(capsys)

        assert [problem["title"] for problem in said["problems"]] == ["file x.csv"]
        assert code == 1
