"""What library an object comes from, told by its class: the library need not be there."""

from __future__ import annotations

from typing import Any


def library_of(kind: type) -> str:
    """Return the name of the library that a class comes from."""
    return kind.__module__.partition(".")[0]


def comes_from(given: Any, library: str, *names: str) -> bool:
    """Tell whether an object is of a class of a library, or of a subclass; of any class of it without names."""
    return is_kind(type(given), library, *names)


def is_kind(kind: type, library: str, *names: str) -> bool:
    """Tell whether a class is one of a library, or a subclass; any class of it without names."""
    return any(library_of(base) == library and (not names or base.__name__ in names) for base in kind.__mro__)
