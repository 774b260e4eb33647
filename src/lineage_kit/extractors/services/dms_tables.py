"""Table mappings of DMS: which tables they select by name, and what these are called in the target.

The rules are those of https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.html.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Rule = Mapping[str, Any]

#: Renaming actions, as functions of the name and the value of the rule.
_RENAMING: dict[str, Callable[[str, str], str]] = {
    "rename": lambda _, value: value,
    "add-prefix": lambda name, value: value + name,
    "add-suffix": lambda name, value: name + value,
    "convert-lowercase": lambda name, _: name.lower(),
    "convert-uppercase": lambda name, _: name.upper(),
    "remove-prefix": str.removeprefix,
    "remove-suffix": str.removesuffix,
}
#: What a transformation rule may be about and leave the table where it is.
_INSIDE_THE_TABLE = {"column", "table-tablespace", "index-tablespace"}


class Table(NamedTuple):
    """A table or collection, with the schema or database that it is in."""

    schema: str
    name: str


class Selection(NamedTuple):
    """What a table mapping selects.

    Args:
        tables: those that it names one by one, each with its place in the target; None where a rule puts it elsewhere
            in a way that is not known here.
        patterns: rules that select whatever is like a pattern.

    """

    tables: dict[Table, Table | None]
    patterns: list[str]


def read_mappings(text: str | Rule, named: Iterable[Table] | None = None) -> Selection:
    """Return what the rules of a table mapping select.

    Args:
        text: the mapping as DMS has it, JSON.
        named: the tables, where somebody else selects them and the mapping only says what they are called.

    """
    rules: list[Rule] = (json.loads(text) if isinstance(text, str) else text)["rules"]
    selecting = [rule for rule in rules if rule["rule-type"] == "selection"]
    changing = [rule for rule in rules if rule["rule-type"] != "selection"]
    patterns: list[str] = []
    if named is None:
        chosen = [_locator(rule) for rule in selecting if rule["rule-action"] != "exclude"]
        patterns = [".".join(each) for each in chosen if _is_pattern(each)]
        left_out = [_locator(rule) for rule in selecting if rule["rule-action"] == "exclude"]
        exact = [Table(*map(_plain, each)) for each in chosen if not _is_pattern(each)]
        named = [table for table in exact if not any(_matches(each, table) for each in left_out)]
    return Selection({table: _in_target(table, changing) for table in named}, patterns)


def _locator(rule: Rule) -> Table:
    locator = rule["object-locator"]
    return Table(locator.get("schema-name", "%"), locator.get("table-name", "%"))


def _is_pattern(locator: Table) -> bool:
    """Tell whether a locator is meant for more than one table.

    An underscore stands for any character, too, but hardly anybody means that: the name itself is like it in any case.
    """
    return any("%" in part or "[" in part for part in map(_plain, locator))


def _plain(pattern: str) -> str:
    return pattern.replace("[_]", "_")


def _matches(locator: Table, table: Table) -> bool:
    return all(re.fullmatch(_expression(pattern), name) for pattern, name in zip(locator, table, strict=True))


def _expression(pattern: str) -> str:
    wildcards = {"%": ".*", "_": "."}
    parts = re.split(r"(\[[^\]]*\]|[%_])", pattern)
    return "".join(wildcards.get(part, part if part.startswith("[") else re.escape(part)) for part in parts)


def _in_target(table: Table, rules: Iterable[Rule]) -> Table | None:
    """Return the table as the target has it; None where a rule does what is not known here."""
    target = table
    for rule in rules:
        about, action = rule.get("rule-target"), rule.get("rule-action")
        if about in _INSIDE_THE_TABLE or not _matches(_locator(rule), table):
            continue
        if rule["rule-type"] == "table-settings":
            continue
        if about not in {"schema", "table"} or action not in _RENAMING:
            return None
        change, value = _RENAMING[action], rule.get("value") or ""
        if about == "schema":
            target = target._replace(schema=change(target.schema, value))
        else:
            target = target._replace(name=change(target.name, value))
    return target
