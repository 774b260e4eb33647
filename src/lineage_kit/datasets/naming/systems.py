"""Names made of the parts that a system's names have, and the parts of names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage_kit.datasets.naming.rulebook import ELSEWHERE, rules_by_system, rules_of
from lineage_kit.datasets.naming.rules import head_of
from lineage_kit.datasets.naming.templates import is_unknown, words
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage_kit.datasets.naming.name import DatasetName
    from lineage_kit.datasets.naming.rules import Rule


@dataclass(frozen=True)
class Parsed:
    """What a name says.

    Args:
        system: the system, as :func:`named` takes it.
        parts: the parts of namespace and name.

    """

    system: str
    parts: dict[str, str]


def named(system: str, **parts: str | int) -> DatasetName:
    """Return the name of a dataset.

    Args:
        system: ``postgres``, ``s3`` or another of the table of naming rules.
        parts: what its names are made of, such as ``host``, ``port``, ``database``, ``schema`` and ``table``. Jinja
            may be in them.

    Raises:
        DeclarationError: the system is not known, or a part is missing, unknown, empty or cannot be what it is; the
            message shows the right form.

    """
    rule = rules_by_system().get(system)
    if rule is None:
        raise DeclarationError(_unknown(system))
    given = _by_its_own_words(rule, parts)
    for part, value in given.items():
        if not (is_unknown(value) or any(rule.accepts(part, text) for text in words(value))):
            # What has an `@` may be a password.
            quoted = f" {value!r}" if "@" not in value else ""
            raise _refused(rule, f"`{part}` cannot be{quoted or ' that'}.")
    name = rule.format(given)
    if all(words(value) == [value] for value in given.values()) and rule.parse(name) != given:
        raise _refused(rule, f"{name} could be read in another way.")
    return name


def parsed(name: DatasetName) -> Parsed | None:
    """Return system and parts of a name; None where it keeps no rule."""
    for rule in rules_of(head_of(name.namespace)):
        parts = rule.parse(name)
        if parts is not None:
            return Parsed(rule.system, parts)
    return None


def _by_its_own_words(rule: Rule, parts: Mapping[str, str | int]) -> dict[str, str]:
    """Return the parts as the rule calls them.

    Raises:
        DeclarationError: a part is missing, unknown, given twice, or no text.

    """
    given: dict[str, str] = {}
    for word, value in parts.items():
        part = word if word in rule.parts else rule.words.get(word)
        if part is None:
            raise _refused(rule, f"It has no part `{word}`.")
        if part in given:
            raise _refused(rule, f"`{part}` is given twice, once by another word.")
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not text.strip():
            raise _refused(rule, f"`{word}` is empty." if isinstance(value, str) else f"`{word}` is not text.")
        given[part] = text
    if missing := [part for part in rule.parts if part not in given and part not in rule.optional]:
        raise _refused(rule, f"Missing: {', '.join(f'`{part}`' for part in missing)}.")
    return {part: given[part] for part in rule.parts if part in given}


def _refused(rule: Rule, reason: str) -> DeclarationError:
    parts = ", ".join(f"{part}=…" for part in rule.parts if part not in rule.optional)
    return DeclarationError(
        f"Names of {rule.title} are made of {parts}. {reason} The form is: {rule.form}, for example {rule.example}."
    )


def _unknown(system: str) -> str:
    if system in ELSEWHERE:
        return ELSEWHERE[system]
    import difflib

    known = rules_by_system()
    close = difflib.get_close_matches(str(system).lower(), known, n=3)
    meant = f"Maybe {' or '.join(f'`{each}`' for each in close)} is meant." if close else f"Known: {', '.join(known)}."
    return f"`{system}` is no system with a naming rule. {meant}"
