"""Columns that are written down as lists and mappings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lineage_kit.datasets.declared.columns import Column
from lineage_kit.datasets.declared.schemas.origins import comes_from
from lineage_kit.datasets.declared.schemas.types import type_text
from lineage_kit.exceptions import DeclarationError

_FORM = "write columns=[Column('id', 'INT'), …], columns=['id', …] or columns=[('id', 'INT'), …]"
#: What authors may say of a column in a mapping; there are two words for some, as in dbt's and Airflow's own.
_SAID = ("type", "data_type", "description", "comment", "doc", "tags")
_PAIR = 2


def described(name: Any, type_: Any = None, said: Mapping[str, Any] | None = None) -> Column:
    """Return a column with what a mapping says of it.

    Args:
        name: of the column.
        type_: of its values; None to take it from ``said``.
        said: may have a type, a description and tags.

    Raises:
        DeclarationError: a value is not of the right form.

    """
    said = said or {}
    told = type_ if type_ is not None else said.get("type") or said.get("data_type")
    texts = (said.get(key) for key in ("description", "comment", "doc"))
    description = next((text for text in texts if isinstance(text, str) and text.strip()), None)
    return Column(name, type_text(told, str(name)), description, tags=said.get("tags") or ())


def of_mapping(given: Any) -> list[Column] | None:
    """Return the columns of a mapping of names to types, or to mappings that describe them."""
    if not isinstance(given, Mapping):
        return None
    return [_of_entry(name, value) for name, value in given.items()]


def _of_entry(name: Any, value: Any) -> Column:
    if not isinstance(value, Mapping):
        return described(name, value)
    # Entries that a tool wrote have their own name too, and more of which nothing is known.
    if "name" not in value and (unknown := [str(key) for key in value if key not in _SAID]):
        msg = (
            f"Column {name!r} has no {unknown[0]!r}; what can be said here: "
            f"columns={{{name!r}: {{'type': 'INT', 'description': '…', 'tags': ['pii']}}}}."
        )
        raise DeclarationError(msg)
    return described(name, said=value)


def of_list(given: Any) -> list[Column] | None:
    """Return the columns of a list, or of what else Python itself has like it; sets have no order.

    What a library can iterate over may be rows, and is not looked at; labels of a DataFrame are names.
    """
    if isinstance(given, (bytes, set, frozenset)):
        return None
    is_own = isinstance(given, Iterable) and type(given).__module__ in {"builtins", "itertools"}
    if is_own or isinstance(given, Sequence) or comes_from(given, "pandas", "Index"):
        return [_of_item(item) for item in given]
    return None


def _of_item(item: Any) -> Column:
    if isinstance(item, Column):
        return item
    if isinstance(item, str):
        return Column(item)
    if isinstance(item, (tuple, list)) and len(item) == _PAIR:
        return described(*item)
    if isinstance(item, Mapping) and "name" in item:
        return described(item["name"], said=item)
    if hasattr(item, "name") and hasattr(item, "data_type"):  # Airflow's own
        return described(item.name, said={key: getattr(item, key, None) for key in _SAID})
    msg = f"A column cannot be told from {type(item).__name__}; {_FORM}."
    raise DeclarationError(msg)
