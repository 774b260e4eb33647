"""Columns of classes with annotated fields: dataclasses, attrs, ``TypedDict``, pydantic, models of SQLAlchemy."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.declared.schemas.origins import comes_from, is_kind
from lineage_kit.datasets.declared.schemas.plain import described
from lineage_kit.datasets.declared.schemas.types import annotation_text

if TYPE_CHECKING:
    from lineage_kit.datasets.declared.columns import Column


def of_class(given: Any) -> list[Column] | None:
    """Return the columns of a class; None for objects, which hold data, but for tables of SQLAlchemy."""
    if comes_from(given, "sqlalchemy", "FromClause"):
        return _of_sqlalchemy(given)
    if not isinstance(given, type) or typing.get_origin(given):  # list[int] is a type to Python 3.10
        return None
    if comes_from(table := getattr(given, "__table__", None), "sqlalchemy", "FromClause"):
        return _of_sqlalchemy(table)
    for fields in (_of_pydantic(given), _of_dataclass(given), _of_typed_dict(given)):
        if fields is not None:
            return [_column(*field) for field in fields]
    return None


def _column(name: str, annotation: Any, said: Mapping[str, Any]) -> Column:
    return described(name, None if annotation is None else annotation_text(annotation), said)


def _of_sqlalchemy(table: Any) -> list[Column]:
    """Return the columns of a table, or of a query, whose computed columns have no comments."""
    notes = ("comment", "doc")
    return [
        described(each.name, each.type, {note: getattr(each, note, None) for note in notes}) for each in table.columns
    ]


_Fields = Iterable[tuple[str, Any, Mapping[str, Any]]]


def _of_pydantic(given: type) -> _Fields | None:
    """Return the fields of a model, or of a dataclass of pydantic 2; version 1 lives on as ``pydantic.v1``."""
    is_model = is_kind(given, "pydantic", "BaseModel")
    found = getattr(given, "model_fields" if is_model else "__pydantic_fields__", None)
    if found is not None:
        return [(name, each.annotation, {"description": each.description}) for name, each in found.items()]
    if not is_model:
        return None
    fields: Mapping[str, Any] = getattr(given, "__fields__")  # noqa: B009 - of version 1 alone
    return [(name, each.annotation, {"description": each.field_info.description}) for name, each in fields.items()]


def _of_dataclass(given: type) -> _Fields | None:
    """Return the fields of a dataclass or of an attrs class."""
    found = getattr(given, "__attrs_attrs__", None)
    if found is None and dataclasses.is_dataclass(given):
        found = dataclasses.fields(given)
    if found is None:
        return None
    hints = _hints(given)
    return [(each.name, hints.get(each.name, each.type), each.metadata) for each in found]


def _of_typed_dict(given: type) -> _Fields | None:
    if not (issubclass(given, dict) and hasattr(given, "__total__")):
        return None
    hints = _hints(given)
    return [(name, hints.get(name, annotation), {}) for name, annotation in given.__annotations__.items()]


def _hints(given: type) -> dict[str, Any]:
    """Return the annotations of a class; none if one of them cannot be evaluated: the texts are used then."""
    try:
        return typing.get_type_hints(given)
    except Exception:  # noqa: BLE001 - an annotation may be any expression, with names known to type checkers only
        return {}
