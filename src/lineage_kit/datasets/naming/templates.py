"""Jinja in names: what a name may look like when the task runs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from lineage_kit.datasets.templates import templates_in, without_templates

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A word that is a number too, since it may be a port; a path; and, of a namespace, a host.
_IN_NAMES = ("0", "/0")
_IN_NAMESPACES = ("0", "/0", "0.0")


@dataclass(frozen=True)
class SetAside:
    """Jinja that is put aside while a text is taken apart, and put back.

    Args:
        pieces: by the number that stands for each; a number, so that it may stand for a port, too.

    """

    pieces: dict[str, str]

    @classmethod
    def of(cls, *texts: str) -> SetAside:
        """Return the pieces of some texts."""
        found = dict.fromkeys(piece for text in texts for piece in templates_in(text))
        return cls({f"84960{number:02}0": piece for number, piece in enumerate(found)})

    def aside(self, text: str) -> str:
        """Return the text with numbers for its Jinja."""
        for stand_in, piece in self.pieces.items():
            text = text.replace(piece, stand_in)
        return text

    def back(self, text: str) -> str:
        """Return the text with its Jinja again."""
        for stand_in, piece in self.pieces.items():
            text = text.replace(stand_in, piece)
        return text


def is_unknown(text: str) -> bool:
    """Tell whether the text is nothing but one piece of Jinja, so that it may become anything."""
    return text.startswith("{{") and bool(text) and not without_templates(text, "").strip()


def as_rendered(namespace: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield what a namespace and a name may become; where nothing in them is Jinja, they alone."""
    yield from dict.fromkeys(product(words(namespace, _IN_NAMESPACES), words(name, _IN_NAMES)))


def words(text: str, stand_ins: tuple[str, ...] = _IN_NAMESPACES) -> list[str]:
    """Return the text with each of the stand-ins for its Jinja; the text alone where it has none."""
    return list(dict.fromkeys(without_templates(text, stand_in) for stand_in in stand_ins))
