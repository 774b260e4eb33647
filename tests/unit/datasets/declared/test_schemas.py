"""Columns from what authors have already; the tests of data frames are in tests/providers/test_schemas.py."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import itertools
import subprocess
import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional, TypedDict

import attrs
import pytest
import sqlalchemy as sa
from airflow.providers.common.compat.lineage import entities
from openlineage.client.facet_v2 import schema_dataset
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import declarative_base

from lineage_kit.datasets.declared.columns import Column
from lineage_kit.datasets.declared.schemas import columns_of
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nowhere import Unknown


def told(given: Any, dialect: str | None = None) -> list[tuple[str, str | None, str | None]]:
    """Return name, type and description of the columns of something."""
    return [(column.name, column.type, column.description) for column in columns_of(given, dialect)]


def names_and_types(given: Any) -> dict[str, str | None]:
    """Return name and type of the columns of something."""
    return {name: type_ for name, type_, _ in told(given)}


class TestLists:
    @pytest.mark.parametrize(
        "given",
        [
            [Column("id"), Column("name")],
            ["id", "name"],
            ("id", "name"),
            {"id": None, "name": None}.keys(),
            (name for name in ("id", "name")),
            map(Column, ["id", "name"]),
            itertools.chain(["id"], ["name"]),
            [("id", None), ["name", None]],
        ],
    )
    def test_names(self, given: Iterable[Any]) -> None:
        """Names are taken in their order from a list, and from what else Python itself has like one."""
        assert [column.name for column in columns_of(given)] == ["id", "name"]

    def test_columns_stay_what_they_are(self) -> None:
        """A column of ours keeps all that it says."""
        column = Column("email", "TEXT", "where to write", tags={"pii": "high"})
        assert columns_of([column]) == (column,)

    def test_pairs(self) -> None:
        """Pairs are names and types; the type may be a class."""
        assert names_and_types([("id", "BIGINT"), ("born", dt.date)]) == {"id": "BIGINT", "born": "date"}

    def test_pairs_of_a_mapping(self) -> None:
        """The items of a mapping are pairs."""
        assert names_and_types({"id": "BIGINT"}.items()) == {"id": "BIGINT"}

    def test_airflows_own_columns(self) -> None:
        """The columns of Airflow's own tables are understood, with their tags."""
        theirs = entities.Column(
            name="email", description="where to write", data_type="TEXT", tags=[entities.Tag(tag_name="pii")]
        )
        assert columns_of([theirs]) == (Column("email", "TEXT", "where to write", tags=["pii"]),)

    def test_schema_fields_of_bigquery(self) -> None:
        """The fields that BigQuery's operators take have a name and more, of which the rest is left."""
        fields = [{"name": "id", "type": "INTEGER", "mode": "REQUIRED", "description": "key"}, {"name": "note"}]
        assert told(fields) == [("id", "INTEGER", "key"), ("note", None, None)]

    def test_nothing(self) -> None:
        """An empty list is no columns."""
        assert columns_of([]) == ()

    @pytest.mark.parametrize("item", [5, ("id", "INT", "key", "more"), {"type": "INT"}, object()])
    def test_something_else_in_a_list(self, item: Any) -> None:
        """What is no column is named by its type, and a right form is shown."""
        with pytest.raises(DeclarationError, match=rf"from {type(item).__name__}; write columns=\[Column\('id'"):
            columns_of([item])


