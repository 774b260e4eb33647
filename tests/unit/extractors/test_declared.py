"""Inlets and outlets: converted by the naming rules, templates rendered, the author's objects left alone."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.assets import Asset, AssetAlias
from airflow.providers.common.compat.lineage.entities import Column, File, Table
from airflow.providers.standard.operators.empty import EmptyOperator
from openlineage.client.event_v2 import Dataset, Job, Run, RunEvent
from openlineage.client.serde import Serde

import lineage_kit as declared
from lineage_kit import add_inputs, add_outputs, compat
from lineage_kit.facets import incomplete, no_datasets
from lineage_kit.inlets import entity_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]


def identities(datasets: list[Any]) -> list[tuple[str, str]]:
    """Return namespace and name of datasets."""
    return [(dataset.namespace, dataset.name) for dataset in datasets]


def test_table_keeps_its_columns(extract: Extract) -> None:
    """A Table becomes a dataset with the schema that its columns give."""
    table = Table(
        cluster="postgres://h:5432", database="db", name="public.t", columns=[Column(name="a", data_type="int")]
    )

    (found,) = extract(EmptyOperator(task_id="t", outlets=[table])).outputs

    assert (found.namespace, found.name) == ("postgres://h:5432", "db.public.t")
    assert [(field.name, field.type) for field in found.facets["schema"].fields] == [("a", "int")]


def test_files_are_named_by_the_naming_rules(extract: Extract) -> None:
    """A local path has the namespace `file`, an object its bucket; the provider alone leaves the first one empty."""
    files = [
        File(url="/data/x.csv"),
        File(url="s3://bucket/a/b.csv"),
        File(url="abfss://c@acct.dfs.core.windows.net/p"),
    ]

    found = extract(EmptyOperator(task_id="t", inlets=files)).inputs

    assert identities(found) == [
        ("file", "/data/x.csv"),
        ("s3://bucket", "a/b.csv"),
        ("abfss://c@acct.dfs.core.windows.net", "p"),
    ]


def test_templates_are_rendered_without_touching_the_authors_object(extract: Extract) -> None:
    """A template in a Table is rendered for the event; the object in the DAG keeps it for the next run."""
    table = Table(cluster="postgres://h:5432", database="db", name="public.t_{{ ds }}")

    (found,) = extract(EmptyOperator(task_id="t", outlets=[table])).outputs

    assert found.name == "db.public.t_2026-01-31"
    assert table.name == "public.t_{{ ds }}"


def test_dataset_of_the_author_is_copied(extract: Extract) -> None:
    """Facets that are merged or dropped later are those of a copy."""
    mine = Dataset("ns", "name", facets={})

    (found,) = extract(EmptyOperator(task_id="t", outlets=[mine])).outputs
    found.facets["x"] = "y"

    assert mine.facets == {}


def test_assets_are_translated(extract: Extract) -> None:
    """An asset is a dataset on every release of the provider, also on those that ignore it in outlets."""
    found = extract(EmptyOperator(task_id="t", outlets=[Asset("file:///data/x.csv")])).outputs

    assert identities(found) == [("file", "/data/x.csv")]


def test_switched_off_part_leaves_what_the_provider_does(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `declared` off, a task of which nothing else is known tells its outlets, as it does without the kit."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "declared")

    assert identities(extract(EmptyOperator(task_id="t", outlets=[Dataset("ns", "name")])).outputs) == [("ns", "name")]


def test_declaration_that_means_nothing_is_named_in_the_reason(extract: Extract) -> None:
    """A string is no dataset; the event of a task that has nothing else says so."""
    found = extract(EmptyOperator(task_id="t", inlets=["orders"]))

    (explanation,) = found.run_facets[no_datasets.KEY].explanations
    assert explanation.reason == "assetNotTranslatable"
    assert "str" in explanation.message


@pytest.mark.parametrize("entity", ["orders", {"name": "orders"}, None], ids=repr)
def test_value_that_is_no_dataset(extract: Extract, caplog: pytest.LogCaptureFixture, entity: Any) -> None:
    """Beside a dataset, nothing on the event would tell of it; a WARNING does, once the task has run."""
    task = EmptyOperator(task_id="t", outlets=[Dataset("ns", "name"), entity])

    with caplog.at_level(logging.WARNING, logger="lineage_kit"):
        extract(task, "START")
        assert not caplog.records
        assert identities(extract(task).outputs) == [("ns", "name")]

    (record,) = caplog.records
    assert f"An outlet of type {type(entity).__name__} is no dataset; write Table(…) or File(…)." in record.getMessage()


SHOP = "postgres://shop.example.com:5432"


class TestWithoutName:
    """A declared dataset that has no name, or a wrong one, is on no event, in no form."""

    @pytest.mark.parametrize("event", ["START", "COMPLETE", "FAIL"])
    @pytest.mark.parametrize(
        ("table", "why"),
        [
            (declared.Table(SHOP, "a.b.{{ boom() }}"), "`name` of an outlet has a template"),
            (declared.Table(SHOP, "a.b.{{ 1 // 0 }}"), "cannot be rendered (ZeroDivisionError)"),
            (declared.Table(SHOP, "{{ 'orders' }}"), "The name has 1 part, where PostgreSQL has 3. The form is:"),
            (declared.Table.from_conn("nowhere", "public.t"), "outlet.connection is unknown to Airflow"),
        ],
        ids=["undefined", "failing", "wrong", "connection"],
    )
    def test_nothing_is_told(
        self, extract: Extract, caplog: pytest.LogCaptureFixture, table: Any, why: str, event: str
    ) -> None:
        """Neither by lineage-kit nor by the provider, which would send it raw; the WARNING says why."""
        with caplog.at_level(logging.WARNING, logger="lineage_kit"):
            found = extract(EmptyOperator(task_id="t", outlets=[entity_of(table)]), event)

        assert found.inputs == found.outputs == []
        (record,) = [each for each in caplog.records if each.name.startswith("lineage_kit")]
        assert why in record.getMessage()
        if event != "START":
            assert no_datasets.KEY in found.run_facets

    def test_event_can_be_sent(self, extract: Extract) -> None:
        """The answer without datasets is one to the client too."""
        found = extract(EmptyOperator(task_id="t", outlets=[entity_of(declared.Table(SHOP, "a.b.{{ boom() }}"))]))

        event = RunEvent(
            eventTime="2026-01-31T00:00:00Z",
            producer="https://example.com",
            run=Run("01941f29-7c00-743e-b109-28b18d0a19c5"),
            job=Job("ns", "job"),
            inputs=found.inputs,
            outputs=found.outputs,
        )
        sent = json.loads(Serde.to_json(event))

        assert (sent["inputs"], sent["outputs"]) == ([], [])

    def test_names_of_others_are_taken_as_they_are(self, extract: Extract) -> None:
        """The rules are for names that are written with lineage-kit."""
        found = extract(EmptyOperator(task_id="t", outlets=[Dataset(SHOP, "orders")]))

        assert identities(found.outputs) == [(SHOP, "orders")]


class TestAssets:
    """Assets have a name by their URI where no provider's converter is installed, and facets from `extra`."""

    @pytest.mark.parametrize(
        ("uri", "identity"),
        [
            ("gs://lake/orders/day.csv", ("gs://lake", "orders/day.csv")),
            ("snowflake://acme-sales/shop/public/orders", ("snowflake://acme-sales", "shop.public.orders")),
            ("trino://trino.example:8080/hive/shop/orders", ("trino://trino.example:8080", "hive.shop.orders")),
            ("mssql://db.example/shop/dbo/orders", ("mssql://db.example:1433", "shop.dbo.orders")),
            ("bigquery://acme/shop/orders", ("bigquery", "acme.shop.orders")),
            ("kafka://broker.example:9092/orders", ("kafka://broker.example:9092", "orders")),
            ("erp://main/orders", ("erp://main", "orders")),
        ],
    )
    def test_unregistered_scheme(self, extract: Extract, uri: str, identity: tuple[str, str]) -> None:
        """The URI alone tells the name, as an inlet and as an outlet."""
        found = extract(EmptyOperator(task_id="t", inlets=[Asset(uri)], outlets=[Asset(uri)]))

        assert identities(found.inputs) == identities(found.outputs) == [identity]

    @pytest.mark.parametrize("uri", ["just_a_name", "trino://trino.example:8080/orders"])
    def test_uri_that_names_nothing(self, extract: Extract, uri: str) -> None:
        """A name of Airflow's own, or an address that leaves something out, is no dataset; the reason says so."""
        found = extract(EmptyOperator(task_id="t", outlets=[Asset(uri)]))

        (explanation,) = found.run_facets[no_datasets.KEY].explanations
        assert found.outputs == []
        assert explanation.reason == "assetNotTranslatable"
        assert "its URI is no name by OpenLineage's rules" in explanation.message

    @pytest.mark.parametrize("uri", ["gs://lake/orders", "file:///data/orders.csv"])
    def test_extra(self, extract: Extract, uri: str) -> None:
        """What `extra` says becomes facets, with a provider's converter for the scheme and without."""
        extra = {
            "columns": [{"name": "id", "type": "INT", "description": "Number"}, "day"],
            "owners": ["team:sales"],
            "tags": {"layer": "raw"},
            "description": "All orders",
            "documentation": "https://wiki.example.com/orders",
            "retention": 30,
        }

        (found,) = extract(EmptyOperator(task_id="t", outlets=[Asset(uri, extra=extra)])).outputs

        assert [(field.name, field.type) for field in found.facets["schema"].fields] == [("id", "INT"), ("day", None)]
        assert [owner.name for owner in found.facets["ownership"].owners] == ["team:sales"]
        assert [(tag.key, tag.value) for tag in found.facets["tags"].tags] == [("layer", "raw")]
        assert found.facets["documentation"].description == "All orders\n\n- <https://wiki.example.com/orders>"
        assert set(found.facets) == {"schema", "ownership", "tags", "documentation"}

    @pytest.mark.parametrize(
        "extra",
        [
            {"schema": 5},
            {"schema": "public"},
            {"owners": 7},
            {"tags": [None]},
            {"description": ["a"]},
            {"documentation": {}},
            {"columns": []},
        ],
        ids=str,
    )
    def test_extra_of_another_meaning(self, extract: Extract, extra: Any) -> None:
        """`extra` is the author's: what has another form there is left alone, without a word."""
        (found,) = extract(
            EmptyOperator(task_id="t", outlets=[Asset("gs://lake/a", extra={**extra, "k": "v"})])
        ).outputs

        assert found.facets == {}

    def test_alias_that_nobody_used(self, extract: Extract) -> None:
        """An alias stands for assets; where there are none, the reason says so."""
        found = extract(EmptyOperator(task_id="t", outlets=[AssetAlias("reports")]))

        (explanation,) = found.run_facets[no_datasets.KEY].explanations
        assert "stands for assets that are not known" in explanation.message

    def test_assets_of_running_time(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """What was added to an alias is told once the task ran, and what was said of an asset then is believed."""
        added = [Asset("gs://lake/added"), Asset("gs://lake/a", extra={"description": "now"})]
        monkeypatch.setattr(compat, "runtime_outlets", lambda _: added)
        task = EmptyOperator(
            task_id="t", outlets=[AssetAlias("reports"), Asset("gs://lake/a", extra={"description": "before"})]
        )

        assert identities(extract(task, "START").outputs) == [("gs://lake", "a")]
        found = extract(task).outputs
        assert identities(found) == [("gs://lake", "added"), ("gs://lake", "a")]
        assert found[1].facets["documentation"].description == "now"

    def test_alias_among_the_inlets(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """The assets behind it are asked for once, when the task has run."""
        asked = []
        monkeypatch.setattr(compat, "assets_behind", lambda *given: asked.append(given) or [Asset("gs://lake/a")])
        task = EmptyOperator(task_id="t", inlets=[AssetAlias("reports")])

        assert extract(task, "START").inputs == []
        assert asked == []
        assert identities(extract(task).inputs) == [("gs://lake", "a")]
        assert len(asked) == 1


class TestSaidWhileRunning:
    """What the task's code adds while it runs is declared as well."""

    @pytest.mark.parametrize("event", ["COMPLETE", "FAIL"])
    def test_added_to_the_event(self, extract: Extract, running: Any, in_dag: Any, event: str) -> None:
        """It stands beside inlets and outlets, of every kind, with templates rendered."""
        task = in_dag(EmptyOperator(task_id="t", outlets=[Dataset("ns", "outlet")]))
        with running(task):
            add_inputs(declared.File("s3://lake/{{ ds }}/a.csv"), Asset("gs://lake/a"))
            add_outputs(Dataset("ns", "added"), Table(cluster="postgres://h:5432", database="db", name="public.t"))

        found = extract(task, event)

        assert identities(found.inputs) == [("s3://lake", "2026-01-31/a.csv"), ("gs://lake", "a")]
        assert identities(found.outputs) == [("ns", "added"), ("postgres://h:5432", "db.public.t"), ("ns", "outlet")]

    def test_the_last_word_is_believed(self, extract: Extract, running: Any, in_dag: Any) -> None:
        """A dataset that was declared before and added twice is one, with the facets of the last time."""
        table = declared.Table("postgres://h:5432", "db.public.t", description="Orders", row_count=1)
        task = in_dag(EmptyOperator(task_id="t", outlets=[table]))
        with running(task):
            add_outputs(table.with_(row_count=2))
            add_outputs(table.with_(row_count=3, description=None))

        (found,) = extract(task).outputs

        assert found.outputFacets["outputStatistics"].rowCount == 3
        assert found.facets["documentation"].description == "Orders"

    def test_other_tasks_do_not_see_it(self, extract: Extract, running: Any, in_dag: Any) -> None:
        """Another try, or another task of the process, starts with nothing."""
        task = in_dag(EmptyOperator(task_id="t"))
        with running(task, try_number=2):
            add_outputs(Dataset("ns", "added"))

        assert extract(task).outputs == []

    def test_mistakes_are_on_the_event(self, extract: Extract, running: Any, in_dag: Any) -> None:
        """What could not be kept is named where the event is read."""
        task = in_dag(EmptyOperator(task_id="t"))
        with running(task):
            add_outputs("s3://lake/a")

        (omission,) = extract(task).run_facets[incomplete.KEY].omissions
        assert (omission.part, omission.cause) == ("declared", "notAvailable")
        assert "`add_outputs()` got a value of type str" in omission.message
