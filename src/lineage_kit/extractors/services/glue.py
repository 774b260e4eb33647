"""Glue: tables and partitions of the Data Catalog, crawlers, jobs, those of DataBrew too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import source_code_location_job

from lineage_kit.datasets.naming import DatasetName, from_uri
from lineage_kit.extractors.aws import place_of, schema, within_budget
from lineage_kit.extractors.copies import state
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.extractors.files import file_dataset
from lineage_kit.extractors.merge import combine, unite
from lineage_kit.extractors.returned import pushed, returned
from lineage_kit.extractors.services.external import external_run_facets
from lineage_kit.extractors.symlinks import link
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lineage_kit.extractors.extraction import Extraction

#: Targets of a crawler by paths in S3: the key in its configuration, and that of the paths.
_FILE_TARGETS = (
    ("S3Targets", "Path"),
    ("DeltaTargets", "DeltaTables"),
    ("IcebergTargets", "Paths"),
    ("HudiTargets", "Paths"),
)


@family("services")
def glue_create_table(extraction: Extraction) -> OperatorLineage | None:
    """``GlueCatalogCreateTableOperator``: the table with its columns, and the location of its data as an input.

    From `table_input`. The location is a symbolic link of the table, too. That the table is new is told with
    `if_exists="fail"` alone: the operator does not say whether it has skipped one that was there.
    """
    table = _table(extraction)
    if table is None:
        return None
    described = extraction.task.table_input
    storage = described.get("StorageDescriptor") or {}
    facets = schema([*storage.get("Columns", ()), *described.get("PartitionKeys", ())])
    if extraction.kind is EventKind.COMPLETE and extraction.task.if_exists == "fail":
        facets |= state("CREATE")
    table.facets = {**(table.facets or {}), **facets}
    return _located(table, storage.get("Location"), whole=True)


@family("services")
def glue_delete_table(extraction: Extraction) -> OperatorLineage | None:
    """``GlueCatalogDeleteTableOperator``: the table; once it is gone, with `lifecycleStateChange`."""
    table = _table(extraction)
    if table is None:
        return None
    if extraction.kind is EventKind.COMPLETE:
        table.facets = {**(table.facets or {}), **state("DROP")}
    return OperatorLineage(outputs=[table])


@family("services")
def glue_partitions(extraction: Extraction) -> OperatorLineage | None:
    """``GlueCatalogCreatePartitionOperator``, ``GlueCatalogBatchDeletePartitionOperator``: the table.

    The location of a new partition, where `partition_input` tells it, is an input.
    """
    table = _table(extraction)
    storage = (getattr(extraction.task, "partition_input", None) or {}).get("StorageDescriptor") or {}
    return _located(table, storage.get("Location")) if table is not None else None


def _table(extraction: Extraction) -> Dataset | None:
    task = extraction.task
    return place_of(extraction, task).glue_table(task.database_name, task.table_name, task.catalog_id)


def _located(table: Dataset, location: str | None, *, whole: bool = False) -> OperatorLineage:
    """Return a table with the location of its data, or of a part of them."""
    name = from_uri(location) if location else None
    if whole:
        link(table, name, "LOCATION")
    inputs = [Dataset(namespace=name.namespace, name=name.name, facets={})] if name else []
    return OperatorLineage(inputs=inputs, outputs=[table])


@family("services")
def glue_partition_sensor(extraction: Extraction) -> OperatorLineage | None:
    """``GlueCatalogPartitionSensor``: the table whose partition it waits for."""
    task = extraction.task
    database, _, table = f"{task.database_name}.{task.table_name}".rpartition(".")
    # The sensor takes `database.table` for the table's name, too.
    dataset = place_of(extraction, task).glue_table(database.rpartition(".")[2], table)
    return OperatorLineage(inputs=[dataset]) if dataset is not None else None


@family("services")
def glue_crawler(extraction: Extraction) -> OperatorLineage:
    """``GlueCrawlerOperator``: what it crawls in S3 and DynamoDB, and the catalogue's tables that it is told to update.

    From the targets of its `config`. Which tables it finds otherwise, and what is behind a JDBC or MongoDB connection
    of Glue, only Glue knows.
    """
    return _crawled(extraction, extraction.task.config)


@family("services")
def glue_crawler_run(extraction: Extraction) -> OperatorLineage:
    """``GlueCrawlerRunOperator``: the crawler by its name, and what it has crawled, as `GlueCrawlerOperator`.

    The operator knows the name alone: once the crawler has run, Glue is asked for its targets, in one request.
    """
    name = extraction.task.crawler_name
    facets = OperatorLineage(run_facets=external_run_facets("glue", None, job=name))
    if extraction.kind is not EventKind.COMPLETE:
        return facets
    crawled = extraction.attempt("services", lambda: _crawled(extraction, _crawler(extraction, name)))
    return combine([facets, crawled]) if crawled else facets


def _crawler(extraction: Extraction, name: str) -> Mapping[str, Any]:
    """Ask Glue what it knows of a crawler; targets have the form in which they are given."""
    client = within_budget(extraction, extraction.task.hook, requests=1).conn
    crawler: Mapping[str, Any] = client.get_crawler(Name=name)["Crawler"]
    return crawler


def _crawled(extraction: Extraction, config: Mapping[str, Any]) -> OperatorLineage:
    place = place_of(extraction, extraction.task)
    targets = config.get("Targets") or {}
    inputs = [file_dataset(path) for path in _crawled_paths(targets)]
    if place.region:
        names = (DatasetName(f"dynamodb://{place.region}", each["Path"]) for each in targets.get("DynamoDBTargets", ()))
        inputs += [Dataset(namespace=name.namespace, name=name.name, facets={}) for name in names]
    tables = [
        place.glue_table(each["DatabaseName"], table)
        for each in targets.get("CatalogTargets", ())
        for table in each["Tables"]
    ]
    return OperatorLineage(
        inputs=unite(each for each in inputs if each is not None),
        outputs=unite(each for each in tables if each is not None),
    )


def _crawled_paths(targets: Mapping[str, Any]) -> Iterator[str]:
    for kind, key in _FILE_TARGETS:
        for target in targets.get(kind, ()):
            paths = target.get(key) or ()
            yield from [paths] if isinstance(paths, str) else paths


@family("services", names_datasets=False)
def databrew_job(extraction: Extraction) -> OperatorLineage:
    """``GlueDataBrewStartJobOperator``: no dataset, but the job and, once the task has succeeded, the id of its run.

    The operator knows neither the dataset of the job nor its outputs.
    """
    extraction.explain(
        Reason.NOT_AVAILABLE,
        "What the DataBrew job reads and writes is not in the answers that the operator keeps; declare inlets and "
        "outlets.",
    )
    kept: Any = extraction.attempt("services", lambda: returned(extraction))
    run_id = kept.get("run_id") if isinstance(kept, dict) else None
    return OperatorLineage(run_facets=external_run_facets("databrew", run_id, job=extraction.task.job_name))


@family("services", names_datasets=False)
def glue_job(extraction: Extraction) -> OperatorLineage:
    """``GlueJobOperator``: the job, its run with its page, and where its script is; datasets are the declared ones.

    What the script reads and writes is its own matter: declare `inlets` and `outlets`, or let its Spark session send
    events (`openlineage_inject_parent_job_info` of the operator links them to the task).
    """
    task = extraction.task
    run_id = extraction.attempt("services", lambda: _job_run_id(extraction))
    url = extraction.attempt("services", lambda: _run_page(extraction, run_id)) if run_id else None
    script = task.script_location or ""
    location = source_code_location_job.SourceCodeLocationJobFacet(type="s3", url=script)
    return OperatorLineage(
        run_facets=external_run_facets("glue", run_id, job=task.job_name, url=url, source="awsglue"),
        job_facets={"sourceCodeLocation": location} if script.startswith("s3://") else {},
    )


def _job_run_id(extraction: Extraction) -> str | None:
    """Return the id of the run; after a deferral it is in XCom, in old releases only as what was returned."""
    kept: str | None = getattr(extraction.task, "_job_run_id", None)
    return kept or pushed(extraction, "glue_job_run_id") or returned(extraction)


def _run_page(extraction: Extraction, run_id: str) -> str | None:
    """Return the page of the run in AWS's console, that of the operator's own link."""
    from airflow.providers.amazon.aws.links.glue import GlueJobRunDetailsLink
    from boto3.session import Session

    region = place_of(extraction, extraction.task).region
    if region is None:
        return None
    url: str = GlueJobRunDetailsLink.format_str.format(
        aws_domain=GlueJobRunDetailsLink.get_aws_domain(Session().get_partition_for_region(region)),
        region_name=region,
        job_name=quote(extraction.task.job_name, safe=""),
        job_run_id=run_id,
    )
    return url
