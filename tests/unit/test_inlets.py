"""What Airflow gets for declared datasets: its own entities, with everything else as plain JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
from airflow import DAG
from airflow.exceptions import AirflowClusterPolicyViolation
from airflow.providers.common.compat.lineage import entities
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from jinja2.nativetypes import NativeEnvironment
from jinja2.sandbox import SandboxedEnvironment
from support.fresh_python import in_fresh_python

from lineage_kit import Column, File, Table, compat
from lineage_kit.inlets import entity_of, hand_on, told_by
from lineage_kit.policy import task_policy

SHOP = "postgres://shop.example.com:5432"
ORDERS = Table(SHOP, "shop.public.orders", columns={"id": "INT", "amount": "NUMERIC"}, description="All orders")
REPORT = Table.from_conn(
    "shop_db",
    "shop.public.report",
    columns=["day", Column("total", from_=ORDERS["amount"], transformation="SUM", tags=["money"])],
    owners="team:sales",
)
FILE = File("s3://lake/{{ ds }}/orders.csv", tags=["raw"])


def converted(**arguments: Any) -> Any:
    """Return a task with these arguments as a DagBag leaves it."""
    with DAG("dag", schedule=None):
        task = EmptyOperator(task_id="t", **arguments)
    task_policy(task)
    return task


class TestEntities:
    """The conversion of one dataset, there and back."""

    @pytest.mark.parametrize("dataset", [ORDERS, REPORT, FILE], ids=repr)
    def test_airflows_own_class(self, dataset: Any) -> None:
        """It is the class itself: Airflow 2.11 refuses to hand a subclass from task to task."""
        expected = entities.File if isinstance(dataset, File) else entities.Table

        assert type(entity_of(dataset)) is expected

    @pytest.mark.parametrize("dataset", [ORDERS, REPORT, FILE], ids=repr)
    def test_nothing_is_lost(self, dataset: Any) -> None:
        """What the author said can be read from the entity, and is JSON there."""
        entity = entity_of(dataset)

        assert told_by(entity) == dataset.told() == told_by(dataset)
        assert json.loads(json.dumps(entity.extra)) == entity.extra

    def test_the_openlineage_provider_understands_it(self) -> None:
        """The provider alone names the dataset, with schema and description."""
        entity = rendered(entity_of(ORDERS), SandboxedEnvironment())
        dataset = ExtractorManager.convert_to_ol_dataset(entity)

        assert (dataset.namespace, dataset.name) == (SHOP, "shop.public.orders")
        assert [(field.name, field.type) for field in dataset.facets["schema"].fields] == [
            ("id", "INT"),
            ("amount", "NUMERIC"),
        ]
        assert dataset.facets["documentation"].description == "All orders"

    def test_repr_has_no_address(self) -> None:
        """Airflow stores the repr in serialised DAGs; it is the same for equal datasets."""
        again = Table(SHOP, "shop.public.orders", columns={"id": "INT", "amount": "NUMERIC"}, description="All orders")

        assert repr(entity_of(ORDERS)) == repr(entity_of(again))
        assert " at 0x" not in repr(entity_of(ORDERS))

    def test_other_entries_are_not_ours(self) -> None:
        """An entity of the author's own says nothing to lineage-kit alone."""
        assert told_by(entities.Table(cluster="c", database="d", name="n", extra={"a": 1})) is None
        assert told_by(entities.File(url="s3://b/k")) is None
        assert told_by("auto") is None


#: Texts that Airflow 2 would render, change or fail by.
TEXTS = [
    "{{ ds + 1 }}",
    "{{ undefined.attribute }}",
    "{% if",
    "{# a comment",
    "{{{{ }}",
    "{% endraw %}{{ ds",
    'a \\ and "{{ ds }}" \U0001f600',
    "{",
    "10_000",
    "None",
    "it's",
    "two lines\n",
    "see load.sql",
]


def rendered(entity: Any, environment: jinja2.Environment) -> Any:
    """Return the entity after Airflow 2 has rendered it: each text of its template fields, nested ones too."""
    for field in entity.template_fields:
        setattr(entity, field, rendered_value(getattr(entity, field), environment))
    return entity


def rendered_value(value: Any, environment: jinja2.Environment) -> Any:
    """Return one value as Airflow 2 renders it; a text with an ending of the task's is the name of a file."""
    match value:
        case str() if value.endswith(".sql"):
            return environment.get_template(value).render()
        case str():
            return environment.from_string(value).render()
        case list():
            return [rendered_value(each, environment) for each in value]
        case dict():
            return {key: rendered_value(each, environment) for key, each in value.items()}
    return rendered(value, environment) if hasattr(value, "template_fields") else value


