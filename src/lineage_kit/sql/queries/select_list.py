"""The select list: names of the output columns, their sources, and the expansion of stars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.grammar.tree import arg, as_list, identifier_of
from lineage_kit.sql.locations import holds_credentials
from lineage_kit.sql.queries.column_choice import choice, every, is_star, like
from lineage_kit.sql.queries.expressions import collect
from lineage_kit.sql.queries.row_functions import sources_by_column
from lineage_kit.sql.queries.scope import Aliases, Relation, Scope
from lineage_kit.sql.queries.struct_fields import fields_of
from lineage_kit.sql.relations import Column, Item, Shape, Sources, Unlisted, passed_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# In an alias, a part of the names that a regular expression finds.
_GROUP = re.compile(r"\\[1-9]")
# Where a star shows a column of USING in the place that it has in the left table, not ahead of all others.
_MERGED_IN_PLACE = frozenset({"clickhouse", "duckdb", "sqlite"})


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
    expression = _aliased(expression, scope)
    star, matches = _star_and_pattern(expression)
    if star is not None:
        yield from (item for item in _star_of(star, scope) if isinstance(item, Unlisted) or matches(item.name))
        return
    chosen = _chosen(expression, scope)
    if chosen is not None:
        yield from _by_column(expression, chosen, scope)
        return
    sources = tuple(collect(expression, scope, aliases=Aliases.AFTER_COLUMNS if lateral else Aliases.NO))
    names = [name for name in _names(expression) if "=" not in name.name or not holds_credentials(name.name)]
    if isinstance(expression, exp.Aliases):
        by_column = sources_by_column(expression.this, len(names), sources, scope)
    else:
        by_column = [sources] * len(names)
    for identifier, own in zip(names, by_column, strict=True):
        yield Column(identifier.name, scope.catalog.key(identifier), own, fields_of(expression, scope))
    if not names:
        yield Column(f"_col_{index}", f"_col_{index}", sources)


def _chosen(expression: Any, scope: Scope) -> Any:
    """Return the COLUMNS of DuckDB in an expression, which is calculated for each of them; None without one."""
    if scope.catalog.dialect.name != "duckdb":
        return None
    return next((node for node in expression.find_all(exp.Columns) if not node.args.get("unpack")), None)


def _by_column(expression: Any, chosen: Any, scope: Scope) -> Iterator[Item]:
    r"""Yield a column for each one that is chosen, under its name; \0 in an alias stands for that name."""
    star, matches = _star_and_pattern(chosen)
    alias = expression.alias or r"\0"
    for item in _star_of(star, scope):
        if isinstance(item, Unlisted) or _GROUP.search(alias):
            yield Unlisted(None)
        elif matches(item.name):
            scope.chosen = item
            name = alias.replace(r"\0", item.name)
            yield Column(name, scope.catalog.key_of_name(name), tuple(collect(expression, scope)))
    scope.chosen = None


def _aliased(expression: Any, scope: Scope) -> Any:
    """Return 'alias' = value, which T-SQL writes for value AS alias, as an alias; others as they are."""
    is_alias = isinstance(expression, exp.EQ) and scope.catalog.dialect.name in {"tsql", "fabric"}
    if not is_alias or not isinstance(expression.this, (exp.Literal, exp.National)):
        return expression
    return exp.alias_(expression.expression, expression.this.name, quoted=True)


def _names(expression: Any) -> list[Any]:
    """Return the identifiers that name an item of a select list: mostly one, none if the database chooses."""
    if isinstance(expression, exp.Aliases):
        return list(getattr(expression, "aliases_identifiers", None) or as_list(expression.expressions))
    if isinstance(expression, exp.Alias):
        return as_list(expression.args.get("alias"))
    if isinstance(expression, exp.Subquery):  # name = (SELECT ...) of T-SQL
        return as_list(expression.args.get("alias"))
    if isinstance(expression, exp.QueryTransform) and expression.args.get("schema"):
        return [identifier_of(column) for column in expression.args["schema"].expressions]
    name = _own_name(expression)
    return [] if name is None else [name]


def _own_name(expression: Any) -> Any:
    """Return the identifier of a column, a field or a position, which a cast keeps; None for any other expression."""
    while isinstance(expression, (exp.Cast, exp.Paren)):
        expression = expression.this
    if isinstance(expression, (exp.Column, exp.Dot)):
        # The last part of a path, be it into a table or into a nested column.
        expression = expression.this if isinstance(expression, exp.Column) else expression.expression
    if isinstance(expression, exp.Parameter) and expression.name.isdigit():
        return exp.Identifier(this=f"${expression.name}", quoted=False)
    return expression if isinstance(expression, exp.Identifier) else None


def _star_and_pattern(expression: Any) -> tuple[Any, Callable[[str], bool]]:
    """Return the star that an item is, and which columns' names it keeps; None for any other item."""
    if isinstance(expression, exp.Columns):
        return expression.this if is_star(expression.this) else exp.Star(), choice(expression)
    if isinstance(expression, (exp.Like, exp.ILike)) and is_star(expression.this):
        return expression.this, like(expression.expression.name)
    if is_star(expression):
        star = expression.this if isinstance(expression.this, exp.Star) else expression
        pattern = star.args.get("ilike")
        return expression, like(pattern.name) if pattern is not None else every
    return None, every