class TestMappings:
    def test_names_to_types(self) -> None:
        """A mapping gives each column its type: a text, a class, another annotation, a type of a library."""
        given = {
            "id": "BIGINT",
            "price": decimal.Decimal,
            "tags": list[str],
            "note": Optional[str],  # noqa: UP045 - the older spelling
            "amount": sa.Numeric(10, 2),
            "kind": sa.Integer,
            "unknown": None,
        }
        assert names_and_types(given) == {
            "id": "BIGINT",
            "price": "Decimal",
            "tags": "list[str]",
            "note": "str",
            "amount": "NUMERIC(10, 2)",
            "kind": "Integer",
            "unknown": None,
        }

    def test_names_to_descriptions(self) -> None:
        """A mapping may say more of each."""
        given = {
            "id": {"type": "INT", "description": "key", "tags": ["pii"]},
            "note": {"data_type": "TEXT"},
            "rest": {},
        }
        assert columns_of(given) == (Column("id", "INT", "key", tags=["pii"]), Column("note", "TEXT"), Column("rest"))

    def test_unknown_word(self) -> None:
        """A word that says nothing is an error that shows the right ones."""
        with pytest.raises(DeclarationError, match=r"Column 'id' has no 'desc'.*'description': '…'"):
            columns_of({"id": {"type": "INT", "desc": "key"}})

    def test_type_that_is_no_type(self) -> None:
        """The type of a column cannot be any object, whose text may have an address in it."""
        with pytest.raises(
            DeclarationError, match=r"type of column 'id' is an object of type object; .*\{'id': 'INT'\}"
        ):
            columns_of({"id": object()})


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Order:
    id: int
    total: decimal.Decimal | None = dataclasses.field(default=None, metadata={"description": "with tax", "unit": "EUR"})
    placed: dt.date = dataclasses.field(default=dt.date.min, metadata={"tags": ["time"]})
    colour: Literal[Colour.RED, "none"] = "none"
    pairs: dict[str, tuple[int, ...]] = dataclasses.field(default_factory=dict)
    noted: Annotated[str, "any text"] = ""


@dataclasses.dataclass
class OfUnknownType:
    id: int
    other: Unknown


@attrs.define
class Customer:
    id: int
    email: str | None = attrs.field(default=None, metadata={"doc": "where to write", "tags": {"pii": "high"}})


class Event(TypedDict, total=False):
    at: dt.datetime
    payload: list[Any]


class TestClasses:
    def test_dataclass(self) -> None:
        """The annotations are the types, without modules and without None; metadata of fields describes them."""
        assert columns_of(Order) == (
            Column("id", "int"),
            Column("total", "Decimal", "with tax"),
            Column("placed", "date", tags=["time"]),
            Column("colour", "Literal[Colour.RED, 'none']"),
            Column("pairs", "dict[str, tuple[int, ...]]"),
            Column("noted", "str"),
        )

    def test_annotation_that_cannot_be_evaluated(self) -> None:
        """Annotations with names that only type checkers know are taken as they are written."""
        assert names_and_types(OfUnknownType) == {"id": "int", "other": "Unknown"}

    def test_attrs(self) -> None:
        """A class of attrs is read like a dataclass."""
        assert columns_of(Customer) == (
            Column("id", "int"),
            Column("email", "str", "where to write", tags={"pii": "high"}),
        )

    def test_typed_dict(self) -> None:
        """The keys of a TypedDict are columns."""
        assert names_and_types(Event) == {"at": "datetime", "payload": "list[Any]"}

    @pytest.mark.parametrize("given", [Order(1), Customer(1), object(), 5, None, int, list[int], {"a", "b"}, b"id INT"])
    def test_what_has_no_columns(self, given: Any) -> None:
        """Objects hold data, sets have no order, other classes no fields: the error names the type and shows a form."""
        with pytest.raises(DeclarationError, match=r"Columns cannot be told from what is .*columns='id INT, …'"):
            columns_of(given)

    def test_file(self, tmp_path: Path) -> None:
        """A file is not read."""
        path = tmp_path / "schema.sql"
        path.write_text("id INT")
        with path.open() as file, pytest.raises(DeclarationError, match="of type TextIOWrapper"):
            columns_of(file)


class TestPydantic:
    def test_model(self) -> None:
        """The fields of a model are columns, with their descriptions."""
        pydantic = pytest.importorskip("pydantic")
        model = pydantic.create_model(
            "Order", id=(int, ...), total=(decimal.Decimal | None, pydantic.Field(None, description="with tax"))
        )
        assert told(model) == [("id", "int", None), ("total", "Decimal", "with tax")]

    def test_model_of_version_1(self) -> None:
        """Models of version 1 are understood, also those that version 2 has for them."""
        pydantic = pytest.importorskip("pydantic.v1")
        model = pydantic.create_model(
            "Order", id=(int, ...), total=(decimal.Decimal | None, pydantic.Field(None, description="with tax"))
        )
        assert told(model) == [("id", "int", None), ("total", "Decimal", "with tax")]

    def test_dataclass(self) -> None:
        """A dataclass of pydantic has descriptions too."""
        pydantic = pytest.importorskip("pydantic", minversion="2")

        class Item:
            id: int = pydantic.Field(description="key")

        assert told(pydantic.dataclasses.dataclass(Item)) == [("id", "int", "key")]

    def test_object(self) -> None:
        """An object of a model holds data."""
        pydantic = pytest.importorskip("pydantic")
        model = pydantic.create_model("Order", id=(int, ...))
        with pytest.raises(DeclarationError, match="of type Order"):
            columns_of(model(id=1))