@pytest.mark.parametrize("text", TEXTS)
class TestRendering:
    """What Airflow 2 does to inlets and outlets before a task runs harms neither the task nor what is told."""

    @pytest.fixture(autouse=True)
    def _renders(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(compat, "renders_lineage", lambda: True)

    @pytest.fixture(params=[SandboxedEnvironment, NativeEnvironment], ids=["text", "native"])
    def environment(self, request: pytest.FixtureRequest) -> jinja2.Environment:
        """Give Jinja as Airflow uses it, for text and for native objects."""
        made: jinja2.Environment = request.param(undefined=jinja2.StrictUndefined, cache_size=0)
        return made

    def test_table(self, environment: jinja2.Environment, text: str) -> None:
        """Every detail of a table is told as its author wrote it, before and after the rendering."""
        table = Table(
            SHOP,
            "shop.public.orders",
            description=text,
            columns=[Column("id", "INT", text, tags={"note": text}), Column(text, "TEXT")],
            tags={"note": text},
            extra={"note": text},
        )
        told = {key: value for key, value in table.told().items() if key != "extra"}
        entity = entity_of(table)

        assert told_by(entity) == told
        assert told_by(rendered(entity, environment)) == told

    def test_handed_to_another_task(self, environment: jinja2.Environment, text: str) -> None:
        """The task that gets an outlet has Airflow 2 render it once more."""
        table = Table(SHOP, "shop.public.orders", description=text, columns={text: text}, tags={"note": text})
        task = EmptyOperator(task_id="t", outlets=[rendered(entity_of(table), environment)])

        hand_on(task)

        assert told_by(task.outlets[0]) == table.told()
        assert told_by(rendered(task.outlets[0], environment)) == table.told()

    def test_the_provider_alone_gets_the_template(self, text: str) -> None:
        """The fields of Airflow's own are rendered to what the author wrote, as they are on Airflow 3."""
        entity = entity_of(Table.from_conn("shop_db", text, description=text))

        entity = rendered(entity, SandboxedEnvironment())

        assert entity.description == text
        assert ".".join(filter(None, [entity.database, entity.name])) == text

    def test_file(self, environment: jinja2.Environment, text: str) -> None:
        """The address of a file too; it is the only field that Airflow renders."""
        file = File(f"s3://lake/{{{{ ds }}}}/{text.strip()}", description=text)

        assert told_by(rendered(entity_of(file), environment)) == file.told()


@pytest.mark.skipif(not compat.renders_lineage(), reason="Airflow 3 renders no inlets and outlets")
def test_template_without_meaning_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow 2 itself prepares the task for its run, and finds nothing that it could not render."""
    with DAG("dag", schedule=None):
        task = BashOperator(
            task_id="t",
            bash_command="true",
            inlets=[File("/data/{{ nothing.here }}/run.sh"), File("/data/run.sh")],
            outlets=[Table(SHOP, "shop.public.{{ ds + 1 }}", description="{{ 1 / 0 }}", columns={"{% if": "INT"})],
        )
    task_policy(task)
    given = [told_by(entry) for entry in (*task.inlets, *task.outlets)]
    monkeypatch.setattr(type(task), "xcom_pull", lambda *_, **__: [])

    task.pre_execute({"ti": SimpleNamespace(task=task), "ds": "2026-01-31"})

    assert [told_by(entry) for entry in (*task.inlets, *task.outlets)] == given
    assert task.inlets[1].url == "/data/run.sh"


def test_json_of_others() -> None:
    """Text under lineage-kit's key that is not what lineage-kit writes is nobody's declaration."""
    for value in ("no JSON", "[1]", 5):
        assert told_by(entities.Table(cluster="c", database="d", name="n", extra={"lineage_kit": value})) is None


def test_nothing_is_stored_twice() -> None:
    """Serialised DAGs hold the repr: columns and description stand in it once, where Airflow's own keep them."""
    shown = repr(entity_of(ORDERS))

    assert [shown.count(word) for word in ("amount", "NUMERIC", "All orders")] == [1, 1, 1]


class TestTaskPolicy:
    """The policy that Airflow calls for each task that a DagBag loads."""

    def test_inlets_and_outlets_are_converted(self) -> None:
        """Declared datasets become entities, in their place; other entries stay as they are."""
        mine = entities.File(url="s3://b/k")

        task = converted(inlets=[ORDERS, mine], outlets=FILE)

        assert [type(entry) for entry in task.inlets] == [entities.Table, entities.File]
        assert task.inlets[1] is mine
        assert [told_by(entry) for entry in task.outlets] == [FILE.told()]

    def test_tuples_and_sets(self) -> None:
        """They are lists to everybody else; Airflow 2 would put a tuple into a list, as one entry."""
        task = converted(inlets=(ORDERS, FILE), outlets={REPORT})

        assert [told_by(entry) for entry in task.inlets] == [ORDERS.told(), FILE.told()]
        assert [told_by(entry) for entry in task.outlets] == [REPORT.told()]

    def test_class_of_the_author(self) -> None:
        """A dataset of a derived class is converted like any other."""

        class MyTable(Table):
            """A table of somebody's own."""

        task = converted(outlets=[MyTable(SHOP, "shop.public.orders")])

        assert [type(entry) for entry in task.outlets] == [entities.Table]

    def test_list_of_the_author_is_left_alone(self) -> None:
        """A list that several tasks share keeps the author's objects."""
        shared = [ORDERS]

        assert type(converted(outlets=shared).outlets[0]) is entities.Table
        assert shared == [ORDERS]

    def test_mapped_task(self) -> None:
        """Mapped tasks are converted before they are expanded."""
        with DAG("dag", schedule=None):
            task = BashOperator.partial(task_id="t", outlets=[ORDERS]).expand(bash_command=["true"])
        task_policy(task)

        assert [type(entry) for entry in task.outlets] == [entities.Table]

    def test_task_without_declarations_is_not_touched(self) -> None:
        """Nothing of lineage-kit is needed for other tasks."""
        mine = entities.File(url="s3://b/k")
        task = converted(inlets=[mine])

        assert task.inlets == [mine]

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (
                {"outlets": [ORDERS, ORDERS.with_(columns=["other"])]},
                r"Task 't' has the outlet Table\(.*'shop\.public\.orders'\) twice, with different columns",
            ),
            (
                {"inlets": [File("s3://lake/orders.csv")], "outlets": [REPORT]},
                r"column 'total' of Table\.from_conn\('shop_db', .*\) from Table\(.*add it: inlets=",
            ),
        ],
    )
    def test_contradiction_is_an_import_error(self, arguments: dict[str, Any], sentence: str) -> None:
        """What can be known before a task runs is said while the DAG is loaded."""
        with pytest.raises(AirflowClusterPolicyViolation, match=sentence):
            converted(**arguments)

    def test_source_that_the_task_may_read_otherwise(self) -> None:
        """Without inlets, or with entries of others, the task's code decides what it reads."""
        assert converted(outlets=[REPORT]).outlets
        assert converted(inlets=[entities.File(url="s3://b/k")], outlets=[REPORT]).outlets


