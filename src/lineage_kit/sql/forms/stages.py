"""Snowflake's commands between a client's files and stages: PUT, GET, REMOVE, LIST."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lineage_kit.sql.forms.places import load
from lineage_kit.sql.locations import stage

if TYPE_CHECKING:
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

_PATH = re.compile(r"\s+(?:'([^']*)'|(\S+))")


def read_transfer(tokens: Tokens, statement: Statement) -> None:
    """Read PUT file://... @stage and GET @stage file://...: from the first place to the second."""
    statement.kind = "COPY"
    source, target = _paths(tokens, 2)
    load([source], statement.catalog.location(target), statement)


def read_remove(tokens: Tokens, statement: Statement) -> None:
    """Read REMOVE: the files of a stage go, as rows of a table do."""
    statement.kind = "DELETE"
    (path,) = _paths(tokens, 1)
    statement.outputs[statement.catalog.location(path)] = None


def read_list(_: Tokens, statement: Statement) -> None:
    """Read LIST: it shows the names of files."""
    statement.kind = "LIST"


def _paths(tokens: Tokens, count: int) -> list[str]:
    """Return the paths behind the first word; without quotes they are no tokens of SQL, but end with a blank.

    Raises:
        StatementRefusedError: There are fewer, or a variable stands in one.
    """
    text = tokens.piece.text
    paths = [stage(quoted or plain) for quoted, plain in _PATH.findall(text, tokens.next.end)[:count]]
    if len(paths) < count or any("?" in path for path in paths):
        raise tokens.refused()
    return paths
