"""The select list: names of the output columns, their sources, and the expansion of stars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.expressions import collect
from lineage_kit.sql.relations import Column, Item, Sources, Unlisted
from lineage_kit.sql.scope import Aliases, Relation, Scope
from lineage_kit.sql.tree import arg, as_list

if TYPE_CHECKING:
    from collections.abc import Iterator


def add_select_list(expressions: list[Any], scope: Scope) -> list[Item]:
    """Return the output columns of a select list, and put their names into the scope's aliases.

    An expression without a name is called `_col_` and its position from 0.
    """
    lateral = scope.catalog.dialect.lateral_aliases
    items: list[Item] = []
    for index, expression in enumerate(expressions):
        for item in _columns(expression, index, scope, lateral=lateral):
            items.append(item)
            if isinstance(item, Column):
                scope.aliases.setdefault(item.key, item.sources)
    return items


def _columns(expression: Any, index: int, scope: Scope, *, lateral: bool) -> Iterator[Item]:
    if isinstance(expression, exp.Star):
        yield from _star(expression, scope.shown(), scope)
        return
    if isinstance(expression, exp.Column) and isinstance(expression.this, exp.Star):
        yield from _qualified_star(expression, scope)
        return
    sources = tuple(collect(expression, scope, aliases=Aliases.AFTER_COLUMNS if lateral else Aliases.NO))
    for identifier in _names(expression):
        yield Column(identifier.name, scope.catalog.key(identifier), sources)
        continue
    if not _names(expression):
        yield Column(f"_col_{index}", f"_col_{index}", sources)


def _names(expression: Any) -> list[Any]:
    """Return the identifiers that name an item of a select list: mostly one, none if the database chooses."""
    if isinstance(expression, exp.Aliases):
        return (
            list(expression.aliases_identifiers)
            if hasattr(expression, "aliases_identifiers")
            else as_list(expression.expressions)
        )
    if isinstance(expression, exp.Alias):
        return as_list(expression.args.get("alias"))
    while isinstance(expression, (exp.Cast, exp.Paren)):
        expression = expression.this
    if isinstance(expression, exp.Column):
        return [expression.this]
    if isinstance(expression, exp.Dot) and isinstance(expression.expression, exp.Identifier):
        return [expression.expression]
    return []


def _qualified_star(expression: Any, scope: Scope) -> Iterator[Item]:
    parts = [part for name in ("table", "db", "catalog") if (part := expression.args.get(name))]
    relation = scope.relation(tuple(map(scope.catalog.key, parts)))
    if relation is not None:
        yield from _star(expression.this, [relation], scope)


def _star(star: Any, relations: list[Relation], scope: Scope) -> Iterator[Item]:
    """Yield the columns that a star means, after EXCEPT (or EXCLUDE), REPLACE and RENAME."""
    key = scope.catalog.key
    without = {key(_identifier(column)) for column in as_list(arg(star, "except"))}
    renamed = {key(_identifier(alias.this)): alias.args["alias"] for alias in as_list(star.args.get("rename"))}
    replaced: dict[str, Sources] = {
        key(alias.args["alias"]): tuple(collect(alias, scope)) for alias in as_list(star.args.get("replace"))
    }
    for item in _expanded(relations, scope):
        if isinstance(item, Unlisted):
            yield Unlisted(item.table, item.sources, item.without | without | renamed.keys() | replaced.keys())
        elif item.key not in without:
            name = renamed.get(item.key)
            sources = replaced.pop(item.key, item.sources)
            yield Column(name.name, key(name), sources) if name else Column(item.name, item.key, sources)
    # Replaced and renamed columns of what nobody lists have their names at least.
    for alias in as_list(star.args.get("replace")):
        if key(alias.args["alias"]) in replaced:
            yield Column(alias.alias, key(alias.args["alias"]), replaced[key(alias.args["alias"])])


def _expanded(relations: list[Relation], scope: Scope) -> Iterator[Item]:
    """Yield the columns of relations side by side; those merged by USING come first and once."""
    whole = len(relations) == len(scope.shown())
    merged = scope.merged if whole else {}
    for merged_key, (name, sources) in merged.items():
        yield Column(name, merged_key, sources)
    for relation in relations:
        for item in relation.shape.items:
            if isinstance(item, Unlisted):
                yield item.less(merged) if merged else item
            elif item.key not in merged:
                yield item


def _identifier(node: Any) -> Any:
    return node.this if isinstance(node, exp.Column) else node
