"""One name for one blob, whoever names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.providers.standard.operators.empty import EmptyOperator
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset

from lineage_kit.extractors.renaming import with_joinable_names

if TYPE_CHECKING:
    from collections.abc import Callable

_OFFICIAL = "wasbs://box@account"
_BLOB = ("abfss://box@account.dfs.core.windows.net", "a.csv")


def _lineage() -> OperatorLineage:
    """Return the lineage of a table made from a blob, which has the name that Airflow's providers give."""
    source = column_lineage_dataset.InputField(namespace=_OFFICIAL, name="a.csv", field="id")
    columns = column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={"id": column_lineage_dataset.Fields(inputFields=[source])}, dataset=[source]
    )
    schema = schema_dataset.SchemaDatasetFacet(fields=[schema_dataset.SchemaDatasetFacetFields(name="id")])
    return OperatorLineage(
        inputs=[Dataset(namespace=_OFFICIAL, name="a.csv", facets={"schema": schema})],
        outputs=[Dataset(namespace="postgres://db:5432", name="a.b.c", facets={"columnLineage": columns})],
    )


class LoadOperator(EmptyOperator):
    """An operator that names a blob as Airflow's providers do."""

    def get_openlineage_facets_on_complete(self, _: Any) -> OperatorLineage:
        """Return its lineage."""
        return _lineage()


def test_everywhere() -> None:
    """The blob is renamed as a dataset, with its facets, and where columns come from; nothing is changed in place."""
    lineage = _lineage()

    renamed = with_joinable_names(lineage)

    (blob,), (table,) = renamed.inputs, renamed.outputs
    columns = table.facets["columnLineage"]
    sources = [*columns.fields["id"].inputFields, *columns.dataset]
    assert (blob.namespace, blob.name, [*blob.facets]) == (*_BLOB, ["schema"])
    assert [(each.namespace, each.name, each.field) for each in sources] == [(*_BLOB, "id")] * 2
    assert (table.namespace, table.name) == ("postgres://db:5432", "a.b.c")
    assert lineage == _lineage()


def test_nothing_to_rename() -> None:
    """Lineage without such a name is left as it is."""
    lineage = OperatorLineage(inputs=[Dataset(namespace="s3://lake", name="a.csv")])

    assert with_joinable_names(lineage) is lineage


def test_declared_and_official_names_are_one_dataset(extract: Callable[..., Any]) -> None:
    """What an operator says of a blob, and what the author of the DAG declares of it, come together."""
    declared = Dataset(namespace="wasbs://box@account.blob.core.windows.net", name="a.csv")
    task = LoadOperator(task_id="t", inlets=[declared])

    found = extract(task)

    assert [(each.namespace, each.name, [*each.facets]) for each in found.inputs] == [(*_BLOB, ["schema"])]
    assert declared.namespace == "wasbs://box@account.blob.core.windows.net"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("abfss://box@account.dfs.core.windows.net/a.csv", [_BLOB]),
        ("wasbs://box@account.blob.core.windows.net/a.csv", [_BLOB]),
        ("abfs://connection@box/a.csv", []),
        ("abfs://box/a.csv", []),
    ],
)
@pytest.mark.filterwarnings("ignore:.*auth info")
def test_assets(
    extract: Callable[..., Any], collect: Callable[..., None], uri: str, expected: list[tuple[str, str]]
) -> None:
    """An asset of Azure is a dataset, declared or reported, unless a connection may stand for the container.

    Early releases of Airflow take the container for a user, and off the URI: nobody knows the blob then.
    """
    asset = _asset(uri)
    expected = expected if asset.uri == uri else []
    collect(inputs=[uri])
    found = extract(EmptyOperator(task_id="t", outlets=[asset]))

    assert [(each.namespace, each.name) for each in found.inputs] == expected
    assert [(each.namespace, each.name) for each in found.outputs] == expected


def _asset(uri: str) -> Any:
    try:
        from airflow.sdk import Asset
    except ImportError:  # before Airflow 3
        from airflow.datasets import Dataset as Asset
    return Asset(uri)