class TestSqlAlchemy:
    table = sa.Table(
        "orders",
        sa.MetaData(),
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("total", sa.Numeric(10, 2), comment="with tax"),
        sa.Column("name", sa.String(20), doc="of the customer"),
        sa.Column("raw", postgresql.JSONB),
        sa.Column("any"),
    )
    expected = (
        Column("id", "BIGINT"),
        Column("total", "NUMERIC(10, 2)", "with tax"),
        Column("name", "VARCHAR(20)", "of the customer"),
        Column("raw", "JSONB"),
        Column("any"),
    )

    def test_table(self) -> None:
        """A table has the types of its DDL, and its comments."""
        assert columns_of(self.table) == self.expected

    def test_model(self) -> None:
        """So has a declarative model; attributes may have other names than the columns."""

        class Model(declarative_base()):  # type: ignore[misc]
            __tablename__ = "customers"
            key = sa.Column("id", sa.Integer, primary_key=True, comment="key")
            colour = sa.Column(sa.Enum(Colour))

        assert told(Model) == [("id", "INTEGER", "key"), ("colour", "VARCHAR(3)", None)]

    def test_model_of_version_2(self) -> None:
        """Annotations of mapped attributes become the types of columns."""
        orm = pytest.importorskip("sqlalchemy.orm", reason="SQLAlchemy")
        if not hasattr(orm, "mapped_column"):
            pytest.skip("SQLAlchemy 1.4 has no mapped columns")
        namespace = {
            "__tablename__": "items",
            "__annotations__": {"id": orm.Mapped[int], "note": orm.Mapped[str | None]},
            "id": orm.mapped_column(primary_key=True),
            "note": orm.mapped_column(comment="each"),
        }
        base = type("Base", (orm.DeclarativeBase,), {})
        assert told(type("Item", (base,), namespace)) == [("id", "INTEGER", None), ("note", "VARCHAR", "each")]

    def test_query(self) -> None:
        """A query that stands for a table has columns, computed ones too."""
        query = sa.select(self.table.c.id, sa.func.sum(self.table.c.total).label("sum")).subquery()
        assert names_and_types(query) == {"id": "BIGINT", "sum": "NUMERIC(10, 2)"}


