"""`@lineage` on functions of every kind: what each call reads and writes, and nothing else about them changes."""

from __future__ import annotations

import asyncio
import functools
import inspect
from typing import TYPE_CHECKING, Any

import pytest
from airflow import DAG
from airflow.exceptions import AirflowException
from airflow.providers.standard.operators.empty import EmptyOperator

from lineage_kit import File, Table, lineage, runtime
from lineage_kit.exceptions import DeclarationError

try:
    from airflow.sdk import task as airflow_task
except ImportError:  # Airflow 2
    from airflow.decorators import task as airflow_task

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterator

ORDERS = Table("postgres://shop.example:5432", "shop.public.orders")
REPORT = File("/data/report.csv")


@pytest.fixture
def said(running: Callable[..., Any]) -> Iterator[Callable[[], tuple[list[Any], list[Any]]]]:
    """Give a function that returns what the running task has said of its inputs and outputs."""
    with running(EmptyOperator(task_id="t")) as task_instance:

        def both() -> tuple[list[Any], list[Any]]:
            recorded = runtime.recorded_by(task_instance)
            return (list(recorded.inputs.values()), list(recorded.outputs.values())) if recorded else ([], [])

        yield both


class TestWhatIsSaid:
    """Datasets, or functions that return them."""

    def test_datasets(self, said: Any) -> None:
        """Datasets are told with each call, alone or in a list; the function returns what it returns."""

        @lineage(inputs=ORDERS, outputs=[REPORT])
        def copy(rows: int) -> int:
            return rows

        assert said() == ([], [])
        assert copy(5) == 5
        assert said() == ([ORDERS], [REPORT])

    def test_functions_of_the_arguments(self, said: Any) -> None:
        """A function gets the arguments that it names, defaults included, and the result under its name."""

        @lineage(
            inputs=lambda source: File(f"/in/{source}"),
            outputs=lambda *, day, result: [File(f"/out/{day}/{name}") for name in result],
        )
        def copy(source: str, day: str = "monday", **_others: Any) -> list[str]:
            return [source, source.upper()] if day else []

        copy("a")
        copy(source="b", day="friday", unused=1)

        assert said() == (
            [File("/in/a"), File("/in/b")],
            [File("/out/monday/a"), File("/out/monday/A"), File("/out/friday/b"), File("/out/friday/B")],
        )

    def test_function_of_all_arguments(self, said: Any) -> None:
        """With `**arguments` it gets everything, what stands behind the function's own `**` by name too."""
        seen = {}

        @lineage(outputs=lambda **arguments: seen.update(arguments))
        def load(table: str, *others: str, **context: Any) -> str:
            return f"{table} {others} {context}"

        result = load("orders", "items", ds="2026-01-31")

        assert seen == {"table": "orders", "others": ("items",), "ds": "2026-01-31", "result": result}
        assert said() == ([], [])

    def test_failed_call_tells_its_inputs(self, said: Any) -> None:
        """What raises has read, but nobody knows whether it wrote; the error is the function's own."""

        @lineage(inputs=ORDERS, outputs=REPORT)
        def fail() -> None:
            raise KeyError("x")  # noqa: EM101 - what the function raises is not looked at

        with pytest.raises(KeyError):
            fail()
        assert said() == ([ORDERS], [])

    @pytest.mark.parametrize(
        ("outputs", "message"),
        [
            (lambda name: 1 / name.count("x"), "`outputs` of `@lineage` on `_load` failed with ZeroDivisionError"),
            (lambda name: name, "`@lineage` on `_load` got a value of type str, which is no dataset; write @lineage("),
        ],
        ids=["raises", "text"],
    )
    def test_mistake_while_running(
        self, said: Any, outputs: Any, message: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A function that fails or returns no dataset is a WARNING that names the task; the call goes on."""
        load = lineage(inputs=ORDERS, outputs=outputs)(_load)

        assert (load("secret"), load("secret")) == ("secret", "secret")
        assert said() == ([ORDERS], [])
        (warning,) = [each for each in caplog.records if each.levelname == "WARNING"]
        assert message in warning.getMessage()
        assert "`dag.t`" in warning.getMessage()
        assert "secret" not in warning.getMessage()


def _load(name: str) -> str:
    return name


class TestMistakesOfAuthors:
    """What is known when a DAG file is loaded is an error there."""

    @pytest.mark.parametrize(
        ("decorate", "message"),
        [
            (lambda: lineage(_load), "by name: @lineage(inputs=[orders]"),
            (lineage, "says what a function reads or writes"),
            (lambda: lineage(inputs=[])(_load), "says what a function reads or writes"),
            (lambda: lineage(inputs="s3://b/k")(_load), "`inputs` of `@lineage` on `_load` has a value of type str"),
            (lambda: lineage(outputs=[ORDERS, 5])(_load), "`outputs` of `@lineage` on `_load` has a value of type int"),
            (
                lambda: lineage(inputs=lambda nam: nam)(_load),
                "`nam`, which is no argument of `_load`; there are `name`",
            ),
            (lambda: lineage(inputs=lambda result: result)(_load), "`result`, which is no argument of `_load`"),
            (lambda: lineage(inputs=ORDERS)(Table), "stands on a function"),
            (lambda: lineage(inputs=ORDERS)(5), "stands on a function"),
        ],
    )
    @pytest.mark.usefixtures("running")
    def test_error(self, decorate: Callable[[], Any], message: str) -> None:
        """The message names the function and shows the right form."""
        with pytest.raises(DeclarationError) as caught:
            decorate()

        assert message in str(caught.value)

    def test_while_a_task_runs(self, said: Any, caplog: pytest.LogCaptureFixture) -> None:
        """A function that is decorated by a task's own code does not fail it: the mistake shows with the call."""
        load = lineage(inputs=["nonsense", ORDERS])(_load)

        assert load("a") == "a"
        assert said() == ([ORDERS], [])
        assert "`@lineage` on `_load` got a value of type str" in caplog.text

    @pytest.mark.usefixtures("running")
    def test_any_name_behind_two_stars(self) -> None:
        """A function that takes any argument by name may be asked for any; one with a default may be missing."""

        def load(**context: Any) -> None: ...

        assert lineage(inputs=lambda ds: ds)(load)
        assert lineage(inputs=lambda other=1: other)(_load)


class TestKindsOfFunctions:
    """The decorated function is of the same kind, has the same name, and behaves as before."""

    def test_looks_the_same(self) -> None:
        """Name, docstring and signature are the function's own, and its source is found behind it."""
        load = lineage(inputs=ORDERS)(_load)

        assert (load.__name__, inspect.signature(load)) == ("_load", inspect.signature(_load))
        assert inspect.unwrap(load) is _load

    def test_coroutine_function(self, said: Any) -> None:
        """Outputs are told when it has been awaited."""

        @lineage(inputs=ORDERS, outputs=lambda result: [File(result)])
        async def load() -> str:
            await asyncio.sleep(0)
            return "/data/a.csv"

        assert inspect.iscoroutinefunction(load)
        coroutine = load()
        assert said() == ([], [])
        assert asyncio.run(coroutine) == "/data/a.csv"
        assert said() == ([ORDERS], [File("/data/a.csv")])

    def test_generator_function(self, said: Any) -> None:
        """Inputs are told with the first item, outputs when it is exhausted; values sent to it arrive."""

        @lineage(inputs=ORDERS, outputs=lambda result: [File(result)])
        def rows() -> Generator[int, int, str]:
            received = yield 1
            yield received
            return "/data/a.csv"

        assert inspect.isgeneratorfunction(rows)
        generator = rows()
        assert said() == ([], [])
        assert (next(generator), generator.send(7)) == (1, 7)
        assert said() == ([ORDERS], [])
        assert list(generator) == []
        assert said() == ([ORDERS], [File("/data/a.csv")])

    def test_async_generator_function(self, said: Any) -> None:
        """Values and errors of the caller reach it, as without the decorator."""

        @lineage(inputs=ORDERS, outputs=REPORT)
        async def rows() -> AsyncGenerator[Any, Any]:
            received = yield 1
            try:
                yield received
            except KeyError:
                yield "handled"

        async def use() -> list[Any]:
            generator = rows()
            found = [await generator.__anext__(), await generator.asend(7), await generator.athrow(KeyError())]
            before = said()
            assert before == ([ORDERS], [])
            return [*found, *[each async for each in generator]]

        assert inspect.isasyncgenfunction(rows)
        assert asyncio.run(use()) == [1, 7, "handled"]
        assert said() == ([ORDERS], [REPORT])

    def test_async_generator_that_is_left_early(self, said: Any) -> None:
        """It is closed with the decorated one, and has not ended: outputs are not told."""
        closed = []

        @lineage(inputs=ORDERS, outputs=REPORT)
        async def rows() -> AsyncGenerator[int, None]:
            try:
                yield 1
                yield 2
            finally:
                closed.append(True)

        async def use() -> None:
            generator = rows()
            await generator.__anext__()
            await generator.aclose()

        asyncio.run(use())

        assert closed == [True]
        assert said() == ([ORDERS], [])

    def test_methods(self, said: Any) -> None:
        """It stands on methods, below or above `classmethod` and `staticmethod`; `self` is an argument."""

        class Loader:
            path = "/data/loader.csv"

            @lineage(outputs=lambda self: File(self.path))
            def load(self) -> None: ...

            @lineage(inputs=ORDERS)
            @classmethod
            def read(cls) -> type:
                return cls

            @staticmethod
            @lineage(inputs=REPORT)
            def check(rows: int) -> int:
                return rows

        Loader().load()

        assert Loader.read() is Loader
        assert Loader.check(5) == Loader().check(5) == 5
        assert said() == ([ORDERS, REPORT], [File("/data/loader.csv")])

    def test_callables_that_are_no_functions(self, said: Any) -> None:
        """Partial functions, objects and functions that are not written in Python can be decorated too."""
        partial = lineage(inputs=lambda name: File(f"/data/{name}"))(functools.partial(_load, name="a"))

        assert partial() == "a"
        assert lineage(outputs=REPORT)(len)([1, 2]) == 2
        assert said() == ([File("/data/a")], [REPORT])


class TestTaskFlow:
    """With `@task`, below and above it."""

    @pytest.mark.parametrize("above", [False, True], ids=["below", "above"])
    def test_decorated_task(self, said: Any, above: bool) -> None:
        """The task's function tells its datasets; what `@task` made of it is not changed."""
        decorators = [airflow_task(task_id="load"), lineage(inputs=lambda name: File(f"/data/{name}"))]

        def load(name: str) -> dict[str, int]:
            return {"rows": len(name)}

        function: Any = load
        for decorate in decorators if above else reversed(decorators):
            function = decorate(function)
        with DAG("dag", schedule=None):
            operator = function("a").operator
            mapped = function.override(task_id="mapped").expand(name=["a", "b"]).operator

        assert operator.task_id == "load"
        assert operator.multiple_outputs, "the return type says that there are several outputs"
        assert mapped.task_id == "mapped"
        assert operator.python_callable("a") == {"rows": 1}
        assert said() == ([File("/data/a")], [])
        assert "def load(name: str)" in inspect.getsource(operator.python_callable)

    @pytest.mark.usefixtures("said")
    def test_wrong_arguments_are_the_functions_own_error(self) -> None:
        """Arguments that do not fit are the TypeError that they were before."""
        with pytest.raises(TypeError, match="_load"):
            lineage(inputs=lambda name: name)(_load)()


def test_errors_of_airflow_pass(running: Callable[..., Any]) -> None:
    """What skips, fails or defers a task passes through the decorator."""

    @lineage(inputs=ORDERS)
    def fail() -> None:
        raise AirflowException

    with running(EmptyOperator(task_id="t")), pytest.raises(AirflowException):
        fail()
