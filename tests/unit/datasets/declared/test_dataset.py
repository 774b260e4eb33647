"""Tables and files as authors write them: made, compared, shown, and refused with the right form."""

from __future__ import annotations

import dataclasses
import json
from types import SimpleNamespace
from typing import Any

import pytest

from lineage_kit import Column, File, Table
from lineage_kit.datasets.declared.identity import name_of
from lineage_kit.exceptions import DeclarationError

SHOP = "postgres://shop.example.com:5432"


def name(dataset: Any) -> tuple[str, str]:
    """Return namespace and name of a dataset whose name is known."""
    found = name_of(dataset.identity)
    assert found is not None
    return found.namespace, found.name


class TestTable:
    """Constructors of tables."""

    def test_namespace_and_name(self) -> None:
        """A table is named by its OpenLineage namespace and name."""
        assert name(Table(SHOP, "shop.public.orders")) == (SHOP, "shop.public.orders")

    def test_as_airflows_own_table(self) -> None:
        """The keywords of Airflow's own Table name the same dataset as the OpenLineage provider does with it."""
        assert name(Table(cluster=SHOP, database="shop.public", name="orders")) == (SHOP, "shop.public.orders")

    def test_by_connection(self) -> None:
        """A table of a connection has no name before a task runs."""
        table = Table.from_conn("shop_db", "shop.public.orders")

        assert name_of(table.identity) is None
        assert table.told() == {"connection": "shop_db", "table": "shop.public.orders"}

    @pytest.mark.parametrize(
        ("table", "expected"),
        [
            (
                Table.athena(region="eu-west-1", database="raw", name="orders"),
                ("awsathena://athena.eu-west-1.amazonaws.com", "AwsDataCatalog.raw.orders"),
            ),
            (Table.bigquery(project="p", dataset="d", name="t"), ("bigquery", "p.d.t")),
            (Table.cassandra(host="h", keyspace="k", name="t"), ("cassandra://h:9042", "k.t")),
            (Table.databricks(host="w.net", catalog="c", schema="s", name="t"), ("databricks://w.net", "c.s.t")),
            (Table.unity_catalog(host="w.net", catalog="c", schema="s", name="t"), ("unitycatalog://w.net", "c.s.t")),
            (Table.db2(host="h", database="d", schema="s", name="t"), ("db2://h:50000", "d.s.t")),
            (
                Table.glue(region="eu-west-1", account="123456789012", database="raw", name="orders"),
                ("arn:aws:glue:eu-west-1:123456789012", "table/raw/orders"),
            ),
            (Table.hive(host="h", database="d", name="t"), ("hive://h:10000", "d.t")),
            (Table.mssql(host="h", database="d", schema="dbo", name="t"), ("mssql://h:1433", "d.dbo.t")),
            (Table.mysql(host="h", database="d", name="t", port=3307), ("mysql://h:3307", "d.t")),
            (Table.oracle(host="h", service="orcl", schema="s", name="t"), ("oracle://h:1521", "orcl.s.t")),
            (Table.postgres(host="h", database="d", schema="s", name="t"), ("postgres://h:5432", "d.s.t")),
            (
                Table.redshift(cluster="c", region="eu-west-1", database="d", schema="s", name="t"),
                ("redshift://c.eu-west-1:5439", "d.s.t"),
            ),
            (
                Table.snowflake(account="org-acct", database="DB", schema="S", name="T"),
                ("snowflake://org-acct", "DB.S.T"),
            ),
            (Table.spanner(project="p", instance="i", database="d", schema="s", name="t"), ("spanner://p:i", "d.s.t")),
            (Table.synapse(host="h", schema="s", name="t"), ("sqlserver://h:1433", "s.t")),
            (Table.teradata(host="h", database="d", name="t"), ("teradata://h:1025", "d.t")),
            (Table.trino(host="h", catalog="c", schema="s", name="t"), ("trino://h:8080", "c.s.t")),
            (Table.vertica(host="h", database="d", schema="s", name="t"), ("vertica://h:5433", "d.s.t")),
            (Table.cosmos(host="h", database="d", name="t"), ("azurecosmos://h/dbs/d", "colls/t")),
            (Table.crate(host="h", database="d", schema="s", name="t"), ("crate://h:5432", "d.s.t")),
            (Table.dynamodb(region="eu-west-1", name="t"), ("dynamodb://eu-west-1", "t")),
            (Table.fabric(host="h", database="d", schema="s", name="t"), ("fabric-warehouse://h", "d.s.t")),
            (Table.kusto(cluster="c.eu", database="d", name="t"), ("azurekusto://c.eu.kusto.windows.net", "d/t")),
            (Table.milvus(host="h", database="d", name="t"), ("milvus://h:19530", "d.t")),
            (Table.mongodb(host="h", database="d", name="t"), ("mongodb://h:27017", "d.t")),
            (Table.oceanbase(host="h", database="d", name="t"), ("oceanbase://h:2881", "d.t")),
        ],
        ids=lambda value: value[0].partition(":")[0] if isinstance(value, tuple) else "",
    )
    def test_by_system(self, table: Table, expected: tuple[str, str]) -> None:
        """Each system has a constructor in its own words."""
        assert name(table) == expected

    @pytest.mark.parametrize("arguments", [{}, {"namespace": SHOP}, {"name": "orders"}, {"database": "shop"}])
    def test_without_a_whole_name(self, arguments: dict[str, str]) -> None:
        """What is left out is said with both right forms."""
        with pytest.raises(DeclarationError, match=r"Table\('postgres://host:5432'.*Table\.from_conn\("):
            Table(**arguments)  # type: ignore[arg-type] # as a careless author would

    @pytest.mark.parametrize(
        ("arguments", "form"),
        [
            ({"namespace": SHOP, "name": 5}, r"5 cannot be the name of a table"),
            ({"namespace": SHOP, "database": 5, "name": "orders"}, r"5 cannot be the name of a table"),
            ({"namespace": 5, "name": "orders"}, r"5 cannot be the namespace of a table"),
            ({"namespace": SHOP, "cluster": "hive://h:10000", "name": "s.p.o"}, "give one of them"),
        ],
    )
    def test_wrong_part_of_a_name(self, arguments: dict[str, Any], form: str) -> None:
        """What is no text, or said twice, is refused."""
        with pytest.raises(DeclarationError, match=form):
            Table(**arguments)

    def test_constructor_without_a_word(self) -> None:
        """A system's constructor says which words it needs."""
        form = r"Table\.snowflake\(account=…, database=…, schema=…, name=…\)"
        with pytest.raises(DeclarationError, match=f"'schema'.*{form}"):
            Table.snowflake(account="org-acct", database="DB", name="T")  # type: ignore[call-arg] # what is tested

    @pytest.mark.parametrize("table", ["", "  ", 7, None])
    def test_table_of_a_connection_is_text(self, table: Any) -> None:
        """Anything else is refused with the form."""
        with pytest.raises(DeclarationError, match=r"Table\.from_conn\('shop_db', 'shop\.public\.orders'\)"):
            Table.from_conn("shop_db", table)

    def test_names_may_have_templates(self) -> None:
        """Jinja is kept until a task runs, wherever it stands."""
        table = Table("postgres://{{ var.value.host }}:5432", "shop.public.orders_{{ ds_nodash }}")

        assert name(table) == ("postgres://{{ var.value.host }}:5432", "shop.public.orders_{{ ds_nodash }}")


