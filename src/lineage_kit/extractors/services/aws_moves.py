"""Services of AWS that move or read data in S3 by themselves: what their operators say of source and target."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset

from lineage_kit.datasets.naming import DatasetName, from_uri
from lineage_kit.extractors.copies import stored_object
from lineage_kit.extractors.family import family
from lineage_kit.extractors.merge import unite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage_kit.extractors.extraction import Extraction

#: Region, account, and what the ARN of a database's snapshot names: one of an instance or of a cluster.
_RDS = re.compile(r"arn:[\w-]+:rds:(?P<region>[\w-]+):(?P<account>\d+):(?P<kind>[\w-]+):(?P<name>.+)")


@family("services")
def datasync(extraction: Extraction) -> OperatorLineage | None:
    """``DataSyncOperator``: the two locations, where it finds or makes its DataSync task by their URIs.

    With a `task_arn` alone, only AWS knows the locations.
    """
    task = extraction.task
    # Once it has searched by the URIs, it has a `task_arn`, too.
    by_location = not task.task_arn or task.candidate_source_location_arns is not None
    if not by_location:
        return None
    return _moved([task.source_location_uri], [task.destination_location_uri])


@family("services")
def rds_export(extraction: Extraction) -> OperatorLineage:
    """``RdsStartExportTaskOperator``: the snapshot, by its ARN, and the folder of the export in S3.

    RDS puts an export into a folder with the name of the export task, below the prefix.
    """
    task = extraction.task
    found = _RDS.fullmatch(task.source_arn)
    source = (
        DatasetName(f"arn:aws:rds:{found['region']}:{found['account']}", f"{found['kind']}/{found['name']}")
        if found
        else None
    )
    folder = "/".join(part for part in (task.s3_prefix.strip("/"), task.export_task_identifier) if part)
    target = stored_object("s3", task.s3_bucket_name, folder)
    return OperatorLineage(inputs=_datasets([source]), outputs=_datasets([target]))


@family("services")
def sagemaker_tuning(extraction: Extraction) -> OperatorLineage:
    """``SageMakerTuningOperator``: the input data in S3 and the output path, from its `config`."""
    config = extraction.task.config
    jobs = [*config.get("TrainingJobDefinitions", ()), config.get("TrainingJobDefinition")]
    given = [job for job in jobs if job]
    channels = [channel for job in given for channel in job.get("InputDataConfig", ())]
    return _moved(
        [channel["DataSource"].get("S3DataSource", {}).get("S3Uri") for channel in channels],
        [job.get("OutputDataConfig", {}).get("S3OutputPath") for job in given],
    )


@family("services")
def sagemaker_automl(extraction: Extraction) -> OperatorLineage:
    """``SageMakerAutoMLOperator``: its input and its output in S3."""
    return _moved([extraction.task.s3_input], [extraction.task.s3_output])


@family("services")
def bedrock_batch(extraction: Extraction) -> OperatorLineage:
    """``BedrockBatchInferenceOperator``: its prompts and its output in S3."""
    return _moved([extraction.task.input_uri], [extraction.task.output_uri])


@family("services")
def comprehend(extraction: Extraction) -> OperatorLineage:
    """``ComprehendStartPiiEntitiesDetectionJobOperator``, ``ComprehendCreateDocumentClassifierOperator``.

    The input data and the output location in S3, from their configuration.
    """
    task = extraction.task
    read = (task.input_data_config.get(key) for key in ("S3Uri", "TestS3Uri"))
    return _moved(read, [(task.output_data_config or {}).get("S3Uri")])


def _moved(sources: Iterable[str | None], targets: Iterable[str | None]) -> OperatorLineage:
    return OperatorLineage(
        inputs=_datasets(from_uri(uri) for uri in sources if uri),
        outputs=_datasets(from_uri(uri) for uri in targets if uri),
    )


def _datasets(names: Iterable[DatasetName | None]) -> list[Any]:
    return unite(Dataset(namespace=name.namespace, name=name.name, facets={}) for name in names if name)
