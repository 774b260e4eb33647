"""Statement forms that no grammar has, or that the grammars only know by their first word.

Each module reads some of them from tokens. They are found by how they open, so that a statement which is none of them
costs one look at its first word.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.split import Piece
    from lineage_kit.sql.text.tokens import Tokens

    Form = Callable[[Tokens, Statement], None]

_MODIFIERS = r"(?:or\s+replace\s+|or\s+alter\s+|temp\s+|temporary\s+|readable\s+|writable\s+)*"
# What changes a default of the session.
_DEFAULT = (
    r"set\s+(?:session\s+|local\s+|current\s+)?(?:search_path|schema|current_schema|catalog)\b"
    r"|alter\s+session\s+set\s+current_schema\b|use\s+catalog\b|database\s|open\s+schema\b"
)
# What follows CREATE in the definition of a routine.
_ROUTINE = (
    r"(?:(?:or|alter|replace|aggregate|constraint|editionable|event|external|noneditionable|private|public|secure|temp"
    r"|temporary|table(?=\s+function\b)|definer\s*=\s*\S+(?:\s*@\s*\S+)?)\s+)*"
    r"(?:event|function|macro|package|proc|procedure|task|trigger|type\s+body"
    r"|rule(?=\s+\S+\s+as\s+on\s))\b"
)
# A variable, declared here or not, with what stands before the value that it takes.
_VARIABLE = (
    r"(?!(?:alter|create|delete|from|insert|merge|select|update|with)\b)"  # SELECT a = b, CREATE ALGORITHM = ...
    r"[\w@:$.\"]+(?:\s*\[[^\]]*\]|\s*\([^()]*\)"
    r"|\s+(?:constant\s+)?[\w.%]+(?:\s*\([\w\s,]*\))?(?:\s+not\s+null)?)?\s*(?::?=|default\b)"
)
# A name, with arguments or without, and nothing else.
_CALL = (
    r"(?!(?:from|select|table|values|with)\b)[\w$.]+\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*\Z"
    r"|(?!(?:from|select|table|values|with)\b)[\w$]+(?:\.[\w$.]+)?\s*\Z"
)

# Where files lie, and how to get at them.
_FILE_OBJECT = (
    r"(?:stage|file\s+format|storage\s+integration|(?:database\s+scoped\s+)?credential"
    r"|external\s+(?:data\s+source|file\s+format|location|volume))\b"
)
# Where SingleStore writes the rows of a query.
_STORES = "(?:azure|fs|gcs|hdfs|kafka|s3)"
# Blanks and comments, among them hints.
_GAP = r"(?:\s|/\*(?s:.*?)\*/|--[^\n]*\n)+"
# Where the first word is a name.
_ANY_WORD = "*"
# With which words a form opens, what it looks like from there, and the module and function that read it.
_FORMS: tuple[tuple[str, str, str, str], ...] = (
    ("set alter use database open", _DEFAULT, "session", "read_default"),
    ("reset", r"reset\s+(?:search_path|all|schema|catalog)\b", "session", "read_reset"),
    ("create alter replace", rf"(?:create|alter|replace)\s+{_ROUTINE}", "routines", "read_definition"),
    ("function procedure", r"(?:function|procedure)\s", "routines", "read_subprogram"),
    (
        "call exec execute sys dbms_mview dbms_snapshot",
        r"(?:(?:call|exec(?:ute)?)\s+)?(?:sys\.)?dbms_(?:mview|snapshot)\.refresh\s*\(",
        "lifecycle",
        "read_refresh_call",
    ),
    (
        "exec execute",
        r"exec(?:ute)?\b(?!\s+(?:(?:\w+\.)*sp_rename|insert|statement\s+set)\b)",
        "dynamic",
        "read_execute",
    ),
    ("call", r"call\b", "dynamic", "read_call"),
    ("prepare", r"prepare\b(?!\s+transaction\b)", "dynamic", "read_prepare"),
    ("open", r"open\s+\S+\s+for\b", "dynamic", "read_open"),
    ("select", r"select\s+@\w+\s*\+?=", "dynamic", "read_select_assignment"),
    ("declare", r"declare\s+@\w+\s+(?:as\s+)?table\s*\(", "table_variables", "read_table_variable"),
    (_ANY_WORD, rf"(?:set|let|declare)\s+(?!global\s+temp|transaction\b)\S|{_VARIABLE}", "dynamic", "read_assignment"),
    ("copy", r"copy\b", "copy", "read_copy"),
    ("unload", r"unload\b", "export", "read_unload"),
    ("export", r"export\b", "export", "read_export"),
    ("insert", r"insert\s+overwrite\s+(?:local\s+)?directory\b", "export", "read_insert_directory"),
    (
        "insert",
        r"insert\s+(?:into|overwrite)\s+(?:(?:table\s+)?function\s|(?:blackhole|extern|files)\s*\()",
        "export",
        "read_insert_function",
    ),
    ("insert", r"insert\s+into\s+(?:table\s+)?\S+\s*(?:\([^)]*\)\s*)?from\s+infile\b", "export", "read_insert_infile"),
    (
        "select with (",
        rf"(?:select\b|with\b|\()(?=(?s:.*)\binto\s+(?:outfile\b|dumpfile\b|{_STORES}\s+'))",
        "export",
        "read_into_outfile",
    ),
    ("load", r"load\s+label\b", "load", "read_load_label"),
    (
        "load import",
        r"load\s+(?:client\s+)?from\b|import\s+from\s(?=(?s:.*)\sof\s+(?:asc|cursor|del|ixf)\b)",
        "load",
        "read_load_from",
    ),
    ("load", r"load\s+(?:data|xml)\b", "load", "read_load_data"),
    ("ingest", r"ingest\b", "load", "read_ingest"),
    ("create", r"create\s+routine\s+load\b", "load", "read_routine_load"),
    ("bulk", r"bulk\s+insert\b", "load", "read_bulk_insert"),
    ("import", r"import\b", "load", "read_import"),
    ("put get", r"(?:put|get)\s+'?(?:@|file:)", "stages", "read_transfer"),
    ("remove rm", r"(?:remove|rm)\s+'?@", "stages", "read_remove"),
    ("list ls", r"(?:list|ls)\s+'?@", "stages", "read_list"),
    ("create", rf"create\s+{_MODIFIERS}(?:external|foreign)\s+(?:web\s+)?table\b", "external", "read_external_table"),
    ("create", r"create\s+table\b(?=(?s:.*)\borganization\s+external\b)", "external", "read_external_table"),
    ("convert", r"convert\s+to\s+delta\b", "external", "read_convert"),
    ("create", r"create\s+join\s+index\b", "external", "read_join_index"),
    ("create", rf"create\s+{_MODIFIERS}stream\b(?=(?s:.*?)\son\s)", "external", "read_stream"),
    ("create", rf"create\s+{_MODIFIERS}semantic\s+view\b", "external", "read_semantic_view"),
    ("create", rf"create\s+{_MODIFIERS}{_FILE_OBJECT}", "external", "read_file_object"),
    ("create", rf"create\s+{_MODIFIERS}dictionary\b", "dictionaries", "read_dictionary"),
    (
        "alter rename exchange",
        r"alter\s+schema\s+\S+\s+transfer\b|rename\b|exchange\s+(?:tables|dictionaries)\b",
        "moves",
        "read_rename",
    ),
    (_ANY_WORD, r"(?:exec(?:ute)?\s+)?(?:\w+\.)*sp_rename\b", "moves", "read_rename"),
    (
        "select",
        r"select\s+(?:(?:copy|move)_partitions_to_table|copy_table|swap_partitions_between_tables)\s*\(",
        "moves",
        "read_partition_function",
    ),
    ("create", r"create\s+flow\b", "pipelines", "read_flow"),
    ("apply auto", r"(?:apply\s+changes|auto\s+cdc)\s+into\b", "pipelines", "read_changes"),
    (
        "insert",
        rf"insert{_GAP}(?:overwrite{_GAP})?(?:all|first){_GAP}(?:into|when)\b",
        "multi_insert",
        "read_insert_all",
    ),
    ("from with", r"(?:from|with)\b(?=(?s:.*)\binsert\s+(?:into|overwrite)\b)", "multi_insert", "read_from_insert"),
    ("insert", r"insert\s+(?:into\s+)?[^\s(]+\s*(?:\([^()]*\)\s*)?exec(?:ute)?\b", "insert_exec", "read_insert_exec"),
    ("upd update", r"upd(?:ate)?\s+[^\s(]+\s+(?:as\s+)?(?:\w+\s+)?from\b", "update_from", "read_update_from"),
    ("alter", r"alter\s", "lifecycle", "read_alter"),
    ("drop", r"drop\b", "lifecycle", "read_drop"),
    ("truncate", r"truncate\b", "lifecycle", "read_truncate"),
    ("undrop flashback msck restore", r"(?:undrop|flashback|msck|restore)\s", "lifecycle", "read_return"),
    ("create", r"create\s+(?:or\s+replace\s+)?(?:\w+\s+)?(?:synonym|alias)\b", "lifecycle", "read_synonym"),
    (_ANY_WORD, _CALL, "dynamic", "read_call"),
    ("refresh", r"refresh\s+(?:materialized\s+view|table|dynamic\s+table)\b", "lifecycle", "read_refresh"),
    (
        "insert update delete merge with",
        r"(?:insert|update|delete|merge|with)\b(?=(?s:.*)\boutput\s+\S)",
        "output",
        "read_output",
    ),
)
_FIRST_WORD = re.compile(r"\w+|\S?")


def find_form(piece: Piece) -> Form | None:
    """Return what reads a statement of a form that no grammar has; None for all others."""
    first = _FIRST_WORD.match(piece.text)
    word = first[0].lower() if first else ""
    for opening, module, function in _opening_with(word):
        if opening.match(piece.text):
            form: Form = getattr(import_module(f"{__name__}.{module}"), function)
            return form
    return None


@lru_cache(maxsize=64)
def _opening_with(word: str) -> list[tuple[re.Pattern[str], str, str]]:
    """Return how the forms open that may open with a word; most statements need a few of these patterns only."""
    return [
        (re.compile(opening, re.IGNORECASE), module, function)
        for words, opening, module, function in _FORMS
        if words == _ANY_WORD or word in words.split()
    ]
