"""SQL: operators derived from ``BaseSQLOperator``, and SQL that any task ran through a hook."""
