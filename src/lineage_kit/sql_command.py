"""`lineage-kit sql`: the lineage of a file of SQL, as a tree or as JSON."""

from __future__ import annotations

import codecs
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    import argparse

# Editors on Windows mark their encoding by the first bytes; everything else is UTF-8.
_ENCODINGS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# Seconds. A person waits for a whole warehouse of statements, where a task would not.
_PATIENCE = 600.0


def show_sql(arguments: argparse.Namespace) -> int:
    """Print the lineage of the SQL and return the exit code; what was not understood is told on stderr.

    Raises:
        LineageKitError: A file cannot be read.
    """
    sql = _read(arguments.file)
    columns = _known_columns(arguments.columns) if arguments.columns else None

    from lineage_kit.sql import analyze
    from lineage_kit.sql.dialects import known_dialects
    from lineage_kit.sql.render import as_json, as_tree

    dialect = arguments.dialect
    if dialect and dialect.strip().lower() not in known_dialects():
        _complain(f"dialect {dialect} is not known, the SQL is read as generic SQL; {', '.join(known_dialects())} are")
    lineage = analyze(
        sql,
        dialect,
        arguments.database,
        arguments.schema,
        columns,
        max_seconds=_PATIENCE,
        stored_names=arguments.stored_names,
    )
    _print(as_json(lineage) if arguments.json else as_tree(lineage))
    source = "<stdin>" if arguments.file == "-" else arguments.file
    for problem in lineage.problems:
        _complain(f"{source}:{lineage.statements[problem.statement].line}: {problem.reason}")
    return 0


def _read(path: str) -> str:
    """Return the text of a file, of standard input for `-`."""
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        encoding = next((name for mark, name in _ENCODINGS.items() if content.startswith(mark)), "utf-8")
        return content.decode(encoding)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise LineageKitError(msg) from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = f"{path} is not text in UTF-8, see line {line}"
        raise LineageKitError(msg) from None


def _known_columns(path: str) -> dict[str, list[str]]:
    """Return the columns that a JSON file tells, as in {"schema.table": ["column", ...]}."""
    try:
        columns = json.loads(_read(path))
    except json.JSONDecodeError as error:
        msg = f"{path} is not JSON, see line {error.lineno}: {error.msg}"
        raise LineageKitError(msg) from None
    if not isinstance(columns, dict) or not all(
        isinstance(names, list) and all(isinstance(name, str) for name in names) for names in columns.values()
    ):
        msg = f'{path} does not say columns the way that is expected: {{"schema.table": ["column", "column"]}}'
        raise LineageKitError(msg)
    return columns


def _print(text: str) -> None:
    """Print, with a sign in the place of what the terminal's encoding lacks."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, errors="replace").decode(encoding), flush=True)
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough. What is left in the buffer must not fail when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str) -> None:
    print(f"lineage-kit sql: {message}", file=sys.stderr)
