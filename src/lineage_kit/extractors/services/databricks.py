"""Runs of Databricks, and SQL that it runs for operators of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset

from lineage_kit.datasets.databases import Database
from lineage_kit.datasets.naming import from_uri
from lineage_kit.extractors.aws import external_query
from lineage_kit.extractors.copies import local_file
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import correction, family
from lineage_kit.extractors.merge import combine, has_datasets
from lineage_kit.extractors.returned import pushed
from lineage_kit.extractors.services.external import external_run_facets
from lineage_kit.extractors.sql.datasets import Destination
from lineage_kit.extractors.sql.family import SqlFamily
from lineage_kit.extractors.sql.lineage import Ask, lineage_of_sql, read_sql
from lineage_kit.extractors.sql.query import lineage_of_query, sql_facet
from lineage_kit.extractors.sql.source import Source, find_source
from lineage_kit.extractors.temporary import is_temporary_file
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.family import FamilyLineage, Official

_PART = "services"

_IDENTIFIER = re.compile(r"\bIDENTIFIER\s*\(([^()]*)\)", re.IGNORECASE)


@family(_PART, names_datasets=False)
def databricks_run(extraction: Extraction) -> OperatorLineage:
    """``DatabricksSubmitRunOperator``, ``DatabricksRunNowOperator``: ids of run and job, and the run's page.

    So do ``DatabricksNotebookOperator`` and ``DatabricksTaskOperator``; in a ``DatabricksWorkflowTaskGroup``, whose
    task ``launch`` starts it, the run is the one that all its tasks share. Ids and page are those that the operator
    keeps or pushes to XCom. No dataset: the output of a notebook is not fetched, since the operators do not fetch it.
    """
    extraction.explain(
        Reason.NOT_AVAILABLE,
        "What the run reads and writes is not in the answers of Databricks that the operator keeps; declare inlets and "
        "outlets, or let OpenLineage's Spark integration on the cluster tell it.",
    )
    shared = _shared_run(extraction.task)
    run, job = (shared.get("run_id"), shared.get("job_id")) if shared else _own_run(extraction)
    page = pushed(extraction, "databricks_job_run_link" if shared else "run_page_url") if run else None
    url = page if isinstance(page, str) else None
    host = urlsplit(url).hostname if url else None
    source = f"databricks://{host}" if host else None
    return OperatorLineage(run_facets=external_run_facets("databricks", run, job=job, url=url, source=source))


def _shared_run(task: Any) -> Mapping[str, Any]:
    """Return ids of the run of a workflow; empty for a task outside of one, and before the workflow is launched."""
    shared = getattr(task, "workflow_run_metadata", None)
    if isinstance(shared, Mapping):
        return shared
    return {name: getattr(shared, name, None) for name in ("run_id", "job_id")} if shared is not None else {}


def _own_run(extraction: Extraction) -> tuple[Any, Any]:
    """Return the ids of the run and of the job, None where they are not known."""
    task = extraction.task
    # The payload that was sent, which has the id where the operator was given the job's name only.
    payload = getattr(task, "_merged_json", None) or getattr(task, "json", None)
    job = getattr(task, "job_id", None) or (payload.get("job_id") if isinstance(payload, Mapping) else None)
    if extraction.kind is EventKind.START:
        return None, job
    run = getattr(task, "databricks_run_id", None) or getattr(task, "run_id", None)
    if run:
        return run, job
    # The process that goes on after a deferral has a new operator; XCom has what the one before has pushed.
    return pushed(extraction, "run_id"), job or pushed(extraction, "job_id")


class DatabricksSqlFamily(SqlFamily):
    """SQL operators that may write the rows of their last query to a file."""

    about = (
        "``DatabricksSqlOperator``: the tables that its SQL reads and writes; and with `output_path` the file or "
        "object that has the rows of the last query, with column lineage, once it is written."
    )

    def extract(self, extraction: Extraction, official: Official) -> FamilyLineage:
        """Return the lineage of the SQL with the file."""
        known = super().extract(extraction, official)
        written = extraction.attempt(self.part, lambda: _output_file(extraction))
        return replace(known, lineage=combine([known.lineage, written])) if written else known


SQL = DatabricksSqlFamily()


def _output_file(extraction: Extraction) -> OperatorLineage | None:
    path = getattr(extraction.task, "_output_path", None)
    if not path or extraction.kind is not EventKind.COMPLETE:
        return None
    name = from_uri(path) if "://" in path else local_file(path)
    if name is None or (name.namespace == "file" and is_temporary_file(name.name)):
        return None
    destination = Destination([Dataset(namespace=name.namespace, name=name.name)])
    hook = extraction.task.get_db_hook()
    return lineage_of_query(extraction, hook, extraction.task.sql, destination=destination)


@correction(_PART)
def sql_statements(extraction: Extraction, official: Callable[[], OperatorLineage]) -> OperatorLineage:
    """``DatabricksSQLStatementsOperator``: the tables of its statement with column lineage, and the statement's id.

    Parameters count where they name a table, in `IDENTIFIER(:name)`. Their values are not sent; the operator itself
    writes them into the SQL text of the event. Where the kit's engine does not understand the statement, the operator's
    own tables stand.
    """
    task = extraction.task
    hook = _hook(task)
    namespace = f"databricks://{hook.host}"
    facets = OperatorLineage(
        run_facets=external_query(_statement_id(extraction), namespace), job_facets={"sql": sql_facet(task.statement)}
    )
    database = Database(
        namespace=namespace,
        dialect="databricks",
        database=task.catalog,
        schema=task.schema or "default",
        schema_required=True,
    )
    source = Source(hook=hook, connection=None, database=database, info=None)
    if not task.wait_for_termination:
        # The task ends when Databricks has accepted the statement; what became of it nobody knows by then.
        extraction = replace(extraction, kind=EventKind.START)
    found, whole = _lineage(extraction, source, with_identifiers(task.statement, task.parameters))
    if whole:
        return combine([found, facets])
    # Facets of the operator's answer quote the statement with the values of its parameters.
    answer = official()
    return combine([found, facets, OperatorLineage(inputs=answer.inputs, outputs=answer.outputs)])


def with_identifiers(statement: str, parameters: Any) -> str:
    """Return the statement with the values of parameters where these are names of tables or parts of them."""
    values = {f":{each['name']}": str(each["value"]) for each in parameters or () if each.get("value") is not None}

    def name(found: re.Match[str]) -> str:
        parts = [part.strip() for part in found[1].split("||")]
        texts = [part[1:-1] if part[:1] == part[-1:] == "'" else values.get(part) for part in parts]
        if any(text is None for text in texts):
            return found[0]
        joined = "".join(str(text) for text in texts).replace("'", "''")
        return f"IDENTIFIER('{joined}')"

    return _IDENTIFIER.sub(name, statement)


def _statement_id(extraction: Extraction) -> str | None:
    kept: str | None = extraction.task.statement_id
    return kept or extraction.attempt(_PART, lambda: pushed(extraction, "statement_id"))


@correction(_PART)
def copy_into(extraction: Extraction, official: Callable[[], OperatorLineage]) -> OperatorLineage:
    """``DatabricksCopyIntoOperator``: the files' location and the table, with column lineage for an expression list.

    Locations have their usual scheme (`s3`, where the operator repeats `s3a`). With `validate` nothing is written, and
    the table is left out. The query id is that of the operator, whose early releases have none.
    """
    task, answer = extraction.task, official()
    source = find_source(extraction, _hook(task))
    if source is None:
        return answer
    source = replace(source, database=replace(source.database, schema=source.hook.get_openlineage_default_schema()))
    # Made while the task runs, and needed before; the operator has no public name for either.
    sql = getattr(task, "_sql", None) or task._create_sql_query()  # noqa: SLF001
    found, whole = _lineage(extraction, source, sql)
    text = OperatorLineage(job_facets={"sql": sql_facet(sql)})
    if not whole:
        return answer if has_datasets(answer) else combine([answer, found, text])
    answer.run_facets = {key: facet for key, facet in answer.run_facets.items() if key != "extractionError"}
    answer.inputs, answer.outputs = [], []
    if _only_validates(task):
        found.outputs = []
    return combine([answer, found, text])


def _only_validates(task: Any) -> bool:
    """Tell whether COPY checks files and writes nothing; zero is a number of rows to check."""
    validate = getattr(task, "_validate", None)
    return validate is not None and validate is not False


def _hook(task: Any) -> Any:
    """Return the operator's own hook, which it makes without a word to Databricks."""
    # Nothing public leads to it, and another would ask for the connection again; early releases keep none.
    return getattr(task, "_hook", None) or task._get_hook()  # noqa: SLF001


def _lineage(extraction: Extraction, source: Source, sql: str) -> tuple[OperatorLineage, bool]:
    """Return the lineage of SQL, and whether all of it is understood; the database is not asked anything.

    A path without a scheme leads to a file system of Databricks, for which nobody here has a name.
    """
    found = read_sql(extraction, source, sql)
    lineage, named = lineage_of_sql(extraction, source, sql, found, Ask.NOTHING)
    known = [[each for each in datasets if each.namespace != "file"] for datasets in (lineage.inputs, lineage.outputs)]
    named = named and known == [lineage.inputs, lineage.outputs]
    lineage.inputs, lineage.outputs = known
    return lineage, named and not found.problems
