"""What the kit knows about a family of operators: the interface between it and the enriching extractor."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.merge import combine, has_datasets
from lineage_kit.extractors.speaker import Kind, described_by_provider

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction

    Describe = Callable[[Extraction], OperatorLineage | None]
    Correct = Callable[[Extraction, Callable[[], OperatorLineage]], OperatorLineage | None]


@dataclass(frozen=True)
class Official:
    """What would be said about the task without the family.

    Args:
        kind: who says it.
        lineage: asks; the answer is kept, a failure gives an empty one.

    """

    kind: Kind
    lineage: Callable[[], OperatorLineage]


@dataclass(frozen=True)
class FamilyLineage:
    """What is known of a task before anything that hooks reported is looked at.

    Args:
        lineage: datasets and facets, those of the official answer included.
        covers_queries: whether the SQL that hooks reported is in it already.
        hook_lineage_due: whether the OpenLineage provider alone would have found no dataset here, and
            would have gone on to what hooks reported; only then does it emit child events for their
            queries.

    """

    lineage: OperatorLineage
    covers_queries: bool
    hook_lineage_due: bool


class Family(Protocol):
    """Knowledge about operators that share a base class."""

    part: str
    """Its name in ``[lineage_kit] disabled_parts``."""

    about: str
    """What its operators tell and where that comes from, for the table of operators in the documentation."""

    names_datasets: bool
    """Whether it can name datasets; others tell facets, or the reason why there is no dataset."""

    def load(self) -> None:
        """Import what extraction will need, in a task's own process, before a child is forked for each event."""

    def preload(self) -> None:
        """Import what extraction may need for any task, in a process from which all tasks are forked."""

    def extract(self, extraction: Extraction, official: Official) -> FamilyLineage | None:
        """Return what the operator did, or None where the official answer is all that can be said."""


class _FunctionFamily:
    """What families that are one function have in common: its docstring is what they tell about themselves."""

    def __init__(self, part: str, function: Callable[..., OperatorLineage | None], *, names_datasets: bool) -> None:
        self.part = part
        self.about = inspect.getdoc(function) or ""
        self.names_datasets = names_datasets

    def load(self) -> None:
        """Load nothing: the module of the function is loaded when the family is found."""

    def preload(self) -> None:
        """Load nothing: operators like these are too many to prepare for."""


class DescribedFamily(_FunctionFamily):
    """A family that is one function: it adds to the official answer what it says about the task."""

    def __init__(
        self, part: str, describe: Describe, *, covers_queries: bool = True, names_datasets: bool = True
    ) -> None:
        super().__init__(part, describe, names_datasets=names_datasets)
        self.describe = describe
        self.covers_queries = covers_queries

    def extract(self, extraction: Extraction, official: Official) -> FamilyLineage | None:
        """Return both answers as one; where they contradict each other, the official one is believed."""
        answer = official.lineage()
        described = extraction.attempt(self.part, lambda: self.describe(extraction))
        if described is None:
            return None
        if has_datasets(described):
            (answer.run_facets or {}).pop("unknownSourceAttribute", None)
        return FamilyLineage(
            combine([answer, described]),
            covers_queries=self.covers_queries and has_datasets(described),
            hook_lineage_due=not has_datasets(answer),
        )


def family(
    part: str, *, covers_queries: bool = True, names_datasets: bool = True
) -> Callable[[Describe], DescribedFamily]:
    """Make a family of the decorated function; ``operators.py`` says which operators it is asked about.

    The function gets the :class:`~lineage_kit.extractors.extraction.Extraction` (task, event, budget) and returns an
    ``OperatorLineage``, or None where it knows nothing. It may raise: that costs its own part only. Asked on START too,
    it says only what is certain before the task has run. Its docstring tells users what its operators emit.

    Args:
        part: its name in ``[lineage_kit] disabled_parts``.
        covers_queries: whether its datasets are those of the SQL that hooks report too, so that this is not analysed.
        names_datasets: whether it can name datasets, or tells facets and reasons only.

    """
    return lambda describe: DescribedFamily(
        part, describe, covers_queries=covers_queries, names_datasets=names_datasets
    )


class CorrectingFamily(_FunctionFamily):
    """A family that is one function: it decides itself what it takes from the official answer."""

    def __init__(self, part: str, correct: Correct, *, names_datasets: bool = True) -> None:
        super().__init__(part, correct, names_datasets=names_datasets)
        self.correct = correct

    def extract(self, extraction: Extraction, official: Official) -> FamilyLineage | None:
        """Return the function's answer in place of the official one; a subclass's own methods are believed."""
        failed = extraction.kind is EventKind.FAIL
        if official.kind is Kind.OPERATOR and not described_by_provider(extraction.task, failed=failed):
            return None
        asked: list[OperatorLineage] = []

        def ask() -> OperatorLineage:
            asked.append(official.lineage())
            return asked[0]

        corrected = extraction.attempt(self.part, lambda: self.correct(extraction, ask))
        if corrected is None:
            return None
        silent = not has_datasets(asked[0]) if asked else official.kind is not Kind.OPERATOR
        return FamilyLineage(corrected, covers_queries=has_datasets(corrected), hook_lineage_due=silent)


def correction(part: str, *, names_datasets: bool = True) -> Callable[[Correct], CorrectingFamily]:
    """Make a family of the decorated function, for operators whose own answer is wrong or incomplete in a known way.

    The function gets the extraction and a function that asks the operator, and returns all that is to be said; None
    where the official answer is. Its docstring states the rule. An operator that is not asked runs no query. What is
    known to be wrong is the provider's answer: a subclass with OpenLineage methods of its own is not corrected.
    """
    return lambda correct: CorrectingFamily(part, correct, names_datasets=names_datasets)
