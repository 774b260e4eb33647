"""What a document says, as datasets and facets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.standard.operators.empty import EmptyOperator
from support.lineage_facts import columns, names, row_count

from lineage_kit.exceptions import LineageKitError
from lineage_kit.extractors import explicit
from lineage_kit.extractors.contract.datasets import lineage_in
from lineage_kit.extractors.contract.document import checked
from lineage_kit.extractors.extraction import Budget, EventKind, Extraction

if TYPE_CHECKING:
    from pathlib import Path

    from airflow.providers.openlineage.extractors import OperatorLineage

ORDERS = {"id": "orders", "uri": "s3://lake/orders.csv"}
PRICES = {"id": "prices", "namespace": "postgres://db:5432", "name": "shop.public.prices"}


def lineage_of(*, seconds: float = 5, disabled: frozenset[str] = frozenset(), **document: Any) -> OperatorLineage:
    """Return what a document with some inputs and outputs says."""
    extraction = Extraction(
        EmptyOperator(task_id="t"), EventKind.COMPLETE, None, Budget(seconds), disabled_parts=disabled
    )
    return lineage_in(extraction, checked({"version": 1, **document}))


def made_of(source: dict[str, str]) -> dict[str, Any]:
    """Return an output with a column that is made of one other."""
    return {"uri": "s3://lake/out.csv", "columns": [{"name": "a", "from": [source]}]}


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"uri": "s3a://lake/a/b.csv"}, ("s3://lake", "a/b.csv")),
        ({"uri": "/data/a.csv"}, ("file", "/data/a.csv")),
        ({"uri": "https://me:secret@host/x?sig=secret"}, ("https://host", "x")),
        (
            {"namespace": "postgres://me:secret@db:5432", "name": "shop.public.t"},
            ("postgres://db:5432", "shop.public.t"),
        ),
        ({"namespace": "abfss://box@account.example", "name": "a.csv"}, ("abfss://box@account.example", "a.csv")),
    ],
)
def test_names(told: dict[str, str], name: tuple[str, str]) -> None:
    """Addresses are named by the rules of OpenLineage, names are taken as they are; credentials go."""
    assert names(lineage_of(inputs=[told]).inputs) == [name]
    assert names(lineage_of(outputs=[told]).outputs) == [name]


@pytest.mark.usefixtures("warehouse")
def test_table_of_a_connection(warehouse: Path) -> None:
    """A table has the name that SQL tasks on the connection give it."""
    found = lineage_of(inputs=[{"connection": "warehouse", "table": "ORDERS"}])

    assert names(found.inputs) == [(f"sqlite://{warehouse}", "orders")]


@pytest.mark.parametrize(("table", "schema"), [("public.orders", None), ("orders", "mart")])
def test_the_database_is_not_asked(monkeypatch: pytest.MonkeyPatch, table: str, schema: str | None) -> None:
    """A server that cannot be reached is no trouble; a table needs its schema then, where the system has one."""
    monkeypatch.setenv("AIRFLOW_CONN_DW", "postgres://me:secret@nowhere.example:5432/shop")

    if schema is None:
        assert names(lineage_of(inputs=[{"connection": "dw", "table": table}]).inputs) == [
            ("postgres://nowhere.example:5432", "shop.public.orders")
        ]
    else:
        with pytest.raises(LineageKitError, match=r"^inputs\[0\]\.table .* needs its schema"):
            lineage_of(inputs=[{"connection": "dw", "table": table}])


def test_columns() -> None:
    """Columns of both sides are a schema; those of outputs also say what they are made of."""
    found = lineage_of(
        inputs=[ORDERS | {"columns": [{"name": "amount", "type": "decimal", "description": "In euro."}]}, PRICES],
        outputs=[
            {
                "uri": "s3://lake/totals.parquet",
                "columns": [
                    {"name": "day"},
                    {
                        "name": "total",
                        "type": "double",
                        "from": [
                            {"input": "orders", "column": "amount", "transformation": "AGGREGATION"},
                            {"input": "prices", "column": "price"},
                        ],
                    },
                ],
            }
        ],
    )

    (amount,) = found.inputs[0].facets["schema"].fields
    assert (amount.name, amount.type, amount.description) == ("amount", "decimal", "In euro.")
    assert "schema" not in found.inputs[1].facets
    (totals,) = found.outputs
    assert [(each.name, each.type) for each in totals.facets["schema"].fields] == [("day", None), ("total", "double")]
    assert columns(totals) == {"total": [("orders.csv", "amount"), ("shop.public.prices", "price")]}
    first, second = totals.facets["columnLineage"].fields["total"].inputFields
    assert [(each.type, each.subtype) for each in first.transformations] == [("DIRECT", "AGGREGATION")]
    assert second.transformations == []


def test_the_only_input_needs_no_id() -> None:
    """With one input, columns can only come from there."""
    (found,) = lineage_of(inputs=[{"uri": "s3://lake/in.csv"}], outputs=[made_of({"column": "b"})]).outputs

    assert columns(found) == {"a": [("in.csv", "b")]}


def test_column_lineage_can_be_switched_off() -> None:
    """The part `column_lineage` is the same here as elsewhere."""
    found = lineage_of(inputs=[ORDERS], outputs=[made_of({"column": "b"})], disabled=frozenset({"column_lineage"}))

    assert set(found.outputs[0].facets) == {"schema"}


def test_statistics() -> None:
    """Rows and bytes are where the specification has them; nought is a number."""
    counted, empty, unknown = lineage_of(
        outputs=[
            {"uri": "s3://lake/a", "row_count": 12, "size": 340},
            {"uri": "s3://lake/b", "row_count": 0},
            {"uri": "s3://lake/c"},
        ]
    ).outputs

    assert (row_count(counted), counted.outputFacets["outputStatistics"].size) == (12, 340)
    assert row_count(empty) == 0
    assert row_count(unknown) is None


def test_flow() -> None:
    """Where every output says what feeds it, the job says so."""
    outputs = [{"uri": "s3://lake/a", "inputs": ["orders"]}, {"uri": "s3://lake/b", "inputs": ["orders", "prices"]}]

    found = lineage_of(inputs=[ORDERS, PRICES], outputs=outputs)

    if explicit._facets() is None:
        assert found.job_facets == {}
    else:
        entries = found.job_facets["lineage"].entries
        assert [(entry.name, [each.name for each in entry.inputs]) for entry in entries] == [
            ("a", ["orders.csv"]),
            ("b", ["orders.csv", "shop.public.prices"]),
        ]


def test_no_flow_where_one_output_is_silent() -> None:
    """Half the truth about the flow would be taken for the whole."""
    found = lineage_of(inputs=[ORDERS], outputs=[{"uri": "s3://lake/a", "inputs": ["orders"]}, {"uri": "s3://lake/b"}])

    assert found.job_facets == {}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"inputs": [{"uri": "lake/in.csv"}]}, r"^inputs\[0\]\.uri is not absolute"),
        ({"inputs": [ORDERS, ORDERS]}, r"^inputs\[1\]\.id is that of an input before"),
        ({"outputs": [{"uri": "/a", "inputs": ["x"]}]}, r"^outputs\[0\]\.inputs\[0\] is not the `id` of an input"),
        (
            {"inputs": [ORDERS], "outputs": [made_of({"input": "x", "column": "b"})]},
            r"^outputs\[0\]\.columns\[0\]\.from\[0\]\.input is not the `id` of an input",
        ),
        (
            {"inputs": [ORDERS, PRICES], "outputs": [made_of({"column": "b"})]},
            r"^outputs\[0\]\.columns\[0\]\.from\[0\] lacks `input`",
        ),
        ({"inputs": [{"connection": "nobody", "table": "t"}]}, r"^inputs\[0\]\.connection is unknown"),
        ({"inputs": [{"connection": "memory", "table": "t"}]}, r"^inputs\[0\]\.connection does not tell"),
        ({"inputs": [{"connection": "warehouse", "table": "a, b"}]}, r"^inputs\[0\]\.table is not .* one table"),
    ],
)
@pytest.mark.usefixtures("warehouse")
def test_what_is_not_there(monkeypatch: pytest.MonkeyPatch, document: dict[str, Any], sentence: str) -> None:
    """A document that refers to nothing is not used, and says where."""
    monkeypatch.setenv("AIRFLOW_CONN_MEMORY", '{"conn_type": "sqlite", "host": ":memory:"}')

    with pytest.raises(LineageKitError, match=sentence):
        lineage_of(**document)


def test_the_budget_bounds_connections() -> None:
    """Looking a connection up may take a request, which does not begin once the time is over."""
    with pytest.raises(TimeoutError):
        lineage_of(inputs=[{"connection": "warehouse", "table": "t"}], seconds=0)