def _star_of(star: Any, scope: Scope) -> Iterator[Item]:
    """Yield the columns of everything for *, of one relation for t.*, of a value with fields for a.b.*."""
    if isinstance(star, exp.Star):
        yield from _star(star, scope.shown(), scope)
        return
    if isinstance(star, exp.Dot):
        value = star.this.this if isinstance(star.this, exp.Paren) else star.this
        named = isinstance(value, exp.Column) and not value.args.get("table")
        path = [value.this] if named else []
        relation = scope.rows_of((scope.catalog.key(value.this),)) if named else None
        star = star.expression
    else:
        parts = [part for name in ("table", "db", "catalog") if (part := star.args.get(name))]
        relation = scope.rows_of(tuple(map(scope.catalog.key, parts)))
        value = exp.Column(**dict(zip(("this", "table", "db"), [part.copy() for part in parts], strict=False)))
        path, star = parts[::-1], star.this
    fields = () if relation is not None else scope.fields(path) if path else fields_of(value, scope)
    if relation is not None or fields:
        yield from _star(star, [relation or Relation((), Shape(fields))], scope)
    else:
        yield Unlisted(None, passed_on(collect(value, scope), "TRANSFORMATION"))


def _star(star: Any, relations: list[Relation], scope: Scope) -> Iterator[Item]:
    """Yield the columns that a star means, after EXCEPT (or EXCLUDE), REPLACE and RENAME."""
    key = scope.catalog.key
    without = {key(identifier_of(column)) for column in as_list(arg(star, "except"))}
    renamed = {key(identifier_of(alias.this)): alias for alias in as_list(star.args.get("rename"))}
    replaced: dict[str, Sources] = {
        key(alias.args["alias"]): tuple(collect(alias, scope)) for alias in as_list(star.args.get("replace"))
    }
    for item in _expanded(relations, scope):
        if isinstance(item, Unlisted):
            yield item.less(without | renamed.keys() | replaced.keys())
        elif item.key not in without:
            alias = renamed.pop(item.key, None)
            sources = replaced.pop(item.key, item.sources)
            if alias:
                yield _renamed(alias, sources, scope)
            else:
                yield item if sources is item.sources else Column(item.name, item.key, sources)
    # Replaced and renamed columns of what nobody lists have their names at least.
    for old, alias in renamed.items():
        name = alias.this.name
        sources = relations[0].column(old, name) if len(relations) == 1 else scope.unqualified(old, name)
        yield _renamed(alias, sources, scope)
    for alias in as_list(star.args.get("replace")):
        if key(alias.args["alias"]) in replaced:
            yield Column(alias.alias, key(alias.args["alias"]), replaced[key(alias.args["alias"])])


def _renamed(alias: Any, sources: Sources, scope: Scope) -> Column:
    return Column(alias.alias, scope.catalog.key(alias.args["alias"]), sources)


def _expanded(relations: list[Relation], scope: Scope) -> Iterator[Item]:
    """Yield the columns of relations side by side; those merged by USING come once, first or in their first place."""
    whole = len(relations) == len(scope.shown())
    merged = scope.merged if whole else {}
    in_place = scope.catalog.dialect.name in _MERGED_IN_PLACE and not any(one.shape.unlisted for one in relations)
    placed: set[str] = set()
    ahead = [] if in_place else list(merged.items())
    for merged_key, (name, sources) in ahead:
        yield Column(name, merged_key, sources)
    for relation in relations:
        for item in relation.shape.items:
            if isinstance(item, Unlisted):
                yield item.less(merged) if merged else item
            elif item.key in scope.elements:
                yield Column(item.name, item.key, scope.elements[item.key][1])
            elif item.key not in merged:
                yield item
            elif in_place and item.key not in placed:
                placed.add(item.key)
                yield Column(item.name, item.key, merged[item.key][1])
