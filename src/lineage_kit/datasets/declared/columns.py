"""Columns of declared datasets, and what they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.declared.values import entries, listed, tags_of, text_of
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from lineage_kit.datasets.declared.dataset import DeclaredDataset

#: Subtypes of OpenLineage's ``columnLineage`` facet by their type (spec/facets/ColumnLineageDatasetFacet.json).
_DIRECT = frozenset({"IDENTITY", "TRANSFORMATION", "AGGREGATION"})
_INDIRECT = frozenset({"JOIN", "GROUP_BY", "FILTER", "SORT", "WINDOW", "CONDITIONAL"})

#: Functions that make one value of many rows; any other text describes a transformation of single values.
_AGGREGATES = frozenset(
    {
        *("ANY_VALUE", "ARRAY_AGG", "AVG", "COUNT", "COUNT_DISTINCT", "FIRST", "LAST", "LISTAGG", "MAX", "MEAN"),
        *("MEDIAN", "MIN", "MODE", "STDDEV", "STRING_AGG", "SUM", "VARIANCE"),
    }
)


@dataclass(frozen=True, eq=False)
class ColumnReference:
    """A column of a declared dataset, as ``table["name"]`` gives it.

    Two are equal if they name the same column of the same dataset, whatever else is said of it. So comparing them does
    not go on to the columns that the dataset itself is made of.

    Args:
        dataset: the table or file.
        name: the column.

    """

    dataset: DeclaredDataset
    name: str

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ColumnReference):
            return NotImplemented
        return (self.dataset.identity, self.name) == (other.dataset.identity, other.name)

    def __hash__(self) -> int:
        return hash((self.dataset.identity, self.name))

    def __repr__(self) -> str:
        return f"{self.dataset!r}[{self.name!r}]"

    def told(self) -> dict[str, Any]:
        """Return the reference as plain JSON."""
        return {**self.dataset.identity.told(), "column": self.name}


@dataclass(frozen=True)
class Transformation:
    """What is done to the columns that another one is made of, in OpenLineage's words.

    Args:
        subtype: one of the spec's, such as ``AGGREGATION``.
        description: free text, such as ``SUM``.
        masking: whether the values can no longer be told from the result.

    """

    subtype: str
    description: str = ""
    masking: bool = False

    @classmethod
    def of(cls, text: str | None, *, sources: int, masking: bool = False) -> Transformation:
        """Return the transformation that a text names.

        A subtype of the spec in any case, an aggregate function (``SUM``), or a description of a transformation;
        without a text, one source is the same value, and several are transformed.
        """
        if text is None:
            return cls("IDENTITY" if sources == 1 and not masking else "TRANSFORMATION", masking=masking)
        word = text.strip().upper().replace(" ", "_")
        if word in _DIRECT | _INDIRECT:
            return cls(word, masking=masking)
        function = word.partition("(")[0].strip("_")
        return cls("AGGREGATION" if function in _AGGREGATES else "TRANSFORMATION", text.strip(), masking)

    def told(self) -> dict[str, Any]:
        """Return the transformation as plain JSON."""
        optional = {"transformation_description": self.description, "masking": self.masking}
        return {"transformation": self.subtype, **{key: value for key, value in optional.items() if value}}


@dataclass(frozen=True, init=False)
class Column:
    """A column of a table or file, with what it is made of.

    Args:
        name: of the column.
        type: of its values, in the words of the system that keeps it.
        description: what it means.
        tags: names, or names with values.
        from_: the columns that it is made of: ``orders["amount"]``, or several.
        transformation: what is done to them: a function (``SUM``), a subtype of OpenLineage's column lineage
            (``AGGREGATION``, ``FILTER``, …), or words. Without it one column is taken as it is.
        masking: whether the transformation hides the values, as a hash does.
        data_type: another name for ``type``: that of Airflow's own ``Column``.

    Raises:
        DeclarationError: a value is not of the right form; the message shows it.

    """

    name: str
    type: str | None = None
    description: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    from_: tuple[ColumnReference, ...] = ()
    transformation: Transformation | None = field(default=None)

    def __init__(  # noqa: PLR0913 - a column has that many sides; all but the first are named
        self,
        name: str,
        type: str | None = None,  # noqa: A002 - the word of OpenLineage's schema facet
        description: str | None = None,
        *,
        tags: Iterable[str] | Mapping[str, str] | None = (),
        from_: ColumnReference | Iterable[ColumnReference] | None = (),
        transformation: str | None = None,
        masking: bool = False,
        data_type: str | None = None,
    ) -> None:
        values = {
            "name": text_of(name, "the name of a column", 'Column("total")'),
            "type": text_of(type or data_type, "the type of a column", 'Column("total", "DECIMAL(10, 2)")', none=True),
            "description": text_of(description, "a description", 'Column("total", description="…")', none=True),
            "tags": tags_of(tags),
            "from_": references(from_),
        }
        text_of(
            transformation,
            "a transformation",
            'Column("total", from_=orders["amount"], transformation="SUM")',
            none=True,
        )
        if (transformation or masking) and not values["from_"]:
            msg = f"Column {name!r} has a transformation but no `from_`; write Column({name!r}, from_=[orders[…]], …)."
            raise DeclarationError(msg)
        made = values["from_"] and Transformation.of(transformation, sources=len(values["from_"]), masking=masking)
        for key, value in {**values, "transformation": made or None}.items():
            object.__setattr__(self, key, value)

    def __repr__(self) -> str:
        shown = [repr(self.name), *([repr(self.type)] if self.type else [])]
        return f"Column({', '.join(shown)})"

    def told(self) -> dict[str, Any]:
        """Return the column as plain JSON."""
        made = self.transformation.told() if self.transformation else {}
        return entries(
            name=self.name,
            type=self.type,
            description=self.description,
            tags=dict(self.tags),
            **{"from": [{**source.told(), **made} for source in self.from_]},
        )


def references(given: Any) -> tuple[ColumnReference, ...]:
    """Return the columns that another one is made of; None says nothing.

    Raises:
        DeclarationError: something else is given.

    """
    found = (given,) if isinstance(given, ColumnReference) else tuple(listed(given, key=repr))
    if wrong := [each for each in found if not isinstance(each, ColumnReference)]:
        shown = "A value" if isinstance(wrong[0], Mapping) else repr(wrong[0])
        msg = f"{shown} is no column of a table; write from_=[orders['amount'], …] with `orders` a Table or File."
        raise DeclarationError(msg)
    return found


def with_sources(columns: Sequence[Column], sources: Any, owner: str) -> tuple[Column, ...]:
    """Return the columns, made of what ``columns_from`` says; without columns, those that it names.

    Args:
        columns: the dataset's own, none where they are not known.
        sources: column name -> column, or columns, that it is made of.
        owner: how the dataset is called in messages.

    Raises:
        DeclarationError: ``sources`` is no such mapping, names a column that the dataset does not have, or one whose
            sources have been said already.

    """
    if not isinstance(sources, Mapping):
        msg = (
            f"`columns_from` of {owner} is {type(sources).__name__}; write columns_from={{'total': orders['amount']}}, "
            "or columns_from=orders.columns_named('id', 'amount') for columns that keep their name."
        )
        raise DeclarationError(msg)
    known = {column.name: column for column in columns}
    for name, made_of in sources.items():
        if columns and name not in known:
            msg = f"`columns_from` names {name!r}, which is no column of {owner}; it has {', '.join(known)}."
            raise DeclarationError(msg)
        if made_of is None:
            continue
        column = known.get(name) or Column(name)
        if column.from_:
            msg = f"Column {name!r} of {owner} has `from_` and stands in `columns_from` too; say it in one place."
            raise DeclarationError(msg)
        known[name] = Column(name, column.type, column.description, tags=dict(column.tags), from_=references(made_of))
    return tuple(known.values())
