"""Columns of tables and files from what their authors have already: classes, schemas of libraries, DDL, metadata.

No library is imported to recognise its objects: the class of an object comes from a library that is imported already.
Only what describes columns is looked at; no row of a data frame is read, and nothing is asked of a database.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.declared.schemas.classes import of_class
from lineage_kit.datasets.declared.schemas.ddl import of_ddl
from lineage_kit.datasets.declared.schemas.frames import of_frame
from lineage_kit.datasets.declared.schemas.metadata import of_metadata
from lineage_kit.datasets.declared.schemas.plain import of_list, of_mapping
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from lineage_kit.datasets.declared.columns import Column

#: Each gives columns, or None if it does not know the like; what is more special comes first.
_READERS = (of_frame, of_metadata, of_class, of_mapping, of_list)


def columns_of(given: Any, dialect: str | None = None) -> tuple[Column, ...]:
    """Return the columns that something describes.

    It may be

    - a list of :class:`Column` (ours, or Airflow's own), of names, of pairs of name and type, or of mappings with
      ``name``, ``type`` and ``description``, such as BigQuery's schema fields;
    - a mapping of names to types, or to mappings with ``type``, ``description`` and ``tags``;
    - DDL: ``CREATE TABLE …``, or what stands in its parentheses. Types are kept as they are written there;
    - a dataclass, an attrs class or a ``TypedDict``: its annotations are the types, without ``None``; ``metadata`` of
      fields may have ``description`` and ``tags``;
    - a model of pydantic 1 or 2, or of SQLAlchemy, or a ``Table`` of the latter;
    - a DataFrame of pandas or its ``dtypes``; a DataFrame, LazyFrame or Schema of polars, whose columns are found out
      without collecting it; a Schema, Table or RecordBatch of pyarrow; a ``StructType`` of Spark or Snowpark;
    - a node of dbt's manifest, a table of AWS Glue's catalogue, OpenLineage's ``SchemaDatasetFacet``.

    Args:
        given: one of these.
        dialect: of DDL, in sqlglot's or OpenLineage's words. It matters for strings and quoted names only.

    Raises:
        DeclarationError: it is nothing of that kind, or two columns have the same name.

    """
    columns = tuple(of_ddl(given, dialect) if isinstance(given, str) else _read(given))
    if twice := [name for name, count in Counter(column.name for column in columns).items() if count > 1]:
        msg = f"Column {twice[0]!r} is given more than once; every column of a dataset has a name of its own."
        raise DeclarationError(msg)
    return columns


def _read(given: Any) -> list[Column]:
    for reader in _READERS:
        columns = reader(given)
        if columns is not None:
            return columns
    kind = f"the class {given.__name__}" if isinstance(given, type) else f"of type {type(given).__name__}"
    msg = (
        f"Columns cannot be told from what is {kind}; write columns=[Column('id', 'INT'), …], "
        "columns={'id': 'INT', …}, columns='id INT, …', or give a class or a schema that has columns."
    )
    raise DeclarationError(msg)
