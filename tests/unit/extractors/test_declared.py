"""Inlets and outlets: converted by the naming rules, templates rendered, the author's objects left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.assets import Asset
from airflow.providers.common.compat.lineage.entities import Column, File, Table
from airflow.providers.standard.operators.empty import EmptyOperator
from openlineage.client.event_v2 import Dataset

from lineage_kit.facets import no_datasets

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
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
