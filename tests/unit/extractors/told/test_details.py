"""Told datasets in their standard facets; inlets and outlets are what tells them here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.bash import BashOperator

from lineage_kit import Column, File, Table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

SHOP = "postgres://shop.example.com:5432"


def output(extract: Extract, *outlets: Any, **arguments: Any) -> Any:
    """Return the only output of a task with these outlets."""
    (found,) = extract(BashOperator(task_id="t", bash_command="true", outlets=[*outlets], **arguments)).outputs
    return found


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what lineage-kit has warned of."""
    return [record.getMessage() for record in caplog.records if record.name.startswith("lineage_kit")]


def test_links_stand_below_the_description(extract: Extract) -> None:
    """OpenLineage has no facet for links; the description is Markdown with them."""
    facet = output(extract, Table(SHOP, "s.p.o", links=["https://a.example.com", "https://b.example.com"])).facets

    assert facet["documentation"].description == "- <https://a.example.com>\n- <https://b.example.com>"
    assert getattr(facet["documentation"], "contentType", "text/markdown") == "text/markdown"


def test_tags_of_columns_name_their_column(extract: Extract) -> None:
    """Tags of a table and of its columns are in one facet."""
    table = Table(SHOP, "s.p.o", tags=["gold"], columns=[Column("mail", tags={"pii": "email"})])

    tags = output(extract, table).facets["tags"].tags
    assert [(tag.key, tag.value, tag.field, tag.source) for tag in tags] == [
        ("gold", "true", None, "USER"),
        ("pii", "email", "mail", "USER"),
    ]


def test_indirect_transformation(extract: Extract) -> None:
    """A column that only decides which rows there are is an indirect source."""
    orders = Table(SHOP, "s.p.o")
    column = Column("total", from_=orders["state"], transformation="FILTER")

    (source,) = (
        output(extract, Table(SHOP, "s.p.r", columns=[column])).facets["columnLineage"].fields["total"].inputFields
    )
    assert [(each.type, each.subtype) for each in source.transformations] == [("INDIRECT", "FILTER")]


def test_template_that_looks_like_a_template_file(extract: Extract) -> None:
    """A name that ends like the operator's template files is rendered, not opened."""
    assert output(extract, File("s3://b/{{ ds }}/job.sh")).name == "2026-01-31/job.sh"


def test_template_that_means_nothing(extract: Extract, caplog: pytest.LogCaptureFixture) -> None:
    """A detail whose template is not defined is left out; without its name a dataset is. A WARNING says which."""
    named = Table(SHOP, "s.p.o", description="{{ nothing }}", tags=["gold"])
    task = BashOperator(task_id="t", bash_command="true", outlets=[named, File("s3://b/{{ nowhere }}/x")])

    with caplog.at_level(logging.WARNING, logger="lineage_kit"):
        (found,) = extract(task).outputs

    assert set(found.facets) == {"tags"}
    messages = [record.getMessage() for record in caplog.records if record.name.startswith("lineage_kit")]
    assert len(messages) == 2
    assert (
        "`description` of an outlet has a template that means nothing in this run: 'nothing' is undefined"
        in (messages[0])
    )
    assert "An outlet has no name. `uri` of an outlet" in messages[1]


def test_row_count_by_template(extract: Extract) -> None:
    """Jinja becomes a number."""
    counted = output(extract, Table(SHOP, "s.p.o", row_count="{{ 3 + 4 }}"))

    assert counted.outputFacets["outputStatistics"].rowCount == 7


@pytest.mark.parametrize("template", ["{{ ds }}", "{{ 10 / 2 }}", "{{ none }}"])
def test_row_count_that_is_no_number(extract: Extract, caplog: pytest.LogCaptureFixture, template: str) -> None:
    """Where Jinja becomes something else, no number is told, with a WARNING once the task has run."""
    task = BashOperator(task_id="t", bash_command="true", outlets=[Table(SHOP, "s.p.o", row_count=template)])

    with caplog.at_level(logging.WARNING, logger="lineage_kit"):
        extract(task, "START")
        assert warnings_of(caplog) == []
        (vague,) = extract(task).outputs

    assert not getattr(vague, "outputFacets", None)
    (message,) = warnings_of(caplog)
    assert "`row_count` of an outlet has become no whole number." in message


def test_rows_that_are_read(extract: Extract) -> None:
    """The row count of an inlet is a statistic of the input."""
    task = BashOperator(task_id="t", bash_command="true", inlets=[Table(SHOP, "s.p.o", row_count=5)])

    (found,) = extract(task).inputs
    assert found.inputFacets["inputStatistics"].rowCount == 5


def test_connection_that_does_not_exist(extract: Extract, caplog: pytest.LogCaptureFixture) -> None:
    """A table without a name is left out, with one WARNING that says what is missing; the rest is told."""
    task = BashOperator(
        task_id="t", bash_command="true", outlets=[Table.from_conn("nowhere", "a.b"), Table(SHOP, "s.p.o")]
    )

    with caplog.at_level(logging.WARNING, logger="lineage_kit"):
        found = extract(task)

    assert [each.name for each in found.outputs] == ["s.p.o"]
    (record,) = [record for record in caplog.records if record.name.startswith("lineage_kit")]
    assert "dag.t" in record.getMessage()
    assert "outlet.connection is unknown to Airflow" in record.getMessage()


