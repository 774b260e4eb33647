"""``@lineage``: a function of the author says with every call what it reads and writes."""

from __future__ import annotations

import copy
import functools
import inspect
import logging
import typing
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from lineage_kit import runtime
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Mapping

    from lineage_kit.runtime import Side

log = logging.getLogger(__name__)

F = TypeVar("F")

_RESULT = "result"
_FORM = "@lineage(inputs=[orders], outputs=lambda path: File(path))"


def lineage(*wrong: Any, inputs: Any = (), outputs: Any = ()) -> Callable[[F], F]:
    """Return a decorator for any function that tasks call, or that is a task: it says what each call reads and writes.

    Inputs are told when the call begins, outputs when it has ended without an error. It stands below ``@task`` or
    above it, on methods too, on asynchronous functions, and on generators, which have ended when they are exhausted.

    Args:
        wrong: nothing; the decorator is written with brackets.
        inputs: a dataset or several, as :func:`~lineage_kit.add_inputs` takes them; or a function that returns such,
            or None. It gets those arguments of the call that its own parameters name, or all where it has
            ``**arguments``.
        outputs: likewise; a parameter called ``result`` is what the call returned.

    Raises:
        DeclarationError: something else is given, or a parameter is no argument of the function; the message shows the
            right form. While a task runs, that is a WARNING with the call.

    """
    # A generator can be read once only.
    inputs, outputs = (given if callable(given) else tuple(runtime.flat(given)) for given in (inputs, outputs))
    if wrong or not (inputs or outputs):
        msg = f"`@lineage` says what a function reads or writes, or both, by name: {_FORM}."
        raise DeclarationError(msg)

    def decorate(function: Any) -> Any:
        if isinstance(function, (classmethod, staticmethod)):
            return type(function)(decorate(function.__func__))
        if getattr(type(function), "_airflow_is_task_decorator", False):
            # What `@task` returns is more than a function: it has `expand`, `partial` and `override`.
            task = copy.copy(function)
            task.function = decorate(function.function)
            return task
        if not callable(function) or isinstance(function, type):
            msg = f"`@lineage` stands on a function or on what `@task` returns, not on {runtime.kind_of(function)}."
            raise DeclarationError(msg)
        calls = _Calls(function, inputs, outputs)
        if runtime.of_running_task() is None:
            calls.check()
        return _wrapped(function, calls)

    return decorate


