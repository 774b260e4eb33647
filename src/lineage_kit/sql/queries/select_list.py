"""The select list: names of the output columns, their sources, and the expansion of stars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.grammar.tree import arg, as_list, identifier_of
from lineage_kit.sql.locations import holds_credentials
from lineage_kit.sql.queries.expressions import collect
from lineage_kit.sql.queries.scope import Aliases, Relation, Scope
from lineage_kit.sql.relations import Column, Item, Sources, Unlisted, passed_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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
    sources = tuple(collect(expression, scope, aliases=Aliases.AFTER_COLUMNS if lateral else Aliases.NO))
    names = [name for name in _names(expression) if "=" not in name.name or not holds_credentials(name.name)]
    for identifier in names:
        yield Column(identifier.name, scope.catalog.key(identifier), sources)
    if not names:
        yield Column(f"_col_{index}", f"_col_{index}", sources)


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
        # COLUMNS(*) of DuckDB, or names that a regular expression or a function chooses.
        inner = expression.this
        return (inner, _every) if _is_star(inner) else (exp.Star(), _none)
    if isinstance(expression, (exp.Like, exp.ILike)) and _is_star(expression.this):
        return expression.this, _like(expression.expression.name)
    if _is_star(expression):
        star = expression.this if isinstance(expression.this, exp.Star) else expression
        pattern = star.args.get("ilike")
        return expression, _like(pattern.name) if pattern is not None else _every
    return None, _every


def _is_star(node: Any) -> bool:
    """Tell whether a node is *, t.* or (row).*."""
    last = node.expression if isinstance(node, exp.Dot) else node.this if isinstance(node, exp.Column) else node
    return isinstance(last, exp.Star)


def _every(_: str) -> bool:
    return True


def _none(_: str) -> bool:
    return False


def _like(pattern: str) -> Callable[[str], bool]:
    """Return a test for names by a pattern of LIKE, without regard to case."""
    first, *others = pattern.lower().split("%")

    def matches(name: str) -> bool:
        rest = name.lower()
        if not _begins(rest, first) or (not others and len(rest) != len(first)):
            return False
        rest = rest[len(first) :]
        for part in others[:-1]:
            at = next((at for at in range(len(rest) + 1) if _begins(rest[at:], part)), None)
            if at is None:
                return False
            rest = rest[at + len(part) :]
        last = others[-1] if others else ""
        return len(last) <= len(rest) and _begins(rest[len(rest) - len(last) :], last)

    return matches


def _begins(text: str, part: str) -> bool:
    return len(part) <= len(text) and all(mine in ("_", his) for mine, his in zip(part, text, strict=False))


def _star_of(star: Any, scope: Scope) -> Iterator[Item]:
    """Yield the columns of everything for *, of one relation for t.*, of a value with fields for a.b.*."""
    if isinstance(star, exp.Star):
        yield from _star(star, scope.shown(), scope)
        return
    if isinstance(star, exp.Dot):
        value = star.this.this if isinstance(star.this, exp.Paren) else star.this
        named = isinstance(value, exp.Column) and not value.args.get("table")
        relation = scope.relation((scope.catalog.key(value.this),)) if named else None
        star = star.expression
    else:
        parts = [part for name in ("table", "db", "catalog") if (part := star.args.get(name))]
        relation = scope.relation(tuple(map(scope.catalog.key, parts)))
        value = exp.Column(**dict(zip(("this", "table", "db"), [part.copy() for part in parts], strict=False)))
        star = star.this
    if relation is not None:
        yield from _star(star, [relation], scope)
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
            yield _renamed(alias, sources, scope) if alias else Column(item.name, item.key, sources)
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
    """Yield the columns of relations side by side; those merged by USING come first and once."""
    whole = len(relations) == len(scope.shown())
    merged = scope.merged if whole else {}
    for merged_key, (name, sources) in merged.items():
        yield Column(name, merged_key, sources)
    for relation in relations:
        for item in relation.shape.items:
            if isinstance(item, Unlisted):
                yield item.less(merged) if merged else item
            elif item.key in scope.elements:
                yield Column(item.name, item.key, scope.elements[item.key][1])
            elif item.key not in merged:
                yield item
