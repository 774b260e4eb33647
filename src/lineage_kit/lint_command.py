"""`lineage-kit lint`: the names of datasets in DAG files and in files of events, checked by the naming rules."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lineage_kit.datasets.naming import DatasetName, Problem, from_uri, problem_of, suggested
from lineage_kit.datasets.naming.checks import shown
from lineage_kit.datasets.naming.templates import SetAside
from lineage_kit.exceptions import LineageKitError
from lineage_kit.inlets import told_by
from lineage_kit.terminal import read_text, show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator


class Use(NamedTuple):
    """A name, or what should be one, and where it is used."""

    namespace: Any
    name: Any
    place: str


class Trouble(NamedTuple):
    """Something that is to be said of a dataset where it is used."""

    title: str
    problem: Problem
    suggestion: DatasetName | None
    places: list[str]


def lint(arguments: argparse.Namespace) -> int:
    """Print what is wrong with the names and return the exit code: 1 where something is.

    Raises:
        LineageKitError: a path cannot be read, or holds neither DAGs nor events.

    """
    uses: list[Use] = []
    troubles: list[Trouble] = []
    for path in arguments.paths or [_dags_folder()]:
        if path != "-" and (Path(path).is_dir() or Path(path).suffix in {".py", ".zip"}):
            found, broken = _in_dags(path)
            troubles.extend(broken)
        else:
            found = list(_in_events(path))
        uses.extend(found)
    troubles.extend(_troubles(uses))
    show(_as_json(uses, troubles) if arguments.json else _as_text(uses, troubles))
    return 1 if any(trouble.problem.wrong for trouble in troubles) else 0


def _troubles(uses: Iterable[Use]) -> list[Trouble]:
    """Return what is to be said of the names, each once, with all its places."""
    places: dict[tuple[str, str], list[str]] = {}
    values: dict[tuple[str, str], Use] = {}
    for use in uses:
        # What stands in a file of events may be of any type, and not hashable.
        key = (repr(use.namespace), repr(use.name))
        places.setdefault(key, []).append(use.place)
        values[key] = use
    found = []
    for key, use in values.items():
        problem = problem_of(use.namespace, use.name)
        if problem is not None:
            title, meant = shown(use.namespace, use.name), suggested(use.namespace, use.name)
            found.append(Trouble(title, problem, meant, places[key]))
    return found


def _in_events(path: str) -> Iterator[Use]:
    """Yield the names in a file of events: one JSON object or array, or one object in each line."""
    source = "<stdin>" if path == "-" else path
    for place, event in _events(read_text(path), source):
        if not isinstance(event, dict):
            msg = (
                f"{place} is not an OpenLineage event; a file of events has one JSON object in each line, or an array."
            )
            raise LineageKitError(msg)
        for side in ("inputs", "outputs"):
            for number, dataset in enumerate(_entries(event.get(side))):
                yield from _in_dataset(dataset, f"{place} {side}[{number}]")
        if isinstance(event.get("dataset"), dict):
            yield from _in_dataset(event["dataset"], f"{place} dataset")


def _events(text: str, source: str) -> Iterator[tuple[str, Any]]:
    try:
        whole = json.loads(text)
    except ValueError:
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                yield f"{source}:{number}", _parsed_line(line, f"{source}:{number}")
        return
    if isinstance(whole, list):
        yield from ((f"{source}[{number}]", event) for number, event in enumerate(whole))
    else:
        yield f"{source}:1", whole


def _parsed_line(line: str, place: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        msg = f"{place} is not JSON; a file of events has one JSON object in each line, or an array."
        raise LineageKitError(msg) from None


def _in_dataset(dataset: dict[str, Any], place: str) -> Iterator[Use]:
    """Yield the name of a dataset, of its symbolic links, and of those that its columns are made of."""
    yield _use(dataset, place)
    facets = _object(dataset.get("facets"))
    for number, link in enumerate(_entries(_object(facets.get("symlinks")).get("identifiers"))):
        yield _use(link, f"{place}.facets.symlinks.identifiers[{number}]")
    lineage, below = _object(facets.get("columnLineage")), f"{place}.facets.columnLineage"
    for column, made in _object(lineage.get("fields")).items():
        for number, source in enumerate(_entries(_object(made).get("inputFields"))):
            yield _use(source, f"{below}.fields.{column}.inputFields[{number}]")
    for number, source in enumerate(_entries(lineage.get("dataset"))):
        yield _use(source, f"{below}.dataset[{number}]")


def _use(entry: dict[str, Any], place: str) -> Use:
    return Use(entry.get("namespace"), entry.get("name"), place)


def _entries(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dags_folder() -> str:
    from airflow.configuration import conf

    folder: str = conf.get("core", "dags_folder")
    return folder


def _in_dags(path: str) -> tuple[list[Use], list[Trouble]]:
    """Return the names that tasks declare, and what kept DAG files from being loaded."""
    if not Path(path).exists():
        msg = f"{path} is not there"
        raise LineageKitError(msg)
    from lineage_kit.compat import dag_bag

    # What Airflow logs and DAG files print is not what the command says.
    with contextlib.redirect_stdout(sys.stderr):
        bag = dag_bag(path)
    uses: list[Use] = []
    troubles = []
    for file, error in sorted(bag.import_errors.items()):
        last = error.strip().splitlines()[-1]
        troubles.append(Trouble(f"{file} cannot be loaded", Problem(last), None, [file]))
    for dag_id, dag in sorted(bag.dags.items()):
        for task in dag.tasks:
            for side in ("inlets", "outlets"):
                for number, entity in enumerate(getattr(task, side, ())):
                    place = f"{dag_id}.{task.task_id} {side}[{number}]"
                    uses.extend(_in_entity(entity, place))
    return uses, troubles


def _in_entity(entity: Any, place: str) -> Iterator[Use]:
    """Yield the name of an inlet or outlet, told by what it has, since releases differ in the classes."""
    identity = getattr(entity, "identity", None)
    told = told_by(entity) or {}
    if "connection" in told or hasattr(identity, "connection"):
        return  # named when the task runs
    name = getattr(identity, "name", None)
    if isinstance(name, DatasetName):
        yield Use(name.namespace, name.name, place)
    elif "namespace" in told:
        yield _use(told, place)
    elif isinstance(url := getattr(identity, "uri", None) or getattr(entity, "url", None), str):
        yield _at_url(url, place)
    elif hasattr(entity, "cluster") and hasattr(entity, "database"):
        yield Use(entity.cluster, f"{entity.database}.{entity.name}", place)
    elif hasattr(entity, "namespace") and hasattr(entity, "name"):
        yield Use(entity.namespace, entity.name, place)
    elif isinstance(uri := getattr(entity, "uri", None), str):
        yield from _of_asset(entity, uri, place)


def _at_url(url: str, place: str) -> Use:
    """Return the name of what a URL leads to; where that is nothing, the URL, which then is no name either."""
    jinja = SetAside.of(url)
    # Jinja at the beginning may become any scheme or folder.
    name = None if url.startswith("{") else from_uri(jinja.aside(url))
    return Use(jinja.back(name.namespace), jinja.back(name.name), place) if name else Use("file", url, place)


def _of_asset(asset: Any, uri: str, place: str) -> Iterator[Use]:
    """Yield the name that an asset's URI stands for; assets that are names only stand for no dataset."""
    from lineage_kit.compat import translate_asset

    found = translate_asset(asset, None) or from_uri(uri)
    if found is None:
        return
    # Where no installed provider knows the scheme, the path has a slash where names of tables have a dot.
    dotted = DatasetName(found.namespace, found.name.replace("/", "."))
    right = problem_of(found.namespace, found.name) is not None and problem_of(dotted.namespace, dotted.name) is None
    name = dotted if right else found
    yield Use(name.namespace, name.name, place)