class TestFile:
    """Constructors of files."""

    @pytest.mark.parametrize(
        ("file", "expected"),
        [
            (File("s3://bucket/a/b.csv"), ("s3://bucket", "a/b.csv")),
            (File.s3("bucket", "/a/b.csv"), ("s3://bucket", "a/b.csv")),
            (File.gcs("bucket", "a/b.csv"), ("gs://bucket", "a/b.csv")),
            (File("/data/x.csv"), ("file", "/data/x.csv")),
            (File.local("/data/x.csv"), ("file", "/data/x.csv")),
            (File.local("/data/x.csv", host="nas"), ("file://nas", "/data/x.csv")),
            (File.abfs("acct", "c", "p/x"), ("abfss://c@acct.dfs.core.windows.net", "p/x")),
            (File.hdfs("nn", "/data/x"), ("hdfs://nn:8020", "data/x")),
            (File.http("https://example.com/rates.json"), ("https://example.com", "rates.json")),
            (File.wasb("acct", "c", "p/x"), ("abfss://c@acct.dfs.core.windows.net", "p/x")),
            (File.dbfs("w.net", "/data/x"), ("dbfs://w.net", "data/x")),
            (File.sftp("nas", "/data/x"), ("file://nas:22", "data/x")),
            (File.kafka("broker", "orders"), ("kafka://broker:9092", "orders")),
            (File.kafka("broker:9093", "orders"), ("kafka://broker:9093", "orders")),
        ],
        ids=str,
    )
    def test_named_by_the_naming_rules(self, file: File, expected: tuple[str, str]) -> None:
        """The address of a file gives its namespace and name."""
        assert name(file) == expected

    @pytest.mark.parametrize("url", ["data.csv", "a/b.csv", "", "s3:/bucket/key", 7])
    def test_without_an_absolute_address(self, url: Any) -> None:
        """A file that nobody else could find is refused with the right forms."""
        with pytest.raises(DeclarationError, match=r"File\('s3://bucket/path/orders\.csv'\) or File\('/data"):
            File(url)

    def test_web_address(self) -> None:
        """Something else is no web address."""
        with pytest.raises(DeclarationError, match=r"write File\.http\('https://example\.com"):
            File.http("s3://bucket/key")

    def test_credentials_are_left_out(self) -> None:
        """A password in an address reaches neither the told dataset nor its repr."""
        file = File("https://user:hunter2@example.com/rates.json")

        assert "hunter2" not in f"{file!r} {file.told()}"
        assert name(file) == ("https://example.com", "rates.json")

    def test_template_for_a_whole_address(self) -> None:
        """An address that is known only when the task runs is taken as it is."""
        assert File("{{ params.target }}").told() == {"uri": "{{ params.target }}"}


