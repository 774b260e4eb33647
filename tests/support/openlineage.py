"""What an OpenLineage event must be: the published schemas, and the rules that no schema states."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from support.openlineage_schemas import load_schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.openlineage_schemas import FacetSchema, OpenLineageSchemas

# Facets of the official Airflow provider (key -> places). They name the base facet's schema, having none.
AIRFLOW_FACETS = {
    "airflow": {"run", "job"},
    "airflowDagRun": {"run"},
    "airflowState": {"run"},
    "airflow_mappedTask": {"run"},
    "debug": {"run"},
    "unknownSourceAttribute": {"run"},
}
# Facets of OpenLineage's dbt integration; its schemas are not those of the specification, where that has some.
DBT_FACETS = {"dbt_model": {"dataset"}, "dbt_node": {"job"}, "dbt_run": {"run"}, "dbt_version": {"run"}}
EVENT_TYPES = {"START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"}
# RFC 3339: a date, a time to the second at least, and an offset. `fromisoformat` then judges the numbers.
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


class Facet(NamedTuple):
    """A facet where it stands in an event."""

    path: str
    place: str
    key: str
    content: dict[str, Any]


def validate_event(event: dict[str, Any]) -> None:
    """Raise AssertionError, naming every violation, unless the event is a correct OpenLineage event.

    Checked are the published JSON schemas of the event and of each facet (where a copy of the specification
    stands beside the checkout), that facets stand where the specification puts them, and what schemas leave
    open: ids, times, names, producers.
    """
    schemas = load_schemas()
    violations = [*_event_rules(event), *_dataset_rules(event)]
    if schemas is not None:
        violations += schemas.event_violations(event)
    for facet in facets_of(event):
        if _doubled_by_dbt(facet, event):
            continue
        violations += [f"{facet.path}: {text}" for text in _facet_violations(facet, schemas)]
    if violations:
        title = f"{event.get('eventType')} event of job {_dict(event.get('job')).get('name')!r} is not valid:"
        raise AssertionError("\n  - ".join([title, *dict.fromkeys(violations)]))


def validate_events(events: list[dict[str, Any]]) -> None:
    """Raise one AssertionError for all events that are not correct."""
    problems = [problem for problem in map(_problem_of, events) if problem]
    assert not problems, "\n".join(problems)


def _problem_of(event: dict[str, Any]) -> str | None:
    try:
        validate_event(event)
    except AssertionError as error:
        return str(error)
    return None


def facets_of(event: dict[str, Any]) -> Iterator[Facet]:
    """Yield every facet of an event with the place where it was found."""
    holders = [
        ("run.facets", "run", _dict(event.get("run")).get("facets")),
        ("job.facets", "job", _dict(event.get("job")).get("facets")),
    ]
    for path, dataset in _datasets(event):
        for holder, place in (("facets", "dataset"), ("inputFacets", "input"), ("outputFacets", "output")):
            holders.append((f"{path}.{holder}", place, dataset.get(holder)))
    for path, place, facets in holders:
        for key, content in _dict(facets).items():
            yield Facet(f"{path}.{key}", place, key, _dict(content))


def _doubled_by_dbt(facet: Facet, event: dict[str, Any]) -> bool:
    """Tell whether the facet stands where the dbt integration repeats what it puts into `inputFacets`."""
    of_dbt = "dbt_version" in _dict(_dict(event.get("run")).get("facets"))
    return of_dbt and (facet.key, facet.place) == ("dataQualityAssertions", "dataset")


def _event_rules(event: dict[str, Any]) -> Iterator[str]:
    yield from _date_time("eventTime", event.get("eventTime"))
    for key in ("producer", "schemaURL"):
        yield from _uri(key, event.get(key))
    if "job" in event:
        yield from _names("job", event["job"], "namespace", "name")
    if "run" in event:
        if event.get("eventType") not in EVENT_TYPES:
            yield f"eventType: {event.get('eventType')!r} is none of {sorted(EVENT_TYPES)}"
        yield from _uuid("run.runId", _dict(event["run"]).get("runId"))


def _dataset_rules(event: dict[str, Any]) -> Iterator[str]:
    for path, dataset in _datasets(event):
        yield from _names(path, dataset, "namespace", "name")
        side = path.partition("[")[0]
        misplaced = {"inputs": "outputFacets", "outputs": "inputFacets"}.get(side)
        if misplaced and misplaced in dataset:
            yield f"{path}: {misplaced} do not belong on one of the {side}"
        if side == "inputs" and "columnLineage" in _dict(dataset.get("facets")):
            yield f"{path}.facets.columnLineage: columns are explained on the output that they feed"


def _facet_violations(facet: Facet, schemas: OpenLineageSchemas | None) -> Iterator[str]:
    for key in ("_producer", "_schemaURL"):
        yield from _uri(key, facet.content.get(key))
    yield from _facet_rules(facet)
    if schemas is None:
        return
    published = schemas.facets.get(facet.key, [])
    here = [schema for schema in published if schema.place == facet.place]
    for schema in here:
        yield from schemas.facet_violations(schema, facet.content)
    if facet.place not in {**AIRFLOW_FACETS, **DBT_FACETS}.get(facet.key, ()):
        yield from _place_and_address(facet, published, here)


def _place_and_address(facet: Facet, published: list[FacetSchema], here: list[FacetSchema]) -> Iterator[str]:
    if here:
        address = str(facet.content.get("_schemaURL", ""))
        names = {schema.name for schema in here}
        if address.rpartition("/")[2] not in names:
            yield f"_schemaURL: {address!r} does not end with the facet's definition {sorted(names)}"
    elif published:
        places = sorted({schema.place for schema in published})
        yield f"the specification puts this facet on {places}, not on {facet.place!r}"
    else:
        yield "unknown facet: neither in the specification, nor Airflow's, nor this package's"


def _facet_rules(facet: Facet) -> Iterator[str]:
    rules = {"nominalTime": _nominal_time, "parent": _parent, "columnLineage": _column_lineage}
    if facet.key in rules:
        yield from rules[facet.key](facet.content)


def _nominal_time(content: dict[str, Any]) -> Iterator[str]:
    yield from _date_time("nominalStartTime", content.get("nominalStartTime"))
    if content.get("nominalEndTime") is not None:
        yield from _date_time("nominalEndTime", content["nominalEndTime"])


def _parent(content: dict[str, Any]) -> Iterator[str]:
    ancestors = {"parent": content}
    if content.get("root"):
        ancestors["root"] = _dict(content["root"])
    for path, ancestor in ancestors.items():
        yield from _uuid(f"{path}.run.runId", _dict(ancestor.get("run")).get("runId"))
        yield from _names(f"{path}.job", ancestor.get("job"), "namespace", "name")


def _column_lineage(content: dict[str, Any]) -> Iterator[str]:
    for column, field in _dict(content.get("fields")).items():
        if not column.strip():
            yield "fields: a column without a name"
        for number, source in enumerate(_list(_dict(field).get("inputFields"))):
            yield from _names(f"fields[{column!r}].inputFields[{number}]", source, "namespace", "name", "field")
    for number, source in enumerate(_list(content.get("dataset"))):
        yield from _names(f"dataset[{number}]", source, "namespace", "name", "field")


def _datasets(event: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for side in ("inputs", "outputs"):
        for number, dataset in enumerate(_list(event.get(side))):
            yield f"{side}[{number}]", _dict(dataset)
    if "dataset" in event:
        yield "dataset", _dict(event["dataset"])


def _names(path: str, holder: object, *keys: str) -> Iterator[str]:
    for key in keys:
        value = _dict(holder).get(key)
        if not isinstance(value, str) or not value.strip():
            yield f"{path}.{key}: {value!r} is not a name"


def _uuid(path: str, value: object) -> Iterator[str]:
    try:
        canonical = str(uuid.UUID(str(value)))
    except ValueError:
        canonical = None
    if canonical is None or canonical != str(value).lower():
        yield f"{path}: {value!r} is not a UUID"


def _date_time(path: str, value: object) -> Iterator[str]:
    match = _DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    try:
        # Python 3.10 reads neither "Z" nor any number of decimals.
        valid = match is not None and datetime.fromisoformat(match[1] + "+00:00") is not None
    except ValueError:
        valid = False
    if not valid:
        yield f"{path}: {value!r} is not an RFC 3339 date-time with an offset"


def _uri(path: str, value: object) -> Iterator[str]:
    if not isinstance(value, str) or not urlsplit(value).scheme:
        yield f"{path}: {value!r} is not a URI"


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