def _as_text(uses: list[Use], troubles: list[Trouble]) -> str:
    lines = []
    for trouble in troubles:
        lines.append(trouble.title)
        more = f", and {len(trouble.places) - 1} more" if len(trouble.places) > 1 else ""
        lines.append(f"  at         {trouble.places[0]}{more}")
        lines.append(f"  {'wrong' if trouble.problem.wrong else 'maybe':9}  {trouble.problem.reason}")
        if trouble.suggestion is not None:
            lines.append(f"  should be  {trouble.suggestion}")
        elif trouble.problem.rule is not None:
            lines.append(f"  form       {trouble.problem.form}")
        lines.append("")
    wrong = sum(trouble.problem.wrong for trouble in troubles)
    names = len({(repr(use.namespace), repr(use.name)) for use in uses})
    lines.append(f"{names} {'name' if names == 1 else 'names'} checked, {wrong} wrong")
    return "\n".join(lines)


def _as_json(uses: list[Use], troubles: list[Trouble]) -> str:
    problems = [
        {
            "title": trouble.title,
            "wrong": trouble.problem.wrong,
            "reason": trouble.problem.reason,
            "form": trouble.problem.form if trouble.problem.rule else None,
            "suggestion": _told(trouble.suggestion),
            "places": trouble.places,
        }
        for trouble in troubles
    ]
    names = len({(repr(use.namespace), repr(use.name)) for use in uses})
    return json.dumps({"checked": names, "problems": problems}, indent=2)


def _told(name: DatasetName | None) -> dict[str, str] | None:
    return {"namespace": name.namespace, "name": name.name} if name else None
