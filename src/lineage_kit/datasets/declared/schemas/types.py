"""Types of columns as texts: annotations of Python, and the types of libraries."""

from __future__ import annotations

import types
import typing
from typing import Any

from lineage_kit.datasets.declared.schemas.origins import library_of
from lineage_kit.exceptions import DeclarationError

#: Libraries whose types say what they are when they are made a text.
_WITH_TEXTS = frozenset({"numpy", "pandas", "polars", "pyarrow", "snowflake", "sqlalchemy"})
#: What says something of a field and nothing of its type.
_QUALIFIERS = frozenset({"Annotated", "Final", "NotRequired", "ReadOnly", "Required"})


def type_text(given: Any, column: str) -> str | None:
    """Return the type of a column as a text, or None if nothing is said.

    Args:
        given: a text, a class or another annotation, or a type of one of the libraries that are known.
        column: how the column is called in messages.

    Raises:
        DeclarationError: it is something else.

    """
    if given is None or isinstance(given, str):
        return (given or "").strip() or None
    library = library_of(type(given))
    if isinstance(given, type) or typing.get_origin(given) or library in {"typing", "typing_extensions"}:
        return annotation_text(given)
    if library == "pyspark":
        return str(given.simpleString())
    if library in _WITH_TEXTS:
        return _text_of_library(given)
    kind = type(given).__name__
    msg = f"The type of column {column!r} is an object of type {kind}; write it as a text: {{{column!r}: 'INT'}}."
    raise DeclarationError(msg)


def _text_of_library(given: Any) -> str | None:
    """Return the text of a type; SQLAlchemy's is its DDL, which some types of databases do not have without one."""
    if type(given).__name__ == "NullType":
        return None
    try:
        return str(given)
    except Exception:  # noqa: BLE001 - the compilers of databases raise what they like
        return type(given).__name__


def annotation_text(annotation: Any) -> str:
    """Return an annotation as a text: names without their modules, and without the ``None`` of what is optional."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is None:
        return _name(annotation)
    if _name(origin) in _QUALIFIERS:
        return annotation_text(arguments[0])
    if origin is typing.Union or origin is types.UnionType:
        return " | ".join(annotation_text(each) for each in arguments if each is not types.NoneType)
    if origin is typing.Literal:
        return f"Literal[{', '.join(map(_literal, arguments))}]"
    return f"{_name(origin)}[{', '.join(map(annotation_text, arguments))}]"


def _literal(value: Any) -> str:
    """Return a value as it is written; of an enumeration the member."""
    return repr(value) if type(value) in {bool, bytes, int, str, types.NoneType} else str(value)


def _name(annotation: Any) -> str:
    """Return the name of a class or form; a text, which is a reference to a class, is its name itself."""
    if isinstance(annotation, str):
        return annotation
    if annotation is Ellipsis:
        return "..."
    if annotation is types.NoneType:
        return "None"
    names = (getattr(annotation, name, None) for name in ("__forward_arg__", "__name__", "_name"))
    return next((name for name in names if isinstance(name, str)), type(annotation).__name__)
