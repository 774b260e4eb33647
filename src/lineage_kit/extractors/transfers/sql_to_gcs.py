"""The rows of a query to objects in Google Cloud Storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import sql_job

from lineage_kit.extractors.connections import hook_of
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import correction
from lineage_kit.extractors.merge import combine, unite
from lineage_kit.extractors.reports import reported_outputs
from lineage_kit.extractors.returned import returned
from lineage_kit.extractors.sql.datasets import Destination
from lineage_kit.extractors.sql.lineage import Ask, lineage_of_sql, read_sql
from lineage_kit.extractors.sql.source import find_source
from lineage_kit.extractors.statistics import with_row_count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lineage_kit.extractors.extraction import Extraction


@correction("transfers")
def sql_to_gcs(extraction: Extraction, official: Callable[[], OperatorLineage]) -> OperatorLineage | None:
    """``BaseSQLToGCSOperator``: the tables of the query, and the objects uploaded, with column lineage and rows.

    That is ``MSSQLToGCSOperator``, ``MySQLToGCSOperator``, ``OracleToGCSOperator``, ``PostgresToGCSOperator``,
    ``PrestoToGCSOperator``, ``TrinoToGCSOperator``. The rows are in what the operator returned. Before it ran, only the
    name that the provider gives is certain: the object, or the folder where `filename` has a placeholder. That folder
    stays, since those who read with a wildcard are given it too. Where every statement is understood the kit's tables
    take the place of those of the provider's parser, which loses what a CTE reads.
    """
    hook = _hook(extraction)
    source = find_source(extraction, hook)
    if source is None:
        uploaded = OperatorLineage(outputs=[*_objects(extraction), *_schema_object(extraction)])
        return combine([official(), uploaded])
    task = extraction.task
    found = read_sql(extraction, source, task.sql)
    describes_itself = _describes_itself(task)
    whole = not found.problems and (describes_itself or not hasattr(task, "get_openlineage_facets_on_start"))
    objects = _objects(extraction)
    written = unite([*objects, *_still_true(extraction, _folder(task) if whole else official().outputs, objects)])
    ask = Ask.COLUMNS if whole and describes_itself else Ask.NOTHING
    ours, _ = lineage_of_sql(extraction, source, task.sql, found, ask, Destination(written))
    others = OperatorLineage(
        outputs=_schema_object(extraction), job_facets={"sql": sql_job.SQLJobFacet(query=task.sql)}
    )
    if whole:
        return combine([ours, others])
    answer = official()
    rest = OperatorLineage(inputs=answer.inputs, run_facets=answer.run_facets, job_facets=answer.job_facets)
    return combine([rest, ours, others])


def _hook(extraction: Extraction) -> Any:
    """Return the hook that the operator keeps; that for Presto, and early releases of that for Oracle, keep none."""
    task = extraction.task
    hook = getattr(task, "db_hook", None)
    if hook is not None:
        return hook
    return hook_of(extraction, task.oracle_conn_id if hasattr(task, "oracle_conn_id") else task.presto_conn_id)


def _describes_itself(task: Any) -> bool:
    """Tell whether the installed provider has the operator name its objects."""
    return hasattr(task, "_get_openlineage_output_datasets")


def _folder(task: Any) -> list[Dataset]:
    return task._get_openlineage_output_datasets() if _describes_itself(task) else []  # noqa: SLF001 - names agree


def _still_true(extraction: Extraction, named: list[Dataset], objects: list[Dataset]) -> list[Dataset]:
    """Return what the provider names, once the objects are known only where one of them is it or is in it."""
    if extraction.kind is not EventKind.COMPLETE:
        return named
    return [
        each
        for each in named
        if each.name == "/" or any(f"{found.name}/".startswith(f"{each.name}/") for found in objects)
    ]


def _objects(extraction: Extraction) -> list[Dataset]:
    """Return the data objects that were uploaded, in order, each with its rows where they are known."""
    task = extraction.task
    names = [name for name in _uploaded(extraction) if name != task.schema_filename]
    rows = _rows(extraction) if names else []
    known: Sequence[int | None] = rows if len(rows) == len(names) else [None] * len(names)
    return [
        with_row_count(Dataset(namespace=f"gs://{task.bucket}", name=name), count)
        for name, count in zip(names, known, strict=True)
    ]


def _schema_object(extraction: Extraction) -> list[Dataset]:
    task = extraction.task
    uploaded = task.schema_filename and task.schema_filename in _uploaded(extraction)
    return [Dataset(namespace=f"gs://{task.bucket}", name=task.schema_filename)] if uploaded else []


def _uploaded(extraction: Extraction) -> list[str]:
    """Return the names of the objects; older releases of the operator do not keep them, but the hook reports them."""
    task = extraction.task
    if extraction.kind is EventKind.START:
        return []
    names = getattr(task, "_uploaded_file_names", None)
    if names is not None:
        return list(names)
    return [dataset.name for dataset in reported_outputs() if dataset.namespace == f"gs://{task.bucket}"]


def _rows(extraction: Extraction) -> list[int]:
    """Return the rows of each data object, as the operator returned them."""
    found = extraction.attempt("transfers", lambda: returned(extraction))
    files = found.get("files") if isinstance(found, dict) else None
    counts = [file.get("file_row_count") for file in files or () if isinstance(file, dict)]
    return [count for count in counts if isinstance(count, int)]