class TestDdl:
    @pytest.mark.parametrize(
        ("ddl", "expected"),
        [
            ("id", [("id", None, None)]),
            ("id, name", [("id", None, None), ("name", None, None)]),
            ("id INT, name TEXT COMMENT 'who'", [("id", "INT", None), ("name", "TEXT", "who")]),
            ("(id INT)", [("id", "INT", None)]),
            ("id INT, -- the last\n", [("id", "INT", None)]),
            ("CREATE TABLE t (id INT)", [("id", "INT", None)]),
            ("create or replace transient table a.b.t (id int);", [("id", "int", None)]),
            ("CREATE VIEW v (a COMMENT 'x', b) AS SELECT 1, 2", [("a", None, "x"), ("b", None, None)]),
            ("CREATE TABLE {{ params.schema }}.t (id INT, c_{{ ds }} INT COMMENT 'on {{ ds }}')",
             [("id", "INT", None), ("c_{{ ds }}", "INT", "on {{ ds }}")]),
            ("DROP TABLE IF EXISTS t; CREATE TABLE t (Id INT); COMMENT ON COLUMN s.t.id IS 'it''s the key'",
             [("Id", "INT", "it's the key")]),
        ],
    )  # fmt: skip
    def test_forms(self, ddl: str, expected: list[tuple[str, str | None, str | None]]) -> None:
        """A whole statement is understood, the list of columns alone, and a script with one table."""
        assert told(ddl) == expected

    @pytest.mark.parametrize(
        "type_",
        """
        NUMBER(38,0)|STRING|DOUBLE PRECISION|TIMESTAMP(3) WITHOUT TIME ZONE|TIMESTAMP WITH LOCAL TIME ZONE
        |CHARACTER VARYING(10)|int unsigned zerofill|INTERVAL DAY(2) TO SECOND|LONG RAW|VARCHAR2(10 CHAR)|int[]
        |Nullable(UInt64)|ENUM('a', 'b,c')|STRUCT<a: INT, b: ARRAY<DECIMAL(10, 2)>>|MAP<STRING, INT>|shop.mood
        |NVARCHAR(MAX)|GEOMETRY(POINT, 4326)|"my type"
        """.replace("\n        ", "").split("|"),
    )
    @pytest.mark.parametrize("option", ["", " NOT NULL", " DEFAULT f('x', 1)", " ENCODE zstd DISTKEY", " COMMENT 'x'"])
    def test_types_are_kept_as_written(self, type_: str, option: str) -> None:
        """A type is all of its words, and nothing of what follows it, whatever database it is for."""
        assert names_and_types(f"CREATE TABLE t (a {type_}{option}, b INT)") == {"a": type_, "b": "INT"}

    @pytest.mark.parametrize(
        ("column", "option"),
        [("p", "AS (a * 2)"), ("p", "PRIMARY KEY"), ("p", "GENERATED ALWAYS AS (a < 2) STORED"), ("p", "NOT NULL")],
    )
    def test_columns_without_types(self, column: str, option: str) -> None:
        """Some databases need no type, others compute it."""
        assert names_and_types(f"a INT, {column} {option}") == {"a": "INT", column: None}

    @pytest.mark.parametrize(
        "constraint",
        [
            "PRIMARY KEY (id)",
            "CONSTRAINT positive CHECK (id > 0 AND id < 9)",
            "FOREIGN KEY (id) REFERENCES other (id)",
            "UNIQUE (id)",
            "UNIQUE KEY u (id)",
            "KEY k (id)",
            "INDEX (id)",
            "FULLTEXT INDEX f (id)",
            "INDEX i id TYPE minmax GRANULARITY 1",
            "LIKE other INCLUDING ALL",
            "PERIOD FOR SYSTEM_TIME (a, b)",
            "EXCLUDE USING gist (id WITH =)",
        ],
    )
    def test_constraints_are_no_columns(self, constraint: str) -> None:
        """Constraints and indexes of the table are left out."""
        assert names_and_types(f"CREATE TABLE t (id INT, {constraint})") == {"id": "INT"}

    def test_columns_called_like_indexes(self) -> None:
        """Words that open an index are names of columns if a type follows."""
        expected = {"key": "VARCHAR(10)", "index": "INT", "projection": "NVARCHAR(MAX)"}
        assert names_and_types("key VARCHAR(10), index INT, projection NVARCHAR(MAX)") == expected

    @pytest.mark.parametrize(
        ("dialect", "name"), [(None, '"a b"'), (None, "`a b`"), (None, "[a b]"), ("tsql", "[a b]"), ("mysql", "`a b`")]
    )
    def test_quoted_names(self, dialect: str | None, name: str) -> None:
        """Quotes are no part of a name."""
        assert told(f"CREATE TABLE t ({name} INT)", dialect) == [("a b", "INT", None)]

    def test_comments_of_bigquery(self) -> None:
        """BigQuery has descriptions among the options, in quotes of either kind."""
        ddl = "CREATE TABLE `p.d.t` (id INT64 OPTIONS (description='key'), n STRING OPTIONS(x=1, description=\"who\"))"
        expected = [("id", "INT64", "key"), ("n", "STRING", "who")]
        assert (told(ddl), told(ddl, "bigquery")) == (expected, expected)

    def test_strings_of_a_dialect(self) -> None:
        """The dialect says whether a backslash keeps a quote from closing a string."""
        assert told(r"id INT COMMENT 'it\'s', n INT", "mysql") == [("id", "INT", r"it\'s"), ("n", "INT", None)]

    def test_partitions_of_hive(self) -> None:
        """Hive's partitions are columns where they have types, and refer to columns where they have none."""
        hive = "CREATE EXTERNAL TABLE t (id INT) COMMENT 'x' PARTITIONED BY (ds STRING COMMENT 'day') STORED AS PARQUET"
        iceberg = "CREATE TABLE t (id INT, ts TIMESTAMP) USING iceberg PARTITIONED BY (days(ts), id)"
        assert told(hive) == [("id", "INT", None), ("ds", "STRING", "day")]
        assert names_and_types(iceberg) == {"id": "INT", "ts": "TIMESTAMP"}

    @pytest.mark.parametrize(
        "ddl",
        [
            "",
            " ; ",
            "SELECT id FROM t",
            "CREATE TABLE t AS SELECT f(a) FROM b",
            "CREATE TABLE t LIKE u",
            "CREATE TABLE t (PRIMARY KEY (id))",
            "CREATE TABLE a (x INT); CREATE TABLE b (y INT)",
            "CREATE TABLE t (id INT",
            "schemas/orders.sql",
            "id INT, 5 TEXT",
        ],
    )
    def test_what_is_no_ddl(self, ddl: str) -> None:
        """Without a single list of columns there is an error that shows one."""
        with pytest.raises(DeclarationError, match=r"in the DDL; write columns='id INT, name TEXT'"):
            columns_of(ddl)