def test_declared_name_equals_that_of_sql(extract: Extract, warehouse: Path) -> None:
    """A table of a connection is the dataset that SQL on the connection reads, and merges with it."""
    del warehouse
    sql = SQLExecuteQueryOperator(
        task_id="t",
        conn_id="warehouse",
        sql="SELECT id FROM orders",
        inlets=[Table.from_conn("warehouse", "orders", owners="team:sales")],
    )

    (orders,) = extract(sql).inputs
    assert [owner.name for owner in orders.facets["ownership"].owners] == ["team:sales"]
    assert [field.name for field in orders.facets["schema"].fields] == ["id", "customer", "amount"]


def test_templates_in_keys(extract: Extract) -> None:
    """What stands before a colon is rendered as what stands behind it."""
    table = Table(SHOP, "s.p.o", owners={"team:{{ dag.dag_id }}": "OWNER"}, tags=["run-{{ ds }}"])

    facets = output(extract, table).facets

    assert [owner.name for owner in facets["ownership"].owners] == ["team:dag"]
    assert [tag.key for tag in facets["tags"].tags] == ["run-2026-01-31"]


@pytest.mark.parametrize("native", [True, False])
def test_text_stays_text(extract: Extract, native: bool) -> None:
    """A DAG that renders to native objects makes no number or list of a text."""
    tags = {"number": "{{ '1' }}_000", "list": "[{{ 1 }}, 2]", "alone": "{{ 1 }}"}
    with DAG("dag", schedule=None, render_template_as_native_obj=native):
        task = BashOperator(task_id="t", bash_command="true", outlets=[Table(SHOP, "s.p.o", tags=tags)])

    (found,) = extract(task).outputs

    assert {tag.key: tag.value for tag in found.facets["tags"].tags} == {
        "number": "1_000",
        "list": "[1, 2]",
        "alone": "1",
    }


BOOM = "{{ 1 // 0 }}"


@pytest.mark.parametrize(
    ("details", "named"),
    [
        ({"columns": ["id", BOOM]}, "`columns[1].name` of an outlet"),
        ({"columns": ["id", Column("{{ nothing }}")]}, "`columns[1].name` of an outlet"),
        ({"columns": [Column("id", description=BOOM)]}, "`columns[0].description` of an outlet"),
        ({"columns": [Column("id", tags=["a", BOOM])]}, "`columns[0].tags` of an outlet"),
        ({"tags": {"a": "b", "c": BOOM}}, "`tags` of an outlet"),
        ({"owners": ["team:a", BOOM]}, "`owners` of an outlet"),
        ({"description": BOOM}, "`description` of an outlet"),
        ({"symlinks": [Table.from_conn("nowhere", "a.b"), (SHOP, "s.p.x")]}, "outlet.symlinks"),
        ({"symlinks": [(SHOP, "s.p." + BOOM), (SHOP, "s.p.x")]}, "`symlinks` of an outlet"),
        (
            {"columns_from": {"id": [Table.from_conn("nowhere", "a.b")["x"], Table(SHOP, "s.p.x")["x"]]}},
            "outlet.columns[0].from[0]",
        ),
    ],
    ids=str,
)
def test_bad_detail(extract: Extract, caplog: pytest.LogCaptureFixture, details: dict[str, Any], named: str) -> None:
    """Whatever is wrong with a detail costs that one, with one WARNING that names it; the others are told."""
    table = Table(SHOP, "s.p.o", links=["https://a.example.com"], **details)

    with caplog.at_level(logging.WARNING, logger="lineage_kit"):
        found = output(extract, table, inlets=[Table(SHOP, "s.p.x")])

    assert "documentation" in found.facets
    rest = {
        "columns": lambda: [field.name for field in found.facets["schema"].fields] == ["id"],
        "tags": lambda: [tag.key for tag in found.facets["tags"].tags] == ["a"],
        "owners": lambda: [owner.name for owner in found.facets["ownership"].owners] == ["team:a"],
        "symlinks": lambda: [each.name for each in found.facets["symlinks"].identifiers] == ["s.p.x"],
        "columns_from": lambda: (
            [each.name for each in found.facets["columnLineage"].fields["id"].inputFields] == ["s.p.x"]
        ),
        "description": lambda: "https://a.example.com" in found.facets["documentation"].description,
    }
    (detail,) = details
    assert rest[detail]()
    (message,) = warnings_of(caplog)
    assert named in message


def test_many_columns_of_one_unknown_connection(extract: Extract, caplog: pytest.LogCaptureFixture) -> None:
    """One mistake is one WARNING, however many columns it costs."""
    source = Table.from_conn("nowhere", "a.b", columns=["x", "y", "z"])

    with caplog.at_level(logging.WARNING, logger="lineage_kit"):
        found = output(extract, Table(SHOP, "s.p.o", columns_from=source.columns_named()))

    assert "columnLineage" not in found.facets
    assert len(warnings_of(caplog)) == 1
