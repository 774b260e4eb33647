"""``assert_lineage``: what a task tells is what its author expects, or else what differs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lineage_kit.exceptions import LineageKitError
from lineage_kit.testing.expected import Ending, Expectations, is_of
from lineage_kit.testing.seen import seen_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lineage_kit.datasets.naming import DatasetName
    from lineage_kit.testing.expected import ColumnOf
    from lineage_kit.testing.seen import Seen, Source


def assert_lineage(
    told: Any,
    *,
    inputs: Any = None,
    outputs: Any = None,
    columns: Mapping[Any, Any] | None = None,
    event: str = "COMPLETE",
    **options: Any,
) -> None:
    """Check what a task tells: all of its inputs, outputs and column lineage, as far as these are given.

    Args:
        told: an operator or mapped task, what a decorated function returned in a DAG, the events of a task that
            :func:`events_of` ran, one event, or what :func:`lineage_of` returned.
        inputs: what the task reads, in any order: ``Table`` and ``File``, OpenLineage's ``Dataset``, Airflow's assets,
            pairs of namespace and name, or texts of these two with a space between. Jinja is rendered.
        outputs: what it writes, likewise.
        columns: what the columns of its only output are made of, ``{"total": ["orders.amount"]}``, or of several
            outputs, ``{"report": {"total": ["orders.amount"]}}``. A source is ``orders["amount"]`` of a ``Table`` or
            ``File``, or the last parts of its name as text.
        event: ``START``, ``COMPLETE`` or ``FAIL``.
        options: for a task that is still to be asked, those of :func:`lineage_of`: ``execute``, ``logical_date``,
            ``map_index``, ``xcoms``, ``extractors``.

    Raises:
        AssertionError: something differs; the message says what is missing, what was not expected, and what the task
            says about it.
        LineageKitError: what is given is not of the right form.
        Exception: what the task raises when it is executed, unless ``FAIL`` is asked for.

    """
    __tracebackhide__ = True
    if inputs is None and outputs is None and columns is None:
        msg = "There is nothing to compare: expect inputs=[…], outputs=[…] or columns={…}; [] and {} are none at all."
        raise LineageKitError(msg)
    seen = seen_in(told, event, options)
    expectations = Expectations(seen.task_instance)
    differences: list[str] = []
    if inputs is not None:
        differences += _in_datasets("inputs", expectations.datasets(inputs), seen.inputs, {"output": seen.outputs})
    if outputs is not None:
        differences += _in_datasets("outputs", expectations.datasets(outputs), seen.outputs, {"input": seen.inputs})
    if columns is not None:
        differences += _in_columns(expectations, columns, seen)
    if differences:
        remarks = [f"The task says: {remark}" for remark in seen.remarks]
        msg = "\n".join([f"The lineage of {seen.title} is another one.", *differences, *remarks])
        raise AssertionError(msg)


def _in_datasets(
    side: str, expected: Iterable[DatasetName], seen: Iterable[DatasetName], other_side: Mapping[str, Iterable[Any]]
) -> Iterator[str]:
    """Yield what differs between expected and seen datasets, one line each."""
    missing, unexpected = sorted(set(expected) - set(seen)), sorted(set(seen) - set(expected))
    if not missing and not unexpected:
        return
    yield f"{side}:"
    for each in missing:
        elsewhere = "".join(f" (it is an {name})" for name, datasets in other_side.items() if each in datasets)
        yield f"  missing:    {each}{elsewhere or _close(str(each), map(str, unexpected))}"
    for each in unexpected:
        yield f"  unexpected: {each}"


def _in_columns(expectations: Expectations, columns: Mapping[Any, Any], seen: Seen) -> Iterator[str]:
    """Yield what differs in the column lineage of outputs."""
    if not columns or not all(isinstance(each, Mapping) for each in columns.values()):
        if len(seen.outputs) != 1:
            yield f"columns: these are of one output, not of {len(seen.outputs)}; expect {{output: {{column: …}}}}"
            return
        columns = {str(seen.outputs[0]): columns}
    for output, given in columns.items():
        wanted = expectations.output(output)
        found = [each for each in seen.outputs if _is_output(wanted, each)]
        if len(found) == 1:
            yield from _in_columns_of(found[0], expectations.columns(given), seen.columns[found[0]])
        else:
            known = ", ".join(map(str, seen.outputs)) or "none"
            yield f"columns: {'several outputs are' if found else 'no output is'} {wanted}; there are: {known}"


def _is_output(wanted: DatasetName | Ending, output: DatasetName) -> bool:
    return wanted.fits(output.name) if isinstance(wanted, Ending) else wanted == output


def _in_columns_of(
    output: DatasetName, expected: Mapping[str, list[ColumnOf | Ending]], seen: Mapping[str, list[Source]]
) -> Iterator[str]:
    lines = []
    for name in sorted({*expected, *seen}):
        sources = seen.get(name, [])
        wanted = expected.get(name, [])
        if name not in seen:
            lines.append(f"  missing:    {name}{_close(name, seen.keys() - expected.keys())}")
        elif name not in expected:
            lines.append(f"  unexpected: {name}, made of {', '.join(map(str, sources)) or 'nothing'}")
        else:
            lines += _in_sources(name, wanted, sources)
    if lines:
        yield f"columns of {output}:"
        yield from lines


def _in_sources(column: str, expected: list[ColumnOf | Ending], seen: list[Source]) -> Iterator[str]:
    """Yield what differs in what a column is made of."""
    unexpected = [str(source) for source in seen if not any(is_of(each, source) for each in expected)]
    for each in expected:
        if not any(is_of(each, source) for source in seen):
            yield f"  missing:    {column} made of {each}{_close(str(each), unexpected)}"
    for source in unexpected:
        yield f"  unexpected: {column} made of {source}"


def _close(missing: str, others: Iterable[str]) -> str:
    """Return a hint at what may be meant."""
    similar = difflib.get_close_matches(missing, list(others), n=1, cutoff=0.8)
    return f" (is it {similar[0]}?)" if similar else ""
