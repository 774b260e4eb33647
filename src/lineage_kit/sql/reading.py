"""How a statement's text becomes lineage: the ways to understand it, tried one after the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lineage_kit.sql.exceptions import OutOfTimeError, StatementRefusedError
from lineage_kit.sql.forms import find_form
from lineage_kit.sql.grammar.parse import parse
from lineage_kit.sql.statements.kinds import new_statement, read_tree
from lineage_kit.sql.text.literals import without_long_lists
from lineage_kit.sql.text.opaque import names_a_table
from lineage_kit.sql.text.tokens import Tokens

if TYPE_CHECKING:
    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.split import Piece

# In longer text it pays to look whether all but the head are rows that are written out.
_LONG = 10_000
# Statements that touch no dataset in any dialect; how they open tells them, and no grammar is needed.
_OPENINGS = r"""
    add\s+(?:archive|file|jar)\b  analy[sz]e  assert  attach  begin  break  checkpoint  close  commit  continue  dbcc
    deallocate  delimiter  deny  describe  detach  dfs  discard  do  end  end_proc  exit  explain  fetch  flush
    get\s+(?:current\s+|stacked\s+)?diagnostics  goto  grant  help  install  iterate  kill  leave  listen
    load(?=\s+['\"]?[\w.:/-]+['\"]?\s*\Z)
    lock(?!ing)(?![^;]*\b(?:sel|select|insert|update|delete)\b)  merge\s+delta  notify  null
    open(?!\s+(?:schema|\S+\s+for)\b)  optimize  pragma  raise  reconfigure  reindex  release  reload  reorg  reorgchk
    reset(?!\s+(?:search_path|all|schema|catalog)\b)  resignal  revert  revoke  rollback  runstats  save  savepoint
    set\s+transaction  show  signal  source  statement\s+set  start\s+transaction  sync  unlisten  unlock
    update\s+statistics  vacuum  waitfor
"""
_WITHOUT_DATASETS = re.compile(
    rf"(?:{'|'.join(_OPENINGS.split())})\b(?!\s*\()|(?:print|raiserror|return|throw)\b|[be]t\s*\Z"
    r"|(?:analy[sz]e|cluster|explain|reindex|vacuum)(?=\s*\()",
    re.IGNORECASE,
)


def read(piece: Piece, catalog: Catalog) -> Statement:
    """Return the lineage of one statement; what was not understood is among its reasons.

    First come the forms that no grammar has, then the dialect's grammar, then the shape that statements of its kind
    have in every dialect. Never raises: where no way leads to an understanding, the tables that the words name are
    all that is told.
    """
    around = catalog.variables, catalog.records
    catalog.variables = frozenset(map(catalog.key_of_name, piece.variables))
    catalog.records = {catalog.key_of_name(record.name): record for record in piece.records}
    try:
        return _read(piece, catalog)
    finally:
        catalog.variables, catalog.records = around


def _read(piece: Piece, catalog: Catalog) -> Statement:
    if not piece.is_cut or catalog.deadline.is_over:
        return _read_words(piece, catalog, str(OutOfTimeError()))
    piece = without_long_lists(piece)
    reason = ""
    for read_by in (_by_form_or_grammar, _by_shape):
        # A way that fails may have read a part; the next one begins anew.
        statement = new_statement(catalog)
        try:
            catalog.deadline.check()
            if read_by(piece, statement):
                if names_a_table(piece.text):
                    statement.note("a table is named by a template")
                return statement
        except OutOfTimeError as error:
            reason = reason or str(error)
            break
        except StatementRefusedError as error:
            reason = reason or str(error)
        except RecursionError:
            reason = reason or "nested too deeply"
        except Exception as error:  # noqa: BLE001 - what the SQL says never raises; the class alone says what happened
            reason = reason or f"not understood ({type(error).__name__})"
    return _read_words(piece, catalog, reason)


def _by_form_or_grammar(piece: Piece, statement: Statement) -> bool:
    catalog = statement.catalog
    plain = _WITHOUT_DATASETS.match(piece.text)
    if plain:
        statement.kind = plain[0].split()[0].upper()
        return True
    form = find_form(piece)
    if form is not None:
        form(Tokens(piece, catalog.dialect), statement)
        return True
    if len(piece.text) > _LONG and _by_head(piece, statement):
        return True
    catalog.deadline.check_length(piece.text)
    try:
        tree = parse(piece, catalog.dialect)
    except StatementRefusedError as error:
        # A new error, because this one holds all that was being read.
        catalog.refused = piece.text, StatementRefusedError(str(error), error.reached)
        raise
    read_tree(tree, statement)
    return True


# Few statements need what is imported inside functions here.
def _read_words(piece: Piece, catalog: Catalog, reason: str) -> Statement:
    from lineage_kit.sql import words

    return words.read(piece, catalog, reason)


def _by_head(piece: Piece, statement: Statement) -> bool:
    from lineage_kit.sql.shapes.rows import read_many_rows

    return read_many_rows(piece, statement)


def _by_shape(piece: Piece, statement: Statement) -> bool:
    from lineage_kit.sql import shapes

    return shapes.read(Tokens(piece, statement.catalog.dialect), statement)
