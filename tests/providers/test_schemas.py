"""Columns of data frames and of their schemas, with each library that is there."""

from __future__ import annotations

from typing import Any

import pytest

from lineage_kit.datasets.declared.columns import Column
from lineage_kit.datasets.declared.schemas import columns_of
from lineage_kit.exceptions import DeclarationError


def names_and_types(given: Any) -> dict[str, str | None]:
    """Return name and type of the columns of something."""
    return {column.name: column.type for column in columns_of(given)}


class TestPandas:
    @pytest.fixture
    def frame(self) -> Any:
        """Return a DataFrame."""
        pandas = pytest.importorskip("pandas")
        return pandas.DataFrame({"id": [1], "price": [0.5], "at": pandas.to_datetime(["2024-01-01"])}).astype(
            {"id": "Int64", "at": "datetime64[ns]"}
        )

    expected = {"id": "Int64", "price": "float64", "at": "datetime64[ns]"}  # noqa: RUF012 - nobody changes it

    def test_frame(self, frame: Any) -> None:
        """The types of a DataFrame are its dtypes."""
        assert names_and_types(frame) == self.expected

    def test_dtypes(self, frame: Any) -> None:
        """So they are of the dtypes alone, also as a mapping."""
        assert names_and_types(frame.dtypes) == self.expected
        assert names_and_types(frame.dtypes.to_dict()) == self.expected

    def test_labels(self, frame: Any) -> None:
        """The labels of a DataFrame are names."""
        assert list(names_and_types(frame.columns)) == ["id", "price", "at"]

    def test_empty_frame(self, frame: Any) -> None:
        """A DataFrame may have no columns."""
        assert columns_of(frame[[]]) == ()

    @pytest.mark.parametrize("values", [["secret"], [1], [object()]])
    def test_series(self, values: list[Any]) -> None:
        """A Series holds data, which is not read and not quoted."""
        pandas = pytest.importorskip("pandas")
        with pytest.raises(DeclarationError, match="of type Series") as caught:
            columns_of(pandas.Series(values))
        assert "secret" not in str(caught.value)

    def test_label_that_is_no_name(self) -> None:
        """Columns of a file need names."""
        pandas = pytest.importorskip("pandas")
        with pytest.raises(DeclarationError, match="0 cannot be the name of a column"):
            columns_of(pandas.DataFrame([[1]]))

    def test_labels_that_occur_twice(self) -> None:
        """A DataFrame may have the same label twice, a declared dataset not."""
        pandas = pytest.importorskip("pandas")
        with pytest.raises(DeclarationError, match="Column 'a' is given more than once"):
            columns_of(pandas.DataFrame([[1, 2]], columns=["a", "a"]))


class TestPolars:
    expected = {"id": "Int64", "tags": "List(String)"}  # noqa: RUF012 - nobody changes it

    def test_frame_and_schema(self) -> None:
        """A DataFrame and its schema have polars' types."""
        polars = pytest.importorskip("polars")
        frame = polars.DataFrame({"id": [1], "tags": [["a"]]})
        assert names_and_types(frame) == names_and_types(frame.schema) == self.expected

    def test_lazy_frame(self) -> None:
        """A LazyFrame is not collected: what it would compute does not run."""
        polars = pytest.importorskip("polars")

        def fail(_: Any) -> Any:
            pytest.fail("data was read")

        lazy = polars.LazyFrame({"id": [1], "tags": [["a"]]})
        assert names_and_types(lazy.map_batches(fail, schema={"id": polars.Int64})) == {"id": "Int64"}
        assert names_and_types(lazy) == self.expected

    def test_types_in_a_mapping(self) -> None:
        """Types of polars may be given as classes, or with their arguments."""
        polars = pytest.importorskip("polars")
        given = {"id": polars.Int64, "price": polars.Decimal(10, 2)}
        assert names_and_types(given) == {"id": "Int64", "price": str(polars.Decimal(10, 2))}

    def test_series(self) -> None:
        """A Series holds data."""
        polars = pytest.importorskip("polars")
        with pytest.raises(DeclarationError, match="of type Series"):
            columns_of(polars.Series(["id"]))


class TestPyarrow:
    def test_schema_table_and_batch(self) -> None:
        """A schema is understood, and what has one; metadata of a field may describe it."""
        pyarrow = pytest.importorskip("pyarrow")
        schema = pyarrow.schema(
            [
                pyarrow.field("id", pyarrow.int64(), metadata={"description": "key", "PARQUET:field_id": "1"}),
                pyarrow.field("price", pyarrow.decimal128(10, 2), metadata={"comment": "with tax"}),
            ]
        )
        expected = (Column("id", "int64", "key"), Column("price", "decimal128(10, 2)", "with tax"))
        assert columns_of(schema) == expected
        assert columns_of(schema.empty_table()) == expected
        assert columns_of(pyarrow.RecordBatch.from_pylist([], schema=schema)) == expected

    def test_array(self) -> None:
        """An array holds data."""
        pyarrow = pytest.importorskip("pyarrow")
        with pytest.raises(DeclarationError, match="of type StringArray"):
            columns_of(pyarrow.array(["id"]))

    def test_types_in_a_mapping(self) -> None:
        """Types of pyarrow may be given for each column."""
        pyarrow = pytest.importorskip("pyarrow")
        assert names_and_types({"at": pyarrow.timestamp("us")}) == {"at": "timestamp[us]"}


class TestStructTypes:
    def test_spark(self) -> None:
        """A StructType of Spark has types in Spark's words, and comments in metadata."""
        types = pytest.importorskip("pyspark.sql.types")
        schema = types.StructType(
            [
                types.StructField("id", types.LongType(), metadata={"comment": "key"}),
                types.StructField("tags", types.ArrayType(types.StringType())),
            ]
        )
        assert columns_of(schema) == (Column("id", "bigint", "key"), Column("tags", "array<string>"))
        assert names_and_types({"id": types.LongType()}) == {"id": "bigint"}

    def test_snowpark(self) -> None:
        """A StructType of Snowpark has names as Snowflake stores them, without quotes."""
        types = pytest.importorskip("snowflake.snowpark.types")
        schema = types.StructType(
            [types.StructField("id", types.LongType()), types.StructField('"a b"', types.DecimalType(10, 2))]
        )
        assert names_and_types(schema) == {"ID": "LongType()", "a b": "DecimalType(10, 2)"}
