"""What the author of a test expects, in the names that events have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.naming import DatasetName
from lineage_kit.exceptions import DatasetIdentityError, DeclarationError

if TYPE_CHECKING:
    from lineage_kit.testing.seen import Source

_DATASET_FORMS = (
    "Table(…), File(…), an OpenLineage Dataset, an Airflow Asset, ('s3://bucket', 'key') or 's3://bucket key'"
)
#: For the look-ups of connections.
_SECONDS = 30.0


@dataclass(frozen=True)
class Ending:
    """Whatever ends with some parts of a name, or of a name and a column: ``orders``, ``orders.amount``.

    Args:
        text: the last parts.

    """

    text: str

    def fits(self, whole: str) -> bool:
        """Tell whether the text is the whole, or its last parts."""
        return whole == self.text or whole.endswith((f".{self.text}", f"/{self.text}"))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class ColumnOf:
    """A column of a dataset that is known by its whole name.

    Args:
        dataset: the name.
        column: the column.

    """

    dataset: DatasetName
    column: str

    def __str__(self) -> str:
        return f"{self.dataset}.{self.column}"


def is_of(expected: ColumnOf | Ending, source: Source) -> bool:
    """Tell whether a source of a column is the expected one."""
    if isinstance(expected, Ending):
        return expected.fits(f"{source.dataset.name}.{source.column}")
    return (expected.dataset, expected.column) == (source.dataset, source.column)


class Expectations:
    """Names what a test expects, with templates rendered and connections looked up as for the task itself.

    Args:
        task_instance: the task's, or a stand-in with the context that templates need.

    """

    def __init__(self, task_instance: Any) -> None:
        from lineage_kit.extractors.declared import Declarations
        from lineage_kit.extractors.extraction import Budget, EventKind, Extraction

        self._task_instance = task_instance
        self._extraction = Extraction(task_instance.task, EventKind.COMPLETE, task_instance, Budget(_SECONDS))
        self._declarations = Declarations(self._extraction)

    def datasets(self, given: Any) -> list[DatasetName]:
        """Return the names of expected inputs or outputs, given alone or in a list."""
        alone = isinstance(given, str) or not isinstance(given, Iterable) or _is_pair(given)
        return [self.dataset(each) for each in ([given] if alone else given)]

    def dataset(self, given: Any) -> DatasetName:
        """Return the name of an expected dataset.

        Raises:
            DeclarationError: it is none; the message shows the right forms.
            DatasetIdentityError: its connection does not lead to a name.

        """
        pair = tuple(given.split(" ", 1)) if isinstance(given, str) else given
        if _is_pair(pair):
            return DatasetName(*map(self._rendered, pair))
        found = self._declarations.dataset(given, "inlet")
        if found is not None:
            return DatasetName(found.namespace, found.name)
        if omissions := self._extraction.omissions:
            raise DatasetIdentityError(omissions[-1].message)
        msg = f"{given!r} is no dataset; expect {_DATASET_FORMS}."
        raise DeclarationError(msg)

    def _rendered(self, text: str) -> str:
        template = self._task_instance.task.get_template_env().from_string(text)
        return str(template.render(self._task_instance.get_template_context()))

    def output(self, given: Any) -> DatasetName | Ending:
        """Return an output that is named as a dataset, or by the last parts of its name."""
        return Ending(given) if isinstance(given, str) and " " not in given else self.dataset(given)

    def columns(self, given: Any) -> dict[str, list[ColumnOf | Ending]]:
        """Return expected columns, each with what it is made of.

        Raises:
            DeclarationError: something else is given; the message shows the right form.

        """
        if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
            msg = f"{given!r} does not say what columns are made of; expect columns={{'total': ['orders.amount']}}."
            raise DeclarationError(msg)
        return {
            name: [self._source(each) for each in ([sources] if _is_source(sources) else sources)]
            for name, sources in given.items()
        }

    def _source(self, given: Any) -> ColumnOf | Ending:
        from lineage_kit.datasets.declared.columns import ColumnReference

        if isinstance(given, ColumnReference):
            return ColumnOf(self.dataset(given.dataset), given.name)
        if isinstance(given, str):
            return Ending(given)
        if _is_source(given):
            return ColumnOf(self.dataset(given[0]), given[1])
        msg = f"{given!r} is no column; expect orders['amount'], 'orders.amount' or (Table(…), 'amount')."
        raise DeclarationError(msg)


def _is_pair(given: Any) -> bool:
    """Tell whether something is a namespace and a name."""
    return isinstance(given, tuple) and len(given) == 2 and all(isinstance(part, str) for part in given)  # noqa: PLR2004


def _is_source(given: Any) -> bool:
    """Tell whether something is one column, not several."""
    from lineage_kit.datasets.declared.columns import ColumnReference

    if isinstance(given, (str, ColumnReference)):
        return True
    is_two = isinstance(given, tuple) and len(given) == 2  # noqa: PLR2004
    return is_two and not _is_source(given[0]) and isinstance(given[1], str)
