"""`lineage-kit sql`: the lineage of a file of SQL, as a tree or as JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from lineage_kit.exceptions import LineageKitError
from lineage_kit.terminal import read_text, show

if TYPE_CHECKING:
    import argparse

# Seconds. A person waits for a whole warehouse of statements, where a task would not.
_PATIENCE = 600.0


def show_sql(arguments: argparse.Namespace) -> int:
    """Print the lineage of the SQL and return the exit code; what was not understood is told on stderr.

    Raises:
        LineageKitError: A file cannot be read.
    """
    sql = read_text(arguments.file)
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
    show(as_json(lineage) if arguments.json else as_tree(lineage))
    source = "<stdin>" if arguments.file == "-" else arguments.file
    for problem in lineage.problems:
        _complain(f"{source}:{lineage.statements[problem.statement].line}: {problem.reason}")
    return 0


def _known_columns(path: str) -> dict[str, list[str]]:
    """Return the columns that a JSON file tells, as in {"schema.table": ["column", ...]}."""
    try:
        columns = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        msg = f"{path} is not JSON, see line {error.lineno}: {error.msg}"
        raise LineageKitError(msg) from None
    if not isinstance(columns, dict) or not all(
        isinstance(names, list) and all(isinstance(name, str) for name in names) for names in columns.values()
    ):
        msg = f'{path} does not say columns the way that is expected: {{"schema.table": ["column", "column"]}}'
        raise LineageKitError(msg)
    return columns


def _complain(message: str) -> None:
    print(f"lineage-kit sql: {message}", file=sys.stderr)