class TestDataset:
    """What tables and files have in common."""

    def test_cannot_be_changed(self) -> None:
        """An author who assigns to a table is told so; `with_` gives another table."""
        table = Table(SHOP, "shop.public.orders")

        with pytest.raises(dataclasses.FrozenInstanceError):
            table.columns = ()  # type: ignore[misc] # what is tested
        other = table.with_(description="Orders", columns=["id"])
        assert (table.told().get("description"), other.told()["description"]) == (None, "Orders")
        assert [column.name for column in other.columns] == ["id"]

    def test_with_keeps_the_rest(self) -> None:
        """Only what is named changes."""
        table = Table(SHOP, "shop.public.orders", columns={"id": "INT"}, tags=["pii"], owners="team:sales")

        changed = table.with_(tags=["gold"], columns_from={"id": File("/in.csv")["id"]})

        assert changed.told()["owners"] == {"team:sales": ""}
        assert changed.told()["tags"] == {"gold": "true"}
        assert changed.columns[0].type == "INT"
        assert changed.columns[0].from_[0].name == "id"

    def test_compares_by_value(self) -> None:
        """Equal declarations are equal and can be members of sets."""
        assert {Table(SHOP, "s.p.o", columns=["a"]), Table(SHOP, "s.p.o", columns=["a"])} == {
            Table(SHOP, "s.p.o", columns=["a"])
        }

    def test_repr_is_the_constructor(self) -> None:
        """It is short and the same in every process: Airflow hashes serialised DAGs that have it in them."""
        assert repr(Table(SHOP, "s.p.o", columns={"a": "int"}, tags=["x"])) == f"Table('{SHOP}', 's.p.o')"
        assert repr(Table.from_conn("c", "t")) == "Table.from_conn('c', 't')"
        assert repr(File("s3://b/k")["a"]) == "File('s3://b/k')['a']"

    def test_all_details_are_told_as_json(self) -> None:
        """Everything that an author says is plain JSON."""
        table = Table(
            SHOP,
            "shop.public.orders",
            columns=[Column("id", "INT", "key", tags=["pk"])],
            description="All orders",
            owners={"team:sales": "OWNER"},
            tags={"tier": "gold"},
            links="https://wiki.example.com/orders",
            source="postgres://user:hunter2@shop.example.com:5432",
            symlinks=[File("s3://lake/orders"), (SHOP, "shop.public.other")],
            partition={"ds": "{{ ds }}", "hour": 3},
            row_count=10,
            extra={"team": 7},
        )

        told = table.told()

        assert json.loads(json.dumps(told)) == told
        assert told == {
            "namespace": SHOP,
            "name": "shop.public.orders",
            "columns": [{"name": "id", "type": "INT", "description": "key", "tags": {"pk": "true"}}],
            "description": "All orders",
            "owners": {"team:sales": "OWNER"},
            "tags": {"tier": "gold"},
            "links": ["https://wiki.example.com/orders"],
            "source": "postgres://shop.example.com:5432",
            "symlinks": [{"uri": "s3://lake/orders"}, {"namespace": SHOP, "name": "shop.public.other"}],
            "partition": {"ds": "{{ ds }}", "hour": 3},
            "row_count": 10,
            "extra": {"team": 7},
        }

    @pytest.mark.parametrize(
        "argument", ["columns", "columns_from", "description", "owners", "tags", "links", "source", "symlinks"]
    )
    def test_none_says_nothing(self, argument: str) -> None:
        """An argument that is None is as if it was not given."""
        assert Table(SHOP, "s.p.o", **{argument: None}) == Table(SHOP, "s.p.o")  # type: ignore[arg-type] # any

    def test_one_symlink(self) -> None:
        """A single table or file needs no list around it."""
        assert Table(SHOP, "s.p.o", symlinks=File("s3://b/k")).told()["symlinks"] == [{"uri": "s3://b/k"}]

    def test_is_no_collection(self) -> None:
        """Names of columns lead to references; that does not make a table a list of them."""
        with pytest.raises(TypeError, match="not iterable"):
            list(Table(SHOP, "s.p.o"))  # type: ignore[call-overload] # what is tested

    def test_sets_have_one_order(self) -> None:
        """Airflow hashes serialised DAGs; the order of sets differs from process to process."""
        words = {f"w{number}" for number in range(20)}
        orders = Table(SHOP, "s.p.o")

        told = Table(
            SHOP,
            "s.p.r",
            owners=words,
            tags=words,
            links=words,
            symlinks={File(f"s3://b/{word}") for word in words},
            columns=[Column("c", tags=words, from_={orders[word] for word in words})],
        ).told()

        assert list(told["owners"]) == list(told["tags"]) == told["links"] == sorted(words)
        assert [link["uri"] for link in told["symlinks"]] == [f"s3://b/{word}" for word in sorted(words)]
        assert list(told["columns"][0]["tags"]) == sorted(words)
        assert [source["column"] for source in told["columns"][0]["from"]] == sorted(words)

    def test_owners_of_airflows_own_table(self) -> None:
        """A `User` is written as the OpenLineage provider writes it, a `Tag` by its name."""
        user = SimpleNamespace(email="j@example.com", first_name="Jo", last_name=None)

        told = Table(SHOP, "s.p.o", owners=[user], tags=[SimpleNamespace(tag_name="pii")]).told()

        assert told["owners"] == {"user:Jo <j@example.com>": ""}
        assert told["tags"] == {"pii": "true"}

    @pytest.mark.parametrize(
        ("argument", "value", "form"),
        [
            ("descripton", "x", r"no argument 'descripton'.*columns, columns_from, description, owners"),
            ("description", 7, r'description="…"'),
            ("tags", 5, r'tags=\["pii"\]'),
            ("owners", 5, r'owners=\["team:sales"\]'),
            ("symlinks", [("postgresql://h", "c")], r"not named right.*postgres://"),
            ("partition", {"d": float("nan")}, "'d' is no number"),
            ("extra", {"a": float("nan")}, "JSON does not know"),
            ("extra", 5, "JSON does not know"),
            ("owners", [7], r'owners=\["team:sales"\]'),
            ("tags", {"pii": 1}, r'tags=\["pii"\] or tags=\{"pii": "true"\}'),
            ("links", [None], r"links=\["),
            ("symlinks", ["s3://b/k"], r"symlinks=\[File\('s3://bucket/path'\)\]"),
            ("partition", "ds=1", r'partition=\{"ds": "\{\{ ds \}\}"\}'),
            ("partition", {"ds": object()}, "'ds' is object"),
            ("row_count", -1, "row_count=1000"),
            ("row_count", "many", "row_count=1000"),
            ("row_count", True, "row_count=1000"),
            ("extra", {"a": object()}, "JSON does not know"),
            ("columns_from", ["a"], r"columns_from=\{'total': orders\['amount'\]\}"),
        ],
    )
    def test_wrong_detail(self, argument: str, value: Any, form: str) -> None:
        """A detail of the wrong form is refused, with the right one."""
        with pytest.raises(DeclarationError, match=form):
            Table(SHOP, "s.p.o", **{argument: value})


