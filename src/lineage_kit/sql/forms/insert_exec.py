"""INSERT ... EXEC of SQL Server: the result of a procedure or of dynamic SQL goes into a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.sql.reading import read

if TYPE_CHECKING:
    from lineage_kit.sql.relations import Source
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens


def read_insert_exec(tokens: Tokens, statement: Statement) -> None:
    """Read what EXEC runs, as far as its text is known, and let its result go into the table."""
    statement.kind = "INSERT"
    tokens.expect("INSERT")
    tokens.accept("INTO")
    node = tokens.table()
    if node is None:
        raise tokens.refused()
    target = statement.catalog.table(node)
    names = tokens.names() or target.columns
    inner = read(tokens.text(), statement.catalog)
    statement.use(inner.inputs)
    statement.outputs.update(inner.outputs)
    statement.reasons.update(inner.reasons)
    columns: dict[str, dict[Source, None]] = {}
    for name, source in inner.written(None):
        columns.setdefault(name, {})[source] = None
    if names is not None and len(names) != len(columns):
        # A column of the result that nothing feeds is not told: the positions are not certain.
        columns = {}
    targets = names or list(columns)
    flows = [(name, tuple(sources)) for name, sources in zip(targets, columns.values(), strict=False)]
    statement.write(target, flows, (), inner.inputs)
