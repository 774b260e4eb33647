"""What hooks reported to Airflow's hook lineage collector while the task ran, read in one place."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from lineage_kit import compat
from lineage_kit.facets.incomplete import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lineage_kit.extractors.extraction import Extraction


@dataclass(frozen=True)
class QueryReport:
    """One execution of SQL by a hook.

    Args:
        hook: the Airflow hook that ran it.
        sql: its text; several statements where the hook sent them as one.
        row_count: rows that the driver counted for it, None where it did not.
        job_id: the database's own id of the query, None where the driver does not tell.
        database: the database that the hook named, which overrides that of its connection.
        count: how often the hook reported exactly this; Airflow keeps equal reports as one.
        server: the server that the hook named, where its connection does not: a cluster or a workgroup.
        parameters: what was bound to its placeholders; values of the user's, which no event may show.

    """

    hook: Any
    sql: str
    row_count: int | None = None
    job_id: str | None = None
    database: str | None = None
    count: int = 1
    server: str | None = None
    parameters: Any = field(default=None, repr=False)


def collected_assets() -> Any | None:
    """Return what was collected, or None where no hook reported anything in this process."""
    collector = compat.hook_lineage_collector()
    return collector.collected_assets if collector is not None and collector.has_collected else None


def query_reports() -> list[QueryReport]:
    """Return the SQL that hooks reported, in order; nothing where the installed common-sql does not report it."""
    key = compat.sql_hook_lineage_key()
    collected = collected_assets()
    return [
        QueryReport(
            hook=info.context,
            sql=info.value["sql"],
            row_count=info.value.get("row_count"),
            job_id=info.value.get("job_id"),
            database=info.value.get("default_db"),
            count=getattr(info, "count", 1),
            server=_server(info.value.get("extra") or {}),
            parameters=info.value.get("sql_parameters"),
        )
        for info in getattr(collected, "extra", ())
        if key and info.key == key and info.value.get("sql")
    ]


def _server(extra: Mapping[str, Any]) -> str | None:
    """Return the server among what a hook has added in words of its own; those of Redshift's Data API."""
    return extra.get("cluster_identifier") or extra.get("workgroup_name")


@contextmanager
def unreported() -> Iterator[None]:
    """Take back what hooks report in the block: queries of an extraction are none of the task's.

    Otherwise the OpenLineage provider would send a child event for its own ``SELECT CURRENT_SCHEMA``. The kit's own
    queries go through the cursor of a connection, which reports nothing; the methods of the OpenLineage provider and of
    hooks, which are asked too, run theirs through the hook.
    """
    before = compat.collected_extra()
    try:
        yield
    finally:
        compat.drop_collected_extra(but=before)


def reports_complete() -> bool:
    """Tell whether Airflow kept every query that hooks reported: it stops at a limit."""
    limit = compat.max_collected_extra()
    return limit is None or len(getattr(collected_assets(), "extra", ())) < limit


def note_limits(extraction: Extraction, *kinds: Literal["inputs", "outputs", "queries"]) -> None:
    """Say so where the collector was full: what came after is not known to anybody.

    Args:
        extraction: the task and the event.
        kinds: which of the reports the caller builds on.

    """
    collected = collected_assets()
    for kind in kinds:
        limit = compat.max_collected_extra() if kind == "queries" else compat.max_collected_assets()
        if limit is not None and len(getattr(collected, _COLLECTED[kind], ())) >= limit:
            extraction.omit(
                "observed",
                Cause.COLLECTOR_LIMIT,
                f"Hooks reported {limit} {kind}, as many as Airflow keeps; there may be more. "
                "See [lineage] max_assets_per_collector and max_extras_per_collector.",
            )


#: Where the collector keeps each kind of report.
_COLLECTED = {"inputs": "inputs", "outputs": "outputs", "queries": "extra"}

#: Attributes of hooks by which their parameters change what a connection says.
_SESSION_SETTINGS = ("database", "schema", "options")


def session_of(hook: Any) -> tuple[Any, ...]:
    """Return what makes hooks talk to the same database in the same way: class, connection and settings."""
    get_conn_id = getattr(hook, "get_conn_id", None)
    settings = (str(vars(hook).get(name)) for name in _SESSION_SETTINGS)
    return (type(hook), get_conn_id() if callable(get_conn_id) else id(hook), *settings)


def same_session(one: Any, other: Any) -> bool:
    """Tell whether two hooks talk to the same database in the same way."""
    return one is other or session_of(one) == session_of(other)


def reported_inputs() -> list[Any]:
    """Return the datasets of the assets that hooks reported as read; those without a known name are left out."""
    return _datasets(getattr(collected_assets(), "inputs", ()))


def reported_outputs() -> list[Any]:
    """Return the datasets of the assets that hooks reported as written; those without a known name are left out."""
    return _datasets(getattr(collected_assets(), "outputs", ()))


def reports_datasets() -> bool:
    """Tell whether the OpenLineage provider, asked for hook lineage, would answer with datasets."""
    return bool(reported_inputs() or reported_outputs())


def _datasets(infos: Iterable[Any]) -> list[Any]:
    datasets = (compat.translate_asset(info.asset, info.context) for info in infos)
    return [dataset for dataset in datasets if dataset is not None]