def test_dag_without_lineage_kit(tmp_path: Path) -> None:
    """The documented import, with the keywords of Airflow's own Table, loads where lineage-kit is not installed."""
    page = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(try:\n    from lineage_kit import Table\n.*?)```", page, re.DOTALL)
    dag = tmp_path / "dag.py"
    dag.write_text(
        f"{snippet}\nfrom airflow import DAG\nfrom airflow.providers.standard.operators.empty import EmptyOperator\n"
        "with DAG('d', schedule=None):\n    EmptyOperator(task_id='t', outlets=[orders])\n",
        encoding="utf-8",
    )
    script = f"""
import runpy, sys, airflow  # which loads the package by its entry points where it is installed, as here
sys.modules["lineage_kit"] = None
found = runpy.run_path({str(dag)!r})
answer([type(found["orders"]).__module__, found["orders"].name])
"""
    assert in_fresh_python(script) == ["airflow.providers.common.compat.lineage.entities", "orders"]


def test_serialised_dag_is_the_same_each_time(tmp_path: Path) -> None:
    """Airflow hashes what a parsed DAG is stored as; parsing it twice, in two processes, gives one hash."""
    dag = tmp_path / "dag.py"
    dag.write_text(
        "from airflow import DAG\n"
        "from airflow.providers.standard.operators.empty import EmptyOperator\n"
        "from lineage_kit import Column, File, Table\n"
        "raw = File('s3://lake/{{ ds }}.csv', columns=['id'], tags={'a': 'b', 'c': 'd'})\n"
        "with DAG('d', schedule=None):\n"
        "    EmptyOperator(task_id='t', inlets=[raw], outlets=[Table.from_conn('db', 's.t', owners=['team:a'],"
        " columns=[Column('id', from_=raw['id'])])])\n",
        encoding="utf-8",
    )
    script = f"""
import json
try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:
    from airflow.models.dagbag import DagBag
try:
    from airflow.serialization.serialized_objects import DagSerialization as SerializedDAG
except ImportError:
    from airflow.serialization.serialized_objects import SerializedDAG
bag = DagBag({str(dag)!r})
assert not bag.import_errors, bag.import_errors
answer(json.dumps(SerializedDAG.to_dict(bag.dags["d"]), sort_keys=True))
"""

    first, second = in_fresh_python(script), in_fresh_python(script)

    assert first == second
    assert "lineage_kit" in first
    assert " at 0x" not in first
