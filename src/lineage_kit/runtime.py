"""Datasets that are known only while a task runs: its own code says what it read and wrote.

What is said is kept in this process, apart for every try of every task instance, until the events of that try are
made. Saying it costs no request and no wait, and whatever is wrong with it is a WARNING: the task goes on.
"""

from __future__ import annotations

import logging
import sys
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    Side = Literal["inputs", "outputs"]

log = logging.getLogger(__name__)

#: How many datasets are kept for one try of a task.
MAX_DATASETS = 10_000
#: Of how many task instances: a process has one, or with ``dag.test()`` one after another. The event of an earlier one
#: may still be made in another thread, or may be deferred and come back.
_MAX_TASKS = 8
#: What the modules of classes begin with whose instances are datasets, if they have one of the sets of texts.
_HOMES = ("airflow.", "openlineage.")
_IDENTITIES = (("namespace", "name"), ("uri",), ("url",), ("cluster", "database", "name"))
_EXAMPLES = "File('s3://bucket/key')", "Table('postgres://host:5432', 'shop.public.orders')"


def add_inputs(*datasets: Any) -> None:
    """Say that the running task reads datasets; its next events have them, FAIL included.

    Args:
        datasets: :class:`~lineage_kit.Table`, :class:`~lineage_kit.File`, an OpenLineage ``Dataset``, an Airflow
            ``Asset``, or an entity that Airflow takes in ``inlets``; or lists of these. What is said twice is kept
            once. Anything else is a WARNING that shows the right form, as is a call while no task runs. A task that
            defers itself goes on in another process, which does not know what was said before: say it there.

    """
    record("inputs", datasets, _call("add_inputs"))


def add_outputs(*datasets: Any) -> None:
    """Say that the running task writes datasets; its next events have them, FAIL included.

    Args:
        datasets: as for :func:`add_inputs`.

    """
    record("outputs", datasets, _call("add_outputs"))


@dataclass(frozen=True)
class Call:
    """A call of the author's, as messages show it.

    Args:
        name: what was called.
        form: how it is called rightly.

    """

    name: str
    form: str


def _call(function: str) -> Call:
    return Call(f"`{function}()`", " or ".join(f"{function}({example})" for example in _EXAMPLES))


@dataclass
class Recorded:
    """What one try of a task has said until now, each dataset once, in order.

    Args:
        owner: the task, as messages call it.

    """

    owner: str
    inputs: dict[Hashable, Any] = field(default_factory=dict)
    outputs: dict[Hashable, Any] = field(default_factory=dict)
    complaints: dict[str, bool] = field(default_factory=dict)

    def add(self, side: Side, datasets: Iterable[Any], call: Call) -> None:
        """Keep datasets; whoever says something else is told once."""
        kept: dict[Hashable, Any] = getattr(self, side)
        for dataset in flat(datasets):
            if not is_dataset(dataset):
                self.complain(f"{call.name} got {kind_of(dataset)}, which is no dataset; write {call.form}.")
                continue
            key = _key(dataset)
            if key not in kept and len(self.inputs) + len(self.outputs) >= MAX_DATASETS:
                self.complain(
                    f"More than {MAX_DATASETS:,} datasets were added while it ran; the others are left out. "
                    "Add the folder or the table that they belong to instead.",
                    limit=True,
                )
                return
            # The last word comes last.
            kept.pop(key, None)
            kept[key] = dataset

    def complain(self, message: str, *, limit: bool = False) -> None:
        """Log a WARNING, the same one once, and keep it for the event."""
        if message not in self.complaints:
            self.complaints[message] = limit
            log.warning("Lineage of task `%s` is incomplete: %s", self.owner, message)


# There is no lock: what a thread of the task's code holds when the OpenLineage listener forks is held in the child for
# ever. Each step is one operation of a dictionary.
_records: OrderedDict[tuple[Any, ...], Recorded] = OrderedDict()
_told_outside = False


def record(side: Side, datasets: Iterable[Any], call: Call) -> None:
    """Keep what the running task says of its inputs or outputs.

    Args:
        side: ``inputs`` or ``outputs``.
        datasets: see :func:`add_inputs`.
        call: what the author called.

    """
    recorded = of_running_task(call)
    if recorded is None:
        return
    try:
        recorded.add(side, datasets, call)
    except Exception as error:
        recorded.complain(f"{call.name} failed with {type(error).__name__}; the task log has the details at DEBUG.")
        log.debug("lineage-kit failure details:", exc_info=True)


def of_running_task(call: Call | None = None) -> Recorded | None:
    """Return where the task that runs in this process keeps what it says.

    Args:
        call: what the author called; without a running task it is named in a WARNING, once per process.

    """
    task_instance = _running_task_instance()
    if task_instance is None:
        if call is not None:
            _tell_outside(call)
        return None
    key = _task_key(task_instance)
    recorded = _records.setdefault(key, Recorded(f"{key[0]}.{key[1]}"))
    _records.move_to_end(key)
    while len(_records) > _MAX_TASKS:
        _records.popitem(last=False)
    return recorded


def recorded_by(task_instance: Any) -> Recorded | None:
    """Return what a task instance has said in this process; None where it has said nothing."""
    return _records.get(_task_key(task_instance))


def flat(given: Any) -> Iterator[Any]:
    """Yield datasets one by one: given alone, or in lists, tuples, sets or generators of these."""
    if isinstance(given, (list, tuple, set, frozenset)) or hasattr(given, "__next__"):
        for each in given:
            yield from flat(each)
    else:
        yield given


def is_dataset(value: Any) -> bool:
    """Tell whether a value is what ``inlets`` and ``outlets`` take, :class:`~lineage_kit.Table` for one."""
    from lineage_kit.datasets.declared.dataset import DeclaredDataset

    if isinstance(value, DeclaredDataset):
        return True
    return any(cls.__module__.startswith(_HOMES) for cls in type(value).__mro__) and any(
        all(isinstance(getattr(value, name, None), str) for name in names) for names in _IDENTITIES
    )


def kind_of(value: Any) -> str:
    """Return what a value is, for messages, which do not quote it: it may be anything, a secret too."""
    return "nothing" if value is None else f"a value of type {type(value).__name__}"


def _running_task_instance() -> Any | None:
    # A running task has imported Airflow; a script that has not is not made to wait for it.
    if "airflow" not in sys.modules:
        return None
    from lineage_kit import compat

    try:
        return compat.current_context()["ti"]
    except Exception:  # noqa: BLE001 - which one says that no task runs depends on the release
        return None


def _tell_outside(call: Call) -> None:
    global _told_outside  # noqa: PLW0603 - once per process
    if not _told_outside:
        _told_outside = True
        log.warning(
            "%s was called while no task runs in this process: what it says is not kept. It belongs into the code "
            "that a task runs, not into the top level of a DAG file or into a process that a task starts.",
            call.name,
        )


def _task_key(task_instance: Any) -> tuple[Any, ...]:
    """Return what tells one try of a task instance from all others, also where a run is deleted and made again."""
    names = ("dag_id", "task_id", "run_id", "map_index", "try_number", "id")
    return tuple(getattr(task_instance, name, None) for name in names)


def _key(dataset: Any) -> Hashable:
    """Return what is equal for equal datasets; those of others have no hash, or one by the name alone."""
    if type(dataset).__module__.startswith("lineage_kit."):
        return dataset  # type: ignore[no-any-return] # a frozen dataclass
    return type(dataset), repr(dataset)
