"""Declared datasets on their way through Airflow: from the objects of authors to what ``inlets`` and ``outlets`` hold.

Airflow keeps what stands there in serialised DAGs, renders its templates (2.11), and hands it from task to task by
XCom (``inlets="auto"``, 2.11). It can do all of that with instances of its own classes only: a frozen object, a value
that is no JSON, or a subclass fails the task. So tasks get Airflow's own ``Table`` and ``File``, which the OpenLineage
provider understands without lineage-kit too, with everything else as JSON text in ``extra``.

A template that cannot be rendered would fail the task on 2.11. So Airflow finds none: every text is written so that
rendering gives the template back, and lineage-kit alone renders it, where a mistake is no more than a WARNING.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from lineage_kit import compat
from lineage_kit.datasets.declared import consistency
from lineage_kit.datasets.declared.dataset import DeclaredDataset
from lineage_kit.datasets.declared.identity import AtUri, Named, OnConnection
from lineage_kit.datasets.declared.values import entries
from lineage_kit.entries import entries_of, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where the JSON stands in ``extra``.
KEY = "lineage_kit"
#: Namespace, for those who do not know lineage-kit, of tables that only a connection can name.
_CONNECTION = "airflow-connection://"
#: Values of a column that Airflow's own has a place for.
_NATIVE = ("name", "type", "description")
#: What begins a piece of Jinja; in JSON it occurs within strings only.
_JINJA = re.compile(r"\{(?=[{%#])")
#: Texts that rendering leaves as they are, also into native objects, which makes numbers of digits.
_LEFT_ALONE = re.compile(r"(?!(?:True|False|None)$)(?:[^\W\d]|/)[^{\n\r'\"]*")
#: The end of a text that some operator takes for the name of a file with a template, such as ``.sql``.
_ENDING = re.compile(r"\.\w+$")


def convert(task: Any) -> None:
    """Put Airflow's own entities in the place of declared datasets in the inlets and outlets of a task.

    Args:
        task: an operator, mapped ones included.

    Raises:
        DeclarationError: the datasets contradict each other.

    """
    declared = [listed(getattr(task, attribute, None)) for attribute in ("inlets", "outlets")]
    if any(isinstance(each, DeclaredDataset) for given in declared for each in given):
        consistency.check(f"Task {task.task_id!r}", *declared, may_read_more=_may_read_more(task))
        replace(task)


def _may_read_more(task: Any) -> bool:
    """Tell whether SQL or Python code of the task may read what its inlets do not name."""
    given = {*vars(task), *getattr(task, "partial_kwargs", {}), *getattr(task, "template_fields", ())}
    return not given.isdisjoint({"sql", "python_callable"})


def replace(task: Any) -> None:
    """Do the same without looking for contradictions, which nothing but the loading of a DAG may fail by."""
    for attribute in ("inlets", "outlets"):
        given = listed(getattr(task, attribute, None))
        if any(isinstance(each, DeclaredDataset) for each in given):
            # A new list: the author may have given one to several tasks.
            converted = [entity_of(each) if isinstance(each, DeclaredDataset) else each for each in given]
            setattr(task, attribute, converted)


def hand_on(task: Any) -> None:
    """Undo what Airflow 2 has rendered: it renders again for the next instance, and for tasks that get the outlets."""
    for entity in entries_of(task):
        if told_by(entity) is not None:
            _write_unrendered(entity)


def _write_unrendered(entity: Any) -> None:
    for field in entity.template_fields:
        value = getattr(entity, field)
        if field == "columns":
            for column in value:
                _write_unrendered(column)
        elif field == "extra":
            others = {key: each for key, each in value.items() if key != KEY}
            entity.extra = {**_unrendered(others), KEY: _json_text(_decoded(value[KEY]) or {})}
        else:
            setattr(entity, field, _unrendered(value))


def entity_of(dataset: DeclaredDataset) -> Any:
    """Return Airflow's own ``Table`` or ``File`` for a declared dataset."""
    from airflow.providers.common.compat.lineage import entities

    told = dataset.told()
    extra = told.pop("extra", {})
    if isinstance(dataset.identity, AtUri):
        file = entities.File(url=_unrendered(dataset.identity.uri))
        # No field of Airflow's File: what copies only those still has the file.
        file.extra = {**extra, KEY: _json_text(told)}
        return file
    namespace, name = _whole_name(dataset.identity)
    database, _, table = name.rpartition(".")
    # The provider alone needs these in the fields of Airflow's own; twice is only what those cannot have as it is.
    given = {"columns": told.pop("columns", []), "description": told.pop("description", None)}
    native = _unrendered(given)
    columns = [_others(*pair) for pair in zip(given["columns"], native["columns"], strict=True)]
    told |= entries(columns=columns if any(columns) else [], **_others({"description": given["description"]}, native))
    return entities.Table(
        cluster=_unrendered(namespace),
        database=_unrendered(database),
        name=_unrendered(table),
        description=native["description"],
        columns=[
            entities.Column(name=each["name"], data_type=each.get("type", ""), description=each.get("description"))
            for each in native["columns"]
        ],
        extra={**_unrendered(extra), KEY: _json_text(told)},
    )


def _others(given: Mapping[str, Any], native: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Airflow's own has no place for, or cannot have as it is."""
    return {key: value for key, value in given.items() if key not in _NATIVE or value != native[key]}


def _unrendered(value: Any) -> Any:
    """Return texts, in lists and dictionaries too, as templates that render to them, where Airflow renders them."""
    if isinstance(value, dict):
        return {key: _unrendered(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_unrendered(each) for each in value]
    if not value or not isinstance(value, str) or not compat.renders_lineage():
        return value
    if _LEFT_ALONE.fullmatch(value) and not _ENDING.search(value):
        return value
    # A JSON string is a string of Jinja too, whatever is in it.
    return f"{{{{ {json.dumps(value, ensure_ascii=False)} }}}}"


def _json_text(told: Mapping[str, Any]) -> str:
    # Not as ASCII: rendering into native objects reads it as Python, which has no surrogate pairs.
    return _JINJA.sub(r"\\u007b", json.dumps(told, ensure_ascii=False, separators=(",", ":")))


def _whole_name(identity: Named | OnConnection) -> tuple[str, str]:
    if isinstance(identity, OnConnection):
        return _CONNECTION + identity.connection, identity.table
    return identity.name.namespace, identity.name.name


def told_by(entity: Any) -> dict[str, Any] | None:
    """Return what an entry of inlets or outlets says as plain JSON; None where it is not of lineage-kit."""
    if isinstance(entity, DeclaredDataset):  # of a DAG that no DagBag has loaded, as `dag.test()` runs them
        return entity.told()
    extra = getattr(entity, "extra", None)
    told = _decoded(extra.get(KEY)) if isinstance(extra, dict) else None
    if told is None or not hasattr(entity, "cluster"):
        return told
    more = told.get("columns") or [{}] * len(entity.columns)
    columns = [
        {**entries(name=column.name, type=column.data_type, description=column.description), **other}
        for column, other in zip(entity.columns, more, strict=True)
    ]
    return {**entries(description=entity.description), **told, **entries(columns=columns)}


def _decoded(told: Any) -> dict[str, Any] | None:
    """Return what the JSON text says; rendering into native objects has made a dictionary of it already."""
    if isinstance(told, str):
        try:
            told = json.loads(told)
        except ValueError:
            return None
    return told if isinstance(told, dict) else None