class TestMetadata:
    def test_manifest_of_dbt(self) -> None:
        """The columns of a node have descriptions, and tags of both places where releases of dbt keep them."""
        node = {
            "resource_type": "model",
            "columns": {
                "id": {"name": "id", "description": "key", "data_type": "bigint", "meta": {}, "tags": ["key"]},
                "email": {
                    "name": "email",
                    "description": "",
                    "data_type": None,
                    "tags": [],
                    "meta": {},
                    "config": {"meta": {"pii": True, "level": "high", "owners": ["a"]}, "tags": "personal"},
                },
            },
        }
        assert columns_of(node) == (
            Column("id", "bigint", "key", tags=["key"]),
            Column("email", tags={"personal": "true", "pii": "true", "level": "high"}),
        )
        assert columns_of(node["columns"])[0] == Column("id", "bigint", "key", tags=["key"])

    def test_catalogue_of_dbt(self) -> None:
        """The catalogue of dbt has types and comments of the database."""
        node = {"columns": {"ID": {"type": "NUMBER", "index": 1, "name": "ID", "comment": "key"}}}
        assert told(node) == [("ID", "NUMBER", "key")]

    def test_model_in_yaml(self) -> None:
        """In dbt's YAML the columns are a list."""
        assert told({"name": "orders", "columns": [{"name": "id", "data_type": "int"}]}) == [("id", "int", None)]

    def test_node_without_columns(self) -> None:
        """A node that documents no column has none."""
        assert columns_of({"resource_type": "model", "columns": {}}) == ()

    def test_column_called_columns(self) -> None:
        """A mapping of names may have one that dbt uses too."""
        assert names_and_types({"columns": "INT", "Table": "TEXT"}) == {"columns": "INT", "Table": "TEXT"}

    @pytest.mark.parametrize("wrapped", [False, True])
    def test_table_of_glue(self, wrapped: bool) -> None:
        """Partition keys of a Glue table are columns; the answer of GetTable is understood as well."""
        table = {
            "Name": "orders",
            "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "bigint", "Comment": "key"}]},
            "PartitionKeys": [{"Name": "ds", "Type": "string"}],
        }
        assert told({"Table": table} if wrapped else table) == [("id", "bigint", "key"), ("ds", "string", None)]

    def test_facet_of_openlineage(self) -> None:
        """OpenLineage's own facet is understood."""
        fields = [schema_dataset.SchemaDatasetFacetFields("id", "BIGINT", "key")]
        assert told(schema_dataset.SchemaDatasetFacet(fields)) == [("id", "BIGINT", "key")]


@pytest.mark.parametrize("given", [["id", "id"], "id INT, id TEXT", [Column("id"), ("id", "INT")]])
def test_names_are_given_once(given: Any) -> None:
    """Two columns of the same name are an error."""
    with pytest.raises(DeclarationError, match="Column 'id' is given more than once"):
        columns_of(given)


def test_case_tells_names_apart() -> None:
    """Names are compared as they are given, because some systems tell them apart by case."""
    assert [column.name for column in columns_of("id INT, ID INT")] == ["id", "ID"]


def test_libraries_are_not_imported() -> None:
    """Reading plain columns imports no library of schemas, and not the parser of SQL."""
    code = (
        "import sys; from lineage_kit.datasets.declared.schemas import columns_of\n"
        "columns_of({'id': int}); columns_of(['id'])\n"
        "print([name for name in ('airflow', 'openlineage', 'pandas', 'polars', 'pyarrow', 'pydantic', 'attrs',"
        " 'sqlalchemy', 'sqlglot') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