class TestColumns:
    """Columns and what they are made of."""

    def test_reference_to_a_column(self) -> None:
        """`orders["amount"]` names a column of a dataset; of one with columns, only one that it has."""
        orders = Table(SHOP, "s.p.o", columns=["id", "amount"])

        assert Table(SHOP, "s.p.other")["anything"].name == "anything"
        assert orders["amount"].told() == {"namespace": SHOP, "name": "s.p.o", "column": "amount"}
        with pytest.raises(DeclarationError, match=r"no column 'amnt'; it has id, amount"):
            orders["amnt"]

    @pytest.mark.parametrize(
        ("transformation", "sources", "expected"),
        [
            (None, 1, {"transformation": "IDENTITY"}),
            (None, 2, {"transformation": "TRANSFORMATION"}),
            ("SUM", 1, {"transformation": "AGGREGATION", "transformation_description": "SUM"}),
            ("count(*)", 1, {"transformation": "AGGREGATION", "transformation_description": "count(*)"}),
            ("group by", 1, {"transformation": "GROUP_BY"}),
            ("aggregation", 1, {"transformation": "AGGREGATION"}),
            ("price * qty", 2, {"transformation": "TRANSFORMATION", "transformation_description": "price * qty"}),
        ],
    )
    def test_transformation(self, transformation: str | None, sources: int, expected: dict[str, str]) -> None:
        """A function, a subtype of OpenLineage's column lineage, or words say what is done."""
        orders = Table(SHOP, "s.p.o")
        column = Column("x", from_=[orders[f"c{i}"] for i in range(sources)], transformation=transformation)

        assert column.told()["from"] == [{**orders[f"c{i}"].told(), **expected} for i in range(sources)]

    def test_masking(self) -> None:
        """A hash is a transformation that hides the values."""
        (source,) = Column("x", from_=File("/a.csv")["mail"], transformation="SHA256", masking=True).told()["from"]

        assert (source["transformation"], source["masking"]) == ("TRANSFORMATION", True)

    def test_sources_by_column(self) -> None:
        """`columns_from` says for some columns what they are made of; the schema stays unknown."""
        orders = Table(SHOP, "s.p.o")

        told = Table(SHOP, "s.p.r", columns_from={"total": [orders["amount"], orders["qty"]]}).told()

        assert told["columns_complete"] is False
        assert [source["column"] for source in told["columns"][0]["from"]] == ["amount", "qty"]

    def test_column_made_of_nothing(self) -> None:
        """None says nothing of what a column is made of."""
        table = Table(SHOP, "s.p.r", columns=["id"], columns_from={"id": None})  # type: ignore[dict-item] # tolerated

        assert table == Table(SHOP, "s.p.r", columns=[Column("id", from_=None)])

    def test_references_are_compared_by_name(self) -> None:
        """Tables made of tables made of tables are compared and hashed without looking at what they are made of."""

        class Counted(str):
            hashed = 0
            __slots__ = ()

            def __hash__(self) -> int:
                Counted.hashed += 1
                return super().__hash__()

        table = Table(SHOP, "s.p.t0", columns=[Column(Counted("x"))])
        for number in range(1, 8):
            table = Table(
                SHOP,
                f"s.p.t{number}",
                columns=["a", "b"],
                columns_from={name: [table[table.columns[0].name]] * 4 for name in ("a", "b")},
            )

        Counted.hashed = 0
        hash(table)

        assert Counted.hashed == 0
        assert Table(SHOP, "s.p.o", tags=["x"])["a"] == Table(SHOP, "s.p.o")["a"] != Table(SHOP, "s.p.o")["b"]

    def test_columns_that_keep_their_name(self) -> None:
        """One call maps columns by name: all that a dataset has, or those that are named."""
        orders = Table(SHOP, "s.p.o", columns=["id", "amount"])

        assert set(orders.columns_named()) == {"id", "amount"}
        copied = Table(SHOP, "s.p.r", columns_from={**orders.columns_named("id"), "total": orders["amount"]})
        assert [column.name for column in copied.columns] == ["id", "total"]
        with pytest.raises(DeclarationError, match=r"does not say its columns; name them"):
            Table(SHOP, "s.p.unknown").columns_named()

    @pytest.mark.parametrize(
        ("make", "form"),
        [
            (lambda _: Column("x", from_=["amount"]), r"from_=\[orders\['amount'\], …\]"),
            (lambda _: Column("x", from_="amount"), r"from_=\[orders\['amount'\], …\]"),
            (lambda orders: Column("x", from_=orders), r"from_=\[orders\['amount'\], …\]"),
            (lambda orders: Column("x", from_=orders["a"], transformation=5), r'transformation="SUM"'),
            (lambda _: Column("x", transformation="SUM"), r"no `from_`"),
            (lambda _: Column(""), r'Column\("total"\)'),
            (lambda orders: orders[7], r'orders\["amount"\]'),
            (
                lambda orders: Table(SHOP, "s.p.r", columns=["a"], columns_from={"b": orders["id"]}),
                r"names 'b', which is no column of Table\(.*it has a",
            ),
            (
                lambda orders: Table(
                    SHOP, "s.p.r", columns=[Column("a", from_=orders["id"])], columns_from={"a": orders["id"]}
                ),
                r"say it in one place",
            ),
        ],
    )
    def test_wrong_form(self, make: Any, form: str) -> None:
        """A mistake is refused with the right form."""
        with pytest.raises(DeclarationError, match=form):
            make(Table(SHOP, "s.p.o"))
