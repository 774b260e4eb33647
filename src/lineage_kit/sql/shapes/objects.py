"""Statements about objects that hold no rows, and commands of administrators."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

_DEFINING = r"(?P<verb>create|alter|drop|comment\s+on|undrop|use)\s+"
# Objects of all databases together that hold no rows a statement could read.
_OBJECT = (
    r"(?P<object>access\s+method|account|aggregate|alert|alias|api\s+integration|application|authentication|bitmap|"
    r"branch|broker|bucket|capability|cast|catalog|certificate|class|cluster|codec|collation|compute|connection|connector|consumer"
    r"|constraint|container|contact|conversion|credential|database|datashare|diagnostics|directory|distribution|domain"
    r"|edition|encryptkey|endpoint|event|extension|failover|file\s+format|fulltext|function|git|group|hadoop"
    r"|hint|histogram|image|index|indextype|integration|job|key|keyspace|language|library|link|listing|location|login"
    r"|macro|masking|mask|materialized\s+(?:view\s+log|zone)|message|method|model|module|namespace|network|nickname|notification|operator"
    r"|outline|package|partition|password|permission|pfile|pipe|plan|policy|pool|privileges?|profile|procedure|program|publication"
    r"|queue|quota|recipient|region|remote|replication|repository|resource|restore|role|rollback|room|route|routine|row|rule|safekeep"
    r"|schema|scheduler|script|search|secret|security|sequence|server|service|session|set(?!\s+(?:global|table|volatile))|settings|share|sqlblocklist"
    r"|stage|statistics|stogroup|storage|stream|streamlit|subscription|subclass|sync|symmetric|synonym|system|tablespace"
    r"|tag|task|text|threshold|trace|trigger|trust|trusted|type|usage|user|variable|volume|wallet|warehouse|work|workgroup|workload"
    r"|wrapper|xml)"
)
_WITHOUT_ROWS = re.compile(_DEFINING + r"(?:\w+\s+){0,4}?" + _OBJECT + r"\b", re.IGNORECASE)
_HOLDS_ROWS = re.compile(
    _DEFINING + r"(?:\w+\s+){0,6}?(?:table|view(?!\s+log\b)|projection|sink|source)\b", re.IGNORECASE
)
# Commands of administrators and clients, by their first words.
_COMMANDS = re.compile(
    r"(?P<verb>abort|admin|allow|audit|backup|cache|cancel|check|checksum|clear|close|cluster|collect|comment"
    r"|compute\s+(?:incremental\s+)?stats|connect|deallocate|desc|disable|disconnect|dump|enable|fetch|fsck|generate|give|groom"
    r"|handler|hold|import\s+foreign|inspect|interrupt|invalidate"
    r"|kill|label|list|maintain|move|msck|noaudit|open|pause|preload|prepare|purge|reassign|recompress|recover|refresh|reload"
    r"|rebuild|remove|reorganize|repair|reset|restore|resume|run|security|shutdown|signal|start|stop|suspend|sync|system|transfer|unset"
    r"|uncache|undo|untag|validate|verify|wait|warm|watch|xa)\b(?!\s*\()",
    re.IGNORECASE,
)


def read_object(tokens: Tokens, statement: Statement) -> bool:
    """Read a statement about an object without rows, or a command of an administrator: no dataset takes part."""
    text = tokens.piece.text
    match = _COMMANDS.match(text)
    if match is not None:
        statement.kind = match["verb"].split()[0].upper()
        return True
    match = _WITHOUT_ROWS.match(text)
    if match is None:
        return False
    holds_rows = _HOLDS_ROWS.match(text)
    if holds_rows is not None and holds_rows.end() < match.end():
        return False
    verb = match["verb"].split()[0].upper()
    statement.kind = f"{verb}_{'_'.join(match['object'].upper().split())}" if verb == "CREATE" else verb
    return True
