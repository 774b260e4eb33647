"""SQL: operators derived from ``BaseSQLOperator``, and SQL that any task ran through a hook."""

from __future__ import annotations

from lineage_kit.extractors.enriching import EnrichingExtractor


class SqlExtractor(EnrichingExtractor):
    """The kit's extractor for SQL operators, for those who name extractors in ``[openlineage] extractors``.

    Where the plugin is loaded, which is the normal case, it is not needed: subclasses and decorated operators are
    found without it.
    """

    @classmethod
    def get_operator_classnames(cls) -> list[str]:
        """Return the names of the SQL operators of the common-sql provider."""
        return [
            "SQLExecuteQueryOperator",
            "SQLColumnCheckOperator",
            "SQLTableCheckOperator",
            "SQLCheckOperator",
            "SQLValueCheckOperator",
            "SQLIntervalCheckOperator",
            "SQLThresholdCheckOperator",
            "BranchSQLOperator",
            "_SQLDecoratedOperator",
        ]
