"""What the grammars of Oracle and SQL Server refuse: rewrites, as in `refusals`."""

from __future__ import annotations

from lineage_kit.sql.text.rewrites import MYSQL, ORACLE, TSQL, Rewrite

_ORACLE_MERGE = ORACLE | {"exasol"}
# The cells of a spreadsheet that Oracle computes from the rows of a query: it has these columns and no others.
_CELLS = "[ IGNORE|KEEP NAV ] [ UNIQUE DIMENSION ] [ UNIQUE SINGLE REFERENCE ]"
_MODEL_BEGIN = f"unmodelled }} MODEL {_CELLS} [ RETURN UPDATED|ALL ROWS ]"
_MODEL_REFERENCE = f"REFERENCE name ON {{ () }} DIMENSION BY () MEASURES () {_CELLS}"
_MODEL_END = (
    f"DIMENSION BY ( {{ rest }} ) MEASURES ( {{ rest }} ) {_CELLS} [ RULES ] [ UPDATE|UPSERT ] [ ALL ]"
    " [ AUTOMATIC|SEQUENTIAL ORDER ] [ ITERATE () ] [ UNTIL () ] ()"
)
_MODELS = {
    f"[ MAIN name ] {_MODEL_END}": "(SELECT {1}, {2} FROM {0}) model_",
    f"[ MAIN name ] PARTITION BY ( {{ rest }} ) {_MODEL_END}": "(SELECT {1}, {2}, {3} FROM {0}) model_",
    # What the rules look up decides about values that nobody follows.
    f"{_MODEL_REFERENCE} [ MAIN name ] {_MODEL_END}": (
        "(SELECT {2}, {3} FROM {0}) model_ LEFT SEMI JOIN {1} reference_ ON 1 = 1"
    ),
    f"{_MODEL_REFERENCE} [ MAIN name ] PARTITION BY ( {{ rest }} ) {_MODEL_END}": (
        "(SELECT {2}, {3}, {4} FROM {0}) model_ LEFT SEMI JOIN {1} reference_ ON 1 = 1"
    ),
}

REFUSED = (
    # T-SQL: hints, where rows are stored, and operators that the grammar lacks.
    Rewrite(TSQL, "INSERT [ INTO ] name < WITH ()"),
    Rewrite(TSQL, "FOR JSON|XML any [ () ] [ , any [ () ] ]*"),
    Rewrite(TSQL, "ABSENT|NULL ON NULL > )"),
    Rewrite(TSQL, "TOP () < [ PERCENT ] [ WITH TIES ]"),
    Rewrite(TSQL, "INTO name < ON name > FROM"),
    Rewrite(TSQL, "beginning WITH XMLNAMESPACES () ,", "WITH"),
    Rewrite(TSQL, "beginning WITH XMLNAMESPACES ()"),
    Rewrite(TSQL, "! > \\<|>"),
    Rewrite(TSQL, "WHERE|AND|( < MATCH ()", "1 = 1"),
    Rewrite(TSQL, "CHANGETABLE ( CHANGES|VERSION { name } rest )", "{0}"),
    *(
        Rewrite(TSQL, f"SELECT|SET|, {{ name }} < {sign}", f"= {{0}} {operator}")
        for sign, operator in (
            ("+=", "+"),
            ("-=", "-"),
            ("* =", "*"),
            ("/ =", "/"),
            ("% =", "%"),
            ("& =", "+"),
            ("| =", "+"),
            ("^ =", "+"),
        )
    ),
    # Oracle: rows that a query computes, those that fail and go to a log, and how many of the others are told.
    *(Rewrite(ORACLE, f"FROM < {{ {_MODEL_BEGIN} {model}", query) for model, query in _MODELS.items()),
    Rewrite(ORACLE, "LOG ERRORS [ INTO name ] [ () ] [ REJECT LIMIT any ]"),
    Rewrite(ORACLE, "FETCH < APPROX|APPROXIMATE|EXACT > FIRST|NEXT"),
    Rewrite(ORACLE, "PIVOT < XML"),
    Rewrite(ORACLE, "LIKE2|LIKE4|LIKEC > any", "LIKE"),
    Rewrite(ORACLE, "PARTITION|SUBPARTITION FOR ()"),
    Rewrite(ORACLE | MYSQL, "name < PARTITION|SUBPARTITION names"),
    # Data densification: rows that are missing in a partition are added.
    Rewrite(ORACLE, "PARTITION BY () > [ LEFT|RIGHT|FULL ] [ OUTER ] JOIN|ON"),
    Rewrite(ORACLE, "PARTITION BY () > name ON"),
    # The rows that a clause of MERGE concerns, and those that it deletes, also after it updated them.
    Rewrite(
        _ORACLE_MERGE,
        "MATCHED < THEN UPDATE SET { assignments } WHERE { condition }",
        "AND ({1}) THEN UPDATE SET {0}",
    ),
    Rewrite(
        _ORACLE_MERGE,
        "MATCHED < THEN INSERT { [ names ] VALUES () } WHERE { condition }",
        "AND ({1}) THEN INSERT {0}",
    ),
    Rewrite(_ORACLE_MERGE, "MATCHED < THEN DELETE WHERE { condition }", "AND ({0}) THEN DELETE"),
    Rewrite(_ORACLE_MERGE, "DELETE WHERE { condition }", "WHEN MATCHED AND ({0}) THEN DELETE"),
    Rewrite(ORACLE, "BULK COLLECT INTO name [ , name ]*"),
    Rewrite(ORACLE, "INTO variable , variable [ , variable ]*"),
)
"""In the order in which they are tried."""
