"""Classes by their import paths: tables name them so, to import nothing for tasks of another kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

T = TypeVar("T")


def path_of(cls: type) -> str:
    """Return the import path of a class."""
    return f"{cls.__module__}.{cls.__qualname__}"


def nearest_path(cls: type, paths: Collection[str]) -> str | None:
    """Return the path of the class, or of the nearest of its base classes, that is one of ``paths``; else None."""
    return next((path for path in _paths(cls) if path in paths), None)


def nearest(cls: type, table: Mapping[str, T]) -> T | None:
    """Return what a table has for the class, or for the nearest of its base classes that it names, or None."""
    path = nearest_path(cls, table)
    return None if path is None else table[path]


def _paths(cls: type) -> Iterator[str]:
    return (path_of(each) for each in cls.__mro__)
