"""DMS: the tables that a replication copies from one database to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset

from lineage_kit.datasets.databases.systems import SYSTEMS, System
from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors import explicit
from lineage_kit.extractors.aws import within_budget
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.extractors.merge import combine, unite
from lineage_kit.extractors.returned import returned
from lineage_kit.extractors.services.dms_tables import Table, read_mappings
from lineage_kit.extractors.services.external import external_run_facets
from lineage_kit.facets.incomplete import Cause
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.services.dms_tables import Selection

    Described = Mapping[str, Any]
    Definition = Callable[[Any, str], Described]

_PART = "services"

_MONGODB = System("mongodb", 27017, 2)
#: DMS's names of engines whose tables have a name.
_ENGINES = {
    "aurora": SYSTEMS["mysql"],
    "aurora-postgresql": SYSTEMS["postgres"],
    "aurora-postgresql-serverless": SYSTEMS["postgres"],
    "aurora-serverless": SYSTEMS["mysql"],
    "azuredb": SYSTEMS["mssql"],
    "azure-sql-managed-instance": SYSTEMS["mssql"],
    "babelfish": SYSTEMS["mssql"],
    "db2": SYSTEMS["db2"],
    "docdb": _MONGODB,
    "mariadb": SYSTEMS["mysql"],
    "mongodb": _MONGODB,
    "mysql": SYSTEMS["mysql"],
    "oracle": SYSTEMS["oracle"],
    "postgres": SYSTEMS["postgres"],
    "redshift": System("redshift", 5439, 3),
    "sqlserver": SYSTEMS["mssql"],
}
#: Labels of a Redshift host: cluster, id, region, and the domain.
_REDSHIFT_LABELS = 6


@family(_PART, names_datasets=False)
def dms_definition(extraction: Extraction) -> OperatorLineage:
    """``DmsCreateTaskOperator``, ``DmsCreateReplicationConfigOperator``: no dataset, but the ARN of what was created.

    They copy nothing: the operator that starts the replication tells its tables.
    """
    task = extraction.task
    extraction.explain(
        Reason.NOT_AVAILABLE,
        "The task only defines a replication; the operator that starts it tells the tables that are copied.",
    )
    name = getattr(task, "replication_task_id", None) or getattr(task, "replication_config_id", None)
    arn = extraction.attempt(_PART, lambda: returned(extraction))
    return OperatorLineage(run_facets=external_run_facets("dms", None, job=arn or name))


@family(_PART)
def dms_start_task(extraction: Extraction) -> OperatorLineage:
    """``DmsStartTaskOperator``: the tables that the replication copies, in source and target, and its ARN.

    Once it is started: DMS is asked for its definition, and for both endpoints, one request each. Only tables that
    selection rules name one by one are told, under the name that the transformation rules give them in the target; of
    a rule with a wildcard (`%`) nobody knows them. Endpoints are databases that have a server and a name in DMS
    itself, not in a secret; a target in S3 has a folder for each table.
    """
    return _started(extraction, extraction.task.replication_task_arn, _task_definition)


@family(_PART)
def dms_start_replication(extraction: Extraction) -> OperatorLineage:
    """``DmsStartReplicationOperator``: the tables that a serverless replication copies, as `DmsStartTaskOperator`."""
    return _started(extraction, extraction.task.replication_config_arn, _serverless_definition)


@family(_PART)
def dms_reload_tables(extraction: Extraction) -> OperatorLineage:
    """``DmsReloadTablesOperator``: the tables that it names, in source and target; none where it only validates them.

    What they are called in the target, and where both are, comes from DMS, as for `DmsStartTaskOperator`.
    """
    task = extraction.task
    if task.reload_option == "validate-only":
        extraction.explain(Reason.NOT_AVAILABLE, "The task has tables validated and copies none.")
        return OperatorLineage(run_facets=external_run_facets("dms", None, job=task.replication_task_arn))
    tables = [Table(each["SchemaName"], each["TableName"]) for each in task.tables_to_reload]
    return _started(extraction, task.replication_task_arn, _task_definition, tables)


def _task_definition(client: Any, arn: str) -> Described:
    filters = [{"Name": "replication-task-arn", "Values": [arn]}]
    found: Described = client.describe_replication_tasks(Filters=filters, WithoutSettings=True)["ReplicationTasks"][0]
    return found


def _serverless_definition(client: Any, arn: str) -> Described:
    filters = [{"Name": "replication-config-arn", "Values": [arn]}]
    found: Described = client.describe_replication_configs(Filters=filters)["ReplicationConfigs"][0]
    return found


def _started(
    extraction: Extraction, arn: str, definition: Definition, tables: Sequence[Table] | None = None
) -> OperatorLineage:
    facets = OperatorLineage(run_facets=external_run_facets("dms", None, job=arn))
    if extraction.kind is not EventKind.COMPLETE:
        # Nothing is known to have been copied, and what will be is not asked twice.
        return facets
    copied = extraction.attempt(_PART, lambda: _copied(extraction, arn, definition, tables))
    return combine([facets, copied]) if copied else facets


def _copied(
    extraction: Extraction, arn: str, definition: Definition, tables: Sequence[Table] | None
) -> OperatorLineage | None:
    client = within_budget(extraction, extraction.task.hook, requests=2).conn
    described = definition(client, arn)
    selection = read_mappings(described["TableMappings"], tables)
    if selection.patterns:
        message = f"Only DMS knows which tables are like {', '.join(f'`{each}`' for each in selection.patterns)}."
        extraction.omit(_PART, Cause.NOT_AVAILABLE, message)
        extraction.explain(Reason.NOT_AVAILABLE, message)
    if not selection.tables:
        return None
    arns = [described["SourceEndpointArn"], described["TargetEndpointArn"]]
    answer = client.describe_endpoints(Filters=[{"Name": "endpoint-arn", "Values": arns}])
    endpoints = {endpoint["EndpointArn"]: endpoint for endpoint in answer["Endpoints"]}
    return _lineage(extraction, selection, *(endpoints[each] for each in arns))


def _lineage(extraction: Extraction, selection: Selection, source: Described, target: Described) -> OperatorLineage:
    inputs = {table: table_at(source, table) for table in selection.tables}
    outputs = {table: table_at(target, renamed) if renamed else None for table, renamed in selection.tables.items()}
    for side, names in (("source", inputs), ("target", outputs)):
        if None in names.values():
            message = f"Tables in the {side} of the replication have no name that the answers of DMS tell."
            extraction.omit(_PART, Cause.NOT_AVAILABLE, message)
            extraction.explain(Reason.NOT_AVAILABLE, message)
    flow: dict[DatasetName, list[DatasetName]] = {}
    for table, name in outputs.items():
        origin = inputs[table]
        if name is not None:
            flow.setdefault(name, []).extend([origin] if origin else [])
    whole = None not in (*inputs.values(), *outputs.values())
    return OperatorLineage(
        inputs=_datasets(inputs.values()),
        outputs=_datasets(outputs.values()),
        job_facets=explicit.job_facets(flow) if whole else {},
    )


def _datasets(names: Iterable[DatasetName | None]) -> list[Any]:
    return unite(Dataset(namespace=name.namespace, name=name.name, facets={}) for name in names if name)


def table_at(endpoint: Described, table: Table) -> DatasetName | None:
    """Return the name of a table at an endpoint as DMS describes it; None where that tells no name."""
    # What the settings of its kind of endpoint say is repeated beside them, though not by everything that creates one.
    said: dict[str, Any] = {}
    for settings in (value for name, value in endpoint.items() if name.endswith("Settings") and value):
        said.update(settings)
    said.update({name: value for name, value in endpoint.items() if value})
    engine = said["EngineName"]
    if engine == "s3":
        return _folder(said, table)
    system = _ENGINES.get(engine)
    database = system.at(_server(engine, said), said.get("Port"), said.get("DatabaseName")) if system else None
    if database is None or (system is SYSTEMS["mysql"] and _in_one_database(said)):
        return None
    return database.dataset_name(None, table.schema, table.name, as_stored=True)


def _folder(said: Described, table: Table) -> DatasetName | None:
    """Return the folder of a table in a target; in a source, only the definition of the table tells where it is."""
    if str(said.get("EndpointType")).lower() != "target" or not said.get("BucketName"):
        return None
    parts = (str(said.get("BucketFolder") or "").strip("/"), table.schema, table.name)
    return DatasetName(f"s3://{said['BucketName']}", "/".join(part for part in parts if part))


def _server(engine: str, said: Described) -> str | None:
    """Return the host; of a cluster of Redshift, what hooks of Airflow name it by: ``cluster.region``."""
    host: str | None = said.get("ServerName")
    labels = (host or "").removesuffix(".cn").split(".")
    if engine == "redshift" and len(labels) == _REDSHIFT_LABELS and labels[-2:] == ["amazonaws", "com"]:
        return f"{labels[0]}.{labels[2]}"
    return host


def _in_one_database(said: Described) -> bool:
    """Tell whether a target of MySQL's family has all tables in one database, whatever their schemas were."""
    if str(said.get("EndpointType")).lower() != "target":
        return False
    settings = f"{said.get('TargetDbType')} {said.get('ExtraConnectionAttributes')}".lower().replace("_", "-")
    return "specific-database" in settings or "specific-db" in settings
