"""Values that authors give, checked and made plain: what reaches Airflow is stored as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lineage_kit.datasets.templates import is_template, without_templates  # noqa: F401
from lineage_kit.exceptions import DeclarationError


def entries(**values: Any) -> dict[str, Any]:
    """Return the values that say something."""
    return {key: value for key, value in values.items() if value is not None and value not in ("", [], {})}


def text_of(value: Any, what: str, form: str, *, none: bool = False) -> Any:
    """Return ``value`` if it is text that is not blank; None where that is allowed.

    Raises:
        DeclarationError: it is something else.

    """
    if value is None and none:
        return None
    if not isinstance(value, str) or not value.strip():
        shown = repr(value) if isinstance(value, (str, int, float, bool, type(None))) else type(value).__name__
        msg = f"{shown} cannot be {what}; it is text, such as {form}."
        raise DeclarationError(msg)
    return value


def listed(value: Any, key: Callable[[Any], str] = str) -> list[Any]:
    """Return one value or several as a list, none for None.

    Sets are sorted by ``key``: Airflow hashes what comes of them, and their own order differs between processes.
    """
    if value is None:
        return []
    if isinstance(value, (str, Mapping)) or not isinstance(value, Iterable):
        return [value]
    return sorted(value, key=key) if isinstance(value, (set, frozenset)) else list(value)


def texts_of(value: Any, what: str, form: str) -> list[str]:
    """Return one text or several as a list.

    Raises:
        DeclarationError: there is something else in it.

    """
    return [text_of(each, what, form) for each in listed(value)]


def tags_of(value: Any) -> tuple[tuple[str, str], ...]:
    """Return tags as keys with values; a tag that is only a name has the value ``true``, as in OpenLineage's examples.

    Raises:
        DeclarationError: there is something else in it.

    """
    form = 'tags=["pii"] or tags={"pii": "true"}'
    if isinstance(value, Mapping):
        named = {text_of(key, "a tag", form): text_of(each, "the value of a tag", form) for key, each in value.items()}
        return tuple(named.items())
    names = [
        getattr(each, "tag_name", each) for each in listed(value, key=lambda tag: str(getattr(tag, "tag_name", tag)))
    ]
    return tuple((text_of(each, "a tag", form), "true") for each in names)
