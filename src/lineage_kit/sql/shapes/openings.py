"""Where the clauses of a statement open: words that begin one, joins of all kinds, and clauses that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.sql.shapes.brackets import Brackets


class Clause(NamedTuple):
    """What stands behind some words: `kind` says how it is made of items, `before` makes a statement of an item."""

    kind: str
    before: str = ""


_ANY_QUERY = "SELECT 1 FROM t"
ITEMS = Clause("items", "SELECT ")
_CONDITION = Clause("condition", "SELECT 1 FROM t WHERE ")
TABLES = Clause("tables", "SELECT 1 FROM ")
# Read as it stands: heads of statements, which only the grammar of the whole can judge.
KEPT = Clause("kept")
_OPENINGS: dict[str, list[tuple[tuple[str, ...], Clause]]] = {}
for _words, _clause in (
    ("SELECT", Clause("select", "SELECT ")),
    ("SEL", Clause("select", "SELECT ")),
    ("RETURNING", ITEMS),
    *((words, Clause("assignments", "UPDATE t SET ")) for words in ("SET", "KEY UPDATE")),
    ("VALUES", Clause("rows")),
    *((word, _CONDITION) for word in ("WHERE", "PREWHERE", "HAVING", "QUALIFY", "START WITH")),
    ("CONNECT BY", Clause("condition", "SELECT 1 FROM t START WITH 1 = 1 CONNECT BY ")),
    *((words, Clause("terms", f"{_ANY_QUERY} {words} ")) for words in ("GROUP BY", "ORDER BY", "SORT BY")),
    *((words, Clause("terms", f"{_ANY_QUERY} {words} ")) for words in ("CLUSTER BY", "DISTRIBUTE BY")),
    ("FROM", TABLES),
    ("UPDATE", TABLES),
    ("USING", TABLES),
    *((f"LATERAL VIEW{outer}", Clause("view", "SELECT 1 FROM t LATERAL VIEW ")) for outer in ("", " OUTER")),
    *((word, Clause("option", f"{_ANY_QUERY} {word} ")) for word in ("FETCH", "LIMIT", "OFFSET", "WINDOW")),
    *((word, KEPT) for word in ("UNION", "EXCEPT", "INTERSECT", "MINUS", "INTO", "THEN", "DELETE")),
    *((words, KEPT) for words in ("ON CONFLICT", "ON DUPLICATE")),
    *((word, KEPT) for word in ("INSERT", "MERGE")),
    ("WHEN", Clause("when")),
):
    _OPENINGS.setdefault(_words.split()[0], []).insert(0, (tuple(_words.split()), _clause))
# What opens a condition inside a clause of that kind; elsewhere it joins conditions or is no word of its own.
_BEFORE_CONDITIONS = {"tables": "ON", "when": "AND"}
_JOINS = frozenset("ALL ANTI ANY ASOF CROSS FULL GLOBAL INNER LEFT NATURAL OUTER POSITIONAL RIGHT SEMI".split())
_MOST_WORDS_OF_JOIN = 4


class Opening(NamedTuple):
    """The words that open a clause: their place, how they are written, and the clause.

    Words of a join that nobody knows are left out; then it is not `complete`.
    """

    start: int
    end: int
    text: str
    clause: Clause
    complete: bool = True


def openings(text: Brackets, start: int, end: int, clause: Clause) -> Iterator[Opening]:
    """Yield the clauses that open between two places, outside parentheses and CASE, of a text that begins in one."""
    at = start
    while at < end:
        opening = _opening(text, at, clause)
        if opening is not None:
            clause = opening.clause
            yield opening
            at = opening.end
        else:
            at = text.end_of_case(at, end) if text.word(at) == "CASE" else text.behind(at)


def _opening(text: Brackets, at: int, clause: Clause) -> Opening | None:
    """Return the clause that opens at a place, inside the given one."""
    word = text.word(at)
    if _opens_nothing(text, at, clause):
        return None
    for words, found in _OPENINGS.get(word, ()):
        if all(text.word(at + index) == each for index, each in enumerate(words)):
            return Opening(at, at + len(words), " ".join(words), found)
    if word and word == _BEFORE_CONDITIONS.get(clause.kind):
        return Opening(at, at + 1, word, _CONDITION)
    return None if clause.kind == "kept" else _join(text, at) or _unknown(text, at)


def _opens_nothing(text: Brackets, at: int, clause: Clause) -> bool:
    """Tell whether a word that opens a clause elsewhere is part of an expression: IS DISTINCT FROM, VALUES(x)."""
    if text.word(at) == "VALUES":  # a function of MySQL
        return clause.kind == "assignments"
    return [text.word(at - 1), text.word(at)] == ["DISTINCT", "FROM"] and text.word(at - 2) in {"IS", "NOT"}


def _join(text: Brackets, at: int) -> Opening | None:
    """Return the words of a join; of those that nobody knows only the tables on both sides matter."""
    words: list[str] = []
    while len(words) < _MOST_WORDS_OF_JOIN:
        word = text.word(at + len(words))
        words.append(word)
        if word in {"APPLY", "JOIN"}:
            known = " ".join(each for each in words[:-1] if each in _JOINS)
            return Opening(at, at + len(words), f"{known} {word}", TABLES, len(known.split()) + 1 == len(words))
        if words[0] not in _JOINS or not word.isalpha():
            break
    return None


def _unknown(text: Brackets, at: int) -> Opening | None:
    """Return a clause of the form `... BY terms`, whatever it is called."""
    named = at < len(text.tokens) and text.tokens[at].kind == "word" and text.word(at + 1) == "BY"
    if not named or text.word(at) in {"NOT", "AND", "OR"}:
        return None
    words = f"{text.word(at)} BY"
    return Opening(at, at + 2, words, Clause("option", f"{_ANY_QUERY} {words} "))
