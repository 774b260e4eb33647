"""Jinja in names: what stands between its brackets is known when a task runs."""

from __future__ import annotations

import re

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def is_template(text: str) -> bool:
    """Tell whether the text has Jinja in it."""
    return bool(_TEMPLATE.search(text))


def without_templates(text: str, stand_in: str = "x") -> str:
    """Return the text with a word in the place of each piece of Jinja, as it may look when the task runs."""
    return _TEMPLATE.sub(stand_in, text)


def templates_in(text: str) -> list[str]:
    """Return the pieces of Jinja in the text."""
    return _TEMPLATE.findall(text)
