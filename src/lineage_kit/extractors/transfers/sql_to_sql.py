"""The rows of a query on one database to a table of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.extractors.family import family
from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.transfers.sql_tables import Side

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction


@family("transfers")
def generic_transfer(extraction: Extraction) -> OperatorLineage:
    """``GenericTransfer``: the tables of its queries, the destination table, and what its preoperator touches.

    Columns are matched by position with `target_fields` of `insert_args`, or with the table's own columns where they
    are known without a query (SQLite); with a `rows_processor`, which may do anything to the rows, they are not
    matched. The rows are those that the destination hook counted; a deferrable paginated transfer inserts its pages
    in several processes, and none of them has seen all.
    """
    task = extraction.task
    source = Side.of(extraction, task.source_conn_id, getattr(task, "source_hook_params", None))
    target = Side.of(extraction, task.destination_conn_id, getattr(task, "destination_hook_params", None))
    filled = target.fills(task.destination_table, before=task.preoperator, counted=not _in_several_processes(task))
    processed = getattr(task, "_rows_processor", None) is not None
    insert_args = task.insert_args or {}
    into = None if processed else filled.by_position(insert_args.get("target_fields"))
    queries = [task.sql] if isinstance(task.sql, str) else task.sql
    return combine([source.queries(queries, into), filled.lineage])


def _in_several_processes(task: Any) -> bool:
    # Releases without the choice defer all that is paginated.
    deferrable = getattr(task, "deferrable", True)
    return bool(deferrable and getattr(task, "page_size", None) and isinstance(task.sql, str))


@family("transfers")
def presto_to_mysql(extraction: Extraction) -> OperatorLineage:
    """``PrestoToMySqlOperator``: the tables of its query, the MySQL table, and what its preoperator touches.

    The rows are those that the MySQL hook counted. The operator names no columns of the MySQL table.
    """
    return _to_mysql(extraction, extraction.task.presto_conn_id)


@family("transfers")
def trino_to_mysql(extraction: Extraction) -> OperatorLineage:
    """``TrinoToMySqlOperator``: the tables of its query, the MySQL table, and what its preoperator touches.

    The rows are those that the MySQL hook counted. The operator names no columns of the MySQL table.
    """
    return _to_mysql(extraction, extraction.task.trino_conn_id)


@family("transfers")
def hive_to_mysql(extraction: Extraction) -> OperatorLineage:
    """``HiveToMySqlOperator``: the tables of its query, the MySQL table, and what its pre- and postoperator touch.

    The rows are those that the MySQL hook counted. The operator names no columns of the MySQL table.
    """
    # Where the operator names no schema, its hook goes to this one, not to that of the connection.
    return _to_mysql(extraction, extraction.task.hiveserver2_conn_id, schema="default")


@family("transfers")
def vertica_to_mysql(extraction: Extraction) -> OperatorLineage:
    """``VerticaToMySqlOperator``: the tables of its query, the MySQL table, and what its pre- and postoperator touch.

    It inserts into columns named like those of the query, which gives column lineage. The rows are those that the MySQL
    hook counted, which with `bulk_load` it does not.
    """
    return _to_mysql(extraction, extraction.task.vertica_conn_id, alike=True)


def _to_mysql(
    extraction: Extraction, source_conn_id: str, *, alike: bool = False, schema: str | None = None
) -> OperatorLineage:
    task = extraction.task
    filled = Side.of(extraction, task.mysql_conn_id).fills(
        task.mysql_table, before=task.mysql_preoperator, after=getattr(task, "mysql_postoperator", None)
    )
    into = filled.named_alike() if alike else filled.by_position()
    source = Side.of(extraction, source_conn_id)
    return combine([source.queries([task.sql], into, schema=schema), filled.lineage])


@family("transfers")
def oracle_to_oracle(extraction: Extraction) -> OperatorLineage:
    """``OracleToOracleOperator``: the tables of its query, and the destination table with column lineage.

    It inserts into columns named like those of the query. The rows are those that the destination hook counted.
    """
    task = extraction.task
    filled = Side.of(extraction, task.oracle_destination_conn_id).fills(task.destination_table)
    source = Side.of(extraction, task.oracle_source_conn_id)
    return combine([source.queries([task.source_sql], filled.named_alike()), filled.lineage])


@family("transfers")
def teradata_to_teradata(extraction: Extraction) -> OperatorLineage:
    """``TeradataToTeradataOperator``: the tables of its query, and the destination table with column lineage.

    It inserts into columns named like those of the query. The rows are those that the destination hook counted.
    """
    task = extraction.task
    filled = Side.of(extraction, task.dest_teradata_conn_id).fills(task.destination_table)
    source = Side.of(extraction, task.source_teradata_conn_id)
    return combine([source.queries([task.sql], filled.named_alike()), filled.lineage])


@family("transfers")
def mssql_to_hive(extraction: Extraction) -> OperatorLineage:
    """``MsSqlToHiveOperator``: the tables of its query, and the Hive table.

    With `recreate` the Hive table has the columns of the query, and column lineage; without, its file is laid over
    whatever columns the table has.
    """
    return _to_hive(extraction, extraction.task.mssql_conn_id)


@family("transfers")
def mysql_to_hive(extraction: Extraction) -> OperatorLineage:
    """``MySqlToHiveOperator``: the tables of its query, and the Hive table.

    With `recreate` the Hive table has the columns of the query, and column lineage; without, its file is laid over
    whatever columns the table has.
    """
    return _to_hive(extraction, extraction.task.mysql_conn_id)


@family("transfers")
def vertica_to_hive(extraction: Extraction) -> OperatorLineage:
    """``VerticaToHiveOperator``: the tables of its query, and the Hive table.

    With `recreate` the Hive table has the columns of the query, and column lineage; without, its file is laid over
    whatever columns the table has.
    """
    return _to_hive(extraction, extraction.task.vertica_conn_id)


def _to_hive(extraction: Extraction, source_conn_id: str) -> OperatorLineage:
    task = extraction.task
    filled = Side.of(extraction, task.hive_cli_conn_id).fills(task.hive_table)
    into = filled.named_alike() if task.recreate else filled.by_position()
    return combine([Side.of(extraction, source_conn_id).queries([task.sql], into), filled.lineage])
