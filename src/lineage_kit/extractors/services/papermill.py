"""Notebooks that Papermill executes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset

from lineage_kit.datasets.naming import from_uri
from lineage_kit.extractors.copies import local_file
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.extractors.temporary import is_temporary_file

if TYPE_CHECKING:
    from lineage_kit.extractors.extraction import Extraction


@family("services")
def papermill(extraction: Extraction) -> OperatorLineage:
    """``PapermillOperator``: the notebook that is executed, and the one with its results once it has been.

    Local files, by their absolute path, and whatever Papermill has a URL for (`s3://`, `gs://`, `abfs://`, `https://`).
    The notebook's parameters are not sent. What its cells read and write is not known: declare inlets and outlets.
    """
    task = extraction.task
    executed = extraction.kind is EventKind.COMPLETE
    return OperatorLineage(inputs=_notebook(task.input_nb), outputs=_notebook(task.output_nb) if executed else [])


def _notebook(notebook: Any) -> list[Dataset]:
    """Return the dataset of a notebook, given as its path or URL, or as the entity that the operator makes of it."""
    location = getattr(notebook, "url", notebook)
    if not isinstance(location, str) or not location or location == "-":
        return []
    name = from_uri(location) if "://" in location else local_file(location)
    if name is None or (name.namespace == "file" and is_temporary_file(name.name)):
        return []
    return [Dataset(namespace=name.namespace, name=name.name)]
