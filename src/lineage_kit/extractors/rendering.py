"""Jinja in declared datasets: rendered for one event, and what cannot be rendered costs itself only."""

from __future__ import annotations

import copy
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from jinja2 import UndefinedError

from lineage_kit.datasets.templates import is_template
from lineage_kit.exceptions import DatasetIdentityError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lineage_kit.extractors.extraction import Extraction

    Told = Mapping[str, Any]

#: What a told dataset is called by.
IDENTITY = frozenset({"connection", "name", "namespace", "table", "uri"})
#: Details of which each element stands for itself.
_LISTS = frozenset({"links", "symlinks"})
_MAPPINGS = frozenset({"owners", "tags"})
#: Before it no text is a literal of Python, which rendering to native objects would make a number or a list of.
_BEGINNING = "§"
#: Behind it no text ends like the name of a template file, which Airflow would read instead; it renders as nothing.
_END = "{##}"


class Rendering:
    """Renders what is declared, for one event.

    Args:
        extraction: the task and the event.
        report: is given a sentence for each thing that is left out.

    """

    def __init__(self, extraction: Extraction, report: Callable[[str], None]) -> None:
        self._extraction = extraction
        self._report = report

    @cached_property
    def context(self) -> Any | None:
        """The context of the task's templates; None where no task instance is known."""
        task_instance = self._extraction.task_instance
        return task_instance.get_template_context() if task_instance is not None else None

    def told(self, told: Told, where: str) -> dict[str, Any]:
        """Return told values with their templates rendered; what cannot be rendered is reported and left out.

        Args:
            told: the dataset.
            where: how it is called in messages.

        Raises:
            DatasetIdentityError: a template of the name cannot be rendered.

        """
        found = {}
        for key, value in told.items():
            if key in IDENTITY:
                found[key] = self._name(value, f"`{key}` of an {where}")
            elif key == "columns":
                columns = (self._column(each, i, where) for i, each in enumerate(value))
                found[key] = [column for column in columns if column]
            else:
                found.update(self._detail(key, value, "", where))
        return found

    def value(self, value: Any) -> Any:
        """Return JSON with its templates rendered, those of keys too.

        Airflow 3 does not render them; Airflow 2 renders Airflow's own fields only.
        """
        if isinstance(value, dict):
            return {self.value(key): self.value(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.value(each) for each in value]
        if not isinstance(value, str) or not is_template(value) or self.context is None:
            return value
        rendered = self._extraction.task.render_template(_BEGINNING + value + _END, self.context)
        return str(rendered).removeprefix(_BEGINNING)

    def copy_of(self, entity: Any) -> Any:
        """Return ``entity`` with its template fields rendered; the author's object keeps its templates."""
        fields = getattr(type(entity), "template_fields", ())
        values = {field: getattr(entity, field, None) for field in fields}
        rendered = {field: self.value(value) for field, value in values.items() if isinstance(value, (str, dict))}
        changed = {field: value for field, value in rendered.items() if value != values[field]}
        if not changed:
            return entity
        copied = copy.copy(entity)
        for field, value in changed.items():
            setattr(copied, field, value)
        return copied

    def _name(self, value: Any, what: str) -> Any:
        try:
            return self.value(value)
        except Exception as error:  # noqa: BLE001 - whatever a template does, the dataset has no name then
            raise DatasetIdentityError(_why(what, error)) from None

    def _column(self, column: Told, number: int, where: str) -> dict[str, Any]:
        """Return a column; nothing where its name is not known."""
        before = f"columns[{number}]."
        name = self._or_nothing(partial(self.value, {"name": column["name"]}), f"`{before}name` of an {where}")
        if not name:
            return {}
        details = (self._detail(key, value, before, where) for key, value in column.items() if key != "name")
        return {**name, **_united(details)}

    def _detail(self, key: str, value: Any, before: str, where: str) -> dict[str, Any]:
        """Return a detail under its key, without the elements that cannot be rendered."""
        what = f"`{before}{key}` of an {where}"
        if key in _MAPPINGS and isinstance(value, dict):
            items = value.items()
            return {key: _united(self._or_nothing(partial(self.value, dict([pair])), what) for pair in items)}
        if key in _LISTS or (key == "from" and before):
            elements = (self._or_nothing(partial(self.value, {key: each}), what) for each in value)
            return {key: [each for found in elements for each in found.values()]}
        return self._or_nothing(partial(self.value, {key: value}), what)

    def _or_nothing(self, render: Callable[[], dict[str, Any]], what: str) -> dict[str, Any]:
        try:
            return render()
        except Exception as error:  # noqa: BLE001 - reported; a template can raise anything
            self._report(_why(what, error))
            return {}


def _united(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


def _why(what: str, error: Exception) -> str:
    """Return why something is left out; only of names that are not defined the message is sure to quote no value."""
    if isinstance(error, UndefinedError):
        # It names what is not defined, such as `ds` of a run without a logical date.
        return f"{what} has a template that means nothing in this run: {error}."
    return f"{what} has a template that cannot be rendered ({type(error).__name__})."
