"""What authors say of a dataset beside its name and columns."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypedDict

from lineage_kit.datasets.declared.sources import source_of
from lineage_kit.datasets.declared.values import entries, listed, tags_of, text_of, texts_of
from lineage_kit.datasets.naming import checked, without_secrets
from lineage_kit.datasets.templates import is_template
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from lineage_kit.datasets.declared.columns import ColumnReference
    from lineage_kit.datasets.declared.dataset import DeclaredDataset


class DetailArguments(TypedDict, total=False):
    """Keyword arguments of every table and file.

    ``columns``
        its columns: a list of :class:`Column` or names, a mapping of names to types, or a schema that exists elsewhere,
        see :func:`lineage_kit.datasets.declared.schemas.columns_of`.
    ``columns_from``
        column -> the column, or columns, of other datasets that it is made of.
    ``description``
        what it is; Markdown where ``links`` are given.
    ``owners``
        who answers for it: ``"team:sales"``, ``"user:jdoe"``, or a mapping of owners to the type of ownership.
    ``tags``
        names, or names with values.
    ``links``
        addresses of documentation; they are put below the description, without users, passwords and tokens.
    ``source``
        URI of the system that holds the data; only what says where it is is kept.
    ``symlinks``
        other datasets that are the same data: tables or files, or pairs of namespace and name.
    ``partition``
        dimension -> value of the part that the task reads or writes: ``{"ds": "{{ ds }}"}``.
    ``row_count``
        rows that the task reads or writes.
    ``extra``
        what else Airflow's own entity shall have in its ``extra``; it takes no part in lineage.
    """

    columns: Any
    columns_from: Mapping[str, ColumnReference | Iterable[ColumnReference]]
    description: str
    owners: str | Iterable[str] | Mapping[str, str]
    tags: Iterable[str] | Mapping[str, str]
    links: str | Sequence[str]
    source: str
    symlinks: DeclaredDataset | Iterable[DeclaredDataset | tuple[str, str]]
    partition: Mapping[str, Any]
    row_count: int | str
    extra: Mapping[str, Any]


#: Frozen JSON: objects that take part in comparisons are kept as their text.
_Json = str


@dataclass(frozen=True)
class Details:
    """Checked values, see :class:`DetailArguments`; mappings are kept as JSON so that nobody can change them.

    Args:
        description: text.
        owners: name -> type of ownership, or an empty text.
        tags: keys and values.
        links: addresses.
        source: URI.
        symlinks: identities, as plain JSON.
        partition: dimension -> value.
        row_count: a number, or Jinja that becomes one.
        extra: anything.

    """

    description: str | None = None
    owners: _Json = "{}"
    tags: tuple[tuple[str, str], ...] = ()
    links: tuple[str, ...] = ()
    source: str | None = None
    symlinks: _Json = "[]"
    partition: _Json = "{}"
    row_count: int | str | None = None
    extra: _Json = "{}"

    @classmethod
    def of(cls, owner: str, given: Mapping[str, Any]) -> Details:
        """Return what the arguments say.

        Args:
            owner: how the dataset is called in messages.
            given: arguments of its constructor.

        Raises:
            DeclarationError: one is unknown, or not of the right form.

        """
        known = [field.name for field in fields(cls)]
        if unknown := sorted(set(given) - set(known)):
            names = ", ".join(["columns", "columns_from", *known])
            msg = f"{owner} has no argument {unknown[0]!r}; what can be said of it: {names}."
            raise DeclarationError(msg)
        links = texts_of(given.get("links"), "a link", 'links=["https://wiki.example.com/orders"]')
        symlinks = given.get("symlinks")
        return cls(
            description=text_of(given.get("description"), "a description", 'description="…"', none=True),
            owners=json.dumps(_owners(given.get("owners"))),
            tags=tags_of(given.get("tags")),
            links=tuple(without_secrets(each, query=True) for each in links),
            source=source_of(given.get("source")),
            symlinks=json.dumps([_symlink(each) for each in listed(symlinks, key=repr)]),
            partition=json.dumps(_partition(given.get("partition"))),
            row_count=_row_count(given.get("row_count")),
            extra=_plain(given.get("extra")),
        )

    def told(self) -> dict[str, Any]:
        """Return the values as plain JSON."""
        return entries(
            description=self.description,
            owners=json.loads(self.owners),
            tags=dict(self.tags),
            links=list(self.links),
            source=self.source,
            symlinks=json.loads(self.symlinks),
            partition=json.loads(self.partition),
            row_count=self.row_count,
            extra=json.loads(self.extra),
        )


def _owners(given: Any) -> dict[str, str]:
    form = 'owners=["team:sales"] or owners={"user:jdoe": "MAINTAINER"}'
    if isinstance(given, Mapping):
        return {
            text_of(name, "an owner", form): text_of(kind, "a type of ownership", form) for name, kind in given.items()
        }
    people = [_user(each) for each in listed(given, key=lambda owner: str(_user(owner)))]
    return {text_of(each, "an owner", form): "" for each in people}


def _user(given: Any) -> Any:
    """Return the owner's name; of Airflow's own ``User`` as the OpenLineage provider writes it."""
    if not hasattr(given, "email"):
        return given
    names = [name for name in (given.first_name, given.last_name) if name]
    return f"user:{' '.join([*names, f'<{given.email}>'])}"


def _symlink(given: Any) -> dict[str, Any]:
    from lineage_kit.datasets.declared.dataset import DeclaredDataset
    from lineage_kit.datasets.declared.identity import Named
    from lineage_kit.datasets.naming import DatasetName

    if isinstance(given, DeclaredDataset):
        return given.identity.told()
    pair = [given.namespace, given.name] if isinstance(given, DatasetName) else given
    if not isinstance(pair, (tuple, list)) or [type(part) for part in pair] != [str, str]:
        msg = (
            f"What is {type(given).__name__} is no symbolic link; write symlinks=[File('s3://bucket/path')] or a pair "
            "of namespace and name."
        )
        raise DeclarationError(msg)
    return Named(checked(*pair)).told()


def _partition(given: Any) -> dict[str, Any]:
    form = 'partition={"ds": "{{ ds }}"}'
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        msg = f"A partition is dimensions with their values, not {type(given).__name__}; write {form}."
        raise DeclarationError(msg)
    for name, value in given.items():
        text_of(name, "a dimension of a partition", form)
        if not isinstance(value, (str, int, float)) or (isinstance(value, float) and not math.isfinite(value)):
            kind = "no number" if isinstance(value, float) else type(value).__name__
            msg = f"The value of partition {name!r} is {kind}; it must be text or a number: {form}."
            raise DeclarationError(msg)
    return dict(given)


def _row_count(given: Any) -> int | str | None:
    counted = isinstance(given, int) and not isinstance(given, bool) and given >= 0
    if given is None or counted or (isinstance(given, str) and is_template(given)):
        return given  # type: ignore[no-any-return] # one of the three
    msg = f"{given!r} is no number of rows; write row_count=1000, or Jinja that becomes a number."
    raise DeclarationError(msg)


def _plain(given: Any) -> _Json:
    try:
        text = json.dumps(dict(given or {}), allow_nan=False)
    except (TypeError, ValueError):
        msg = "`extra` has something in it that JSON does not know; give names with texts or numbers: extra={'a': 1}."
        raise DeclarationError(msg) from None
    return text