class _Calls:
    """What is said of the calls of one function."""

    def __init__(self, function: Any, inputs: Any, outputs: Any) -> None:
        self._says: dict[Side, _Says] = {
            "inputs": _Says(inputs, "inputs"),
            "outputs": _Says(outputs, "outputs"),
        }
        self._function = function
        self._name = getattr(function, "__name__", type(function).__name__)
        try:
            self._signature: inspect.Signature | None = inspect.signature(function)
        except (TypeError, ValueError):  # some functions that are not written in Python
            self._signature = None

    def check(self) -> None:
        """Check what can be known before a call.

        Raises:
            DeclarationError: something is no dataset, or asks for what is no argument.

        """
        for side, says in self._says.items():
            if wrong := says.wrong_datasets():
                msg = f"`{side}` of `@lineage` on `{self._name}` has {wrong}, which is no dataset; write {_FORM}."
                raise DeclarationError(msg)
            known = self._known_arguments()
            if known is not None and (unknown := says.asks_for() - {*known, *says.more}):
                msg = (
                    f"`{side}` of `@lineage` asks for `{min(unknown)}`, which is no argument of `{self._name}`; "
                    f"there are {', '.join(f'`{name}`' for name in (*known, *says.more)) or 'none'}."
                )
                raise DeclarationError(msg)

    def begin(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Note what a call reads."""
        self._note("inputs", args, kwargs, {})

    def end(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> None:
        """Note what a call that ended without an error wrote."""
        self._note("outputs", args, kwargs, {_RESULT: result})

    def _note(self, side: Side, args: tuple[Any, ...], kwargs: Mapping[str, Any], more: Mapping[str, Any]) -> None:
        says, call = self._says[side], runtime.Call(f"`@lineage` on `{self._name}`", _FORM)
        if says.nothing():
            return
        recorded = runtime.of_running_task(call)
        if recorded is None:
            return
        try:
            datasets = says.datasets({**self._arguments(args, kwargs), **more})
        except Exception as error:
            recorded.complain(
                f"`{side}` of `@lineage` on `{self._name}` failed with {type(error).__name__}; "
                "the task log has the details at DEBUG."
            )
            log.debug("lineage-kit failure details:", exc_info=True)
        else:
            runtime.record(side, datasets, call)

    def _known_arguments(self) -> tuple[str, ...] | None:
        """Return the names of the function's arguments; None where it takes any."""
        if self._signature is None:
            return None
        parameters = self._signature.parameters.values()
        if any(each.kind is each.VAR_KEYWORD for each in parameters):
            return None
        return tuple(each.name for each in parameters)

    def _arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a call by name, those behind ``**`` too."""
        if self._signature is None:
            return dict(kwargs)
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        arguments = dict(bound.arguments)
        for parameter in self._signature.parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                arguments.update(arguments.pop(parameter.name))
        return arguments


@dataclass(frozen=True)
class _Says:
    """One argument of the decorator: datasets, or a function that returns them."""

    given: Any
    side: Side

    @property
    def more(self) -> tuple[str, ...]:
        """What a function may ask for beside the arguments of the call."""
        return (_RESULT,) if self.side == "outputs" else ()

    def nothing(self) -> bool:
        """Tell whether nothing is said."""
        return not callable(self.given) and not self.given

    def wrong_datasets(self) -> str | None:
        """Return what is no dataset, for messages."""
        if callable(self.given):
            return None
        wrong = [each for each in self.given if not runtime.is_dataset(each)]
        return runtime.kind_of(wrong[0]) if wrong else None

    def asks_for(self) -> set[str]:
        """Return the names that a call must have."""
        return {
            name
            for name, each in self._parameters().items()
            if each.default is each.empty and each.kind not in {each.VAR_KEYWORD, each.VAR_POSITIONAL}
        }

    def datasets(self, arguments: Mapping[str, Any]) -> Any:
        """Return the datasets of a call."""
        if not callable(self.given):
            return self.given
        parameters = self._parameters()
        if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
            wanted = dict(arguments)
        else:
            wanted = {name: arguments[name] for name in parameters if name in arguments}
        found = self.given(**wanted)
        return () if found is None else found

    def _parameters(self) -> Mapping[str, inspect.Parameter]:
        return inspect.signature(self.given).parameters if callable(self.given) else {}


def _wrapped(function: Any, calls: _Calls) -> Any:
    """Return a function of the same kind that notes its calls."""
    kinds = {
        inspect.iscoroutinefunction: _coroutine_function,
        inspect.isasyncgenfunction: _async_generator_function,
        inspect.isgeneratorfunction: _generator_function,
    }
    make = next((make for is_kind, make in kinds.items() if is_kind(function)), _function)
    wrapper = functools.wraps(function)(make(function, calls))
    _resolve_return_type(wrapper, function)
    return wrapper


def _function(function: Any, calls: _Calls) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        calls.begin(args, kwargs)
        result = function(*args, **kwargs)
        calls.end(args, kwargs, result)
        return result

    return call


def _coroutine_function(function: Any, calls: _Calls) -> Any:
    async def call(*args: Any, **kwargs: Any) -> Any:
        calls.begin(args, kwargs)
        result = await function(*args, **kwargs)
        calls.end(args, kwargs, result)
        return result

    return call


def _generator_function(function: Any, calls: _Calls) -> Any:
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        calls.begin(args, kwargs)
        result = yield from function(*args, **kwargs)
        calls.end(args, kwargs, result)
        return result

    return call


def _async_generator_function(function: Any, calls: _Calls) -> Any:
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        calls.begin(args, kwargs)
        # What `yield from` does in other generators: values and errors of the caller reach the function.
        async with aclosing(function(*args, **kwargs)) as generator:
            step = generator.__anext__()
            while True:
                try:
                    item = await step
                except StopAsyncIteration:
                    break
                try:
                    step = generator.asend((yield item))
                except GeneratorExit:
                    raise
                except BaseException as error:  # noqa: BLE001 - it is the function's to handle
                    step = generator.athrow(error)
        calls.end(args, kwargs, None)

    return call


def _resolve_return_type(wrapper: Any, function: Any) -> None:
    """Make a return type that is text the type itself.

    Airflow reads it to find out whether a task has several outputs, and would look for its names in this module.
    """
    hint = getattr(function, "__annotations__", {}).get("return")
    if not isinstance(hint, str):
        return

    def returning() -> None: ...

    returning.__annotations__ = {"return": hint}
    with suppress(Exception):  # a name that only type checkers know; Airflow cannot resolve it either
        resolved = typing.get_type_hints(returning, function.__globals__)["return"]
        wrapper.__annotations__ = {**function.__annotations__, "return": resolved}
