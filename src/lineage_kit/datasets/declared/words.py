"""Constructors that say which words they need."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Callable

_Arguments = ParamSpec("_Arguments")
_Made = TypeVar("_Made")


def in_its_words(constructor: Callable[_Arguments, _Made]) -> Callable[_Arguments, _Made]:
    """Let a constructor refuse a call that lacks an argument with a ``DeclarationError`` that shows the right form."""
    signature = inspect.signature(constructor)
    needed = [each.name for each in signature.parameters.values() if each.default is each.empty][1:]
    form = ", ".join(f"{name}=…" for name in needed if name != "details")

    @functools.wraps(constructor)
    def made(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Made:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            kind = getattr(args[0], "__name__", "Table")
            called = f"{kind}.{constructor.__name__}"
            msg = f"{called} cannot be made: {error}; write {called}({form})."
            raise DeclarationError(msg) from None
        return constructor(*args, **kwargs)

    return made
