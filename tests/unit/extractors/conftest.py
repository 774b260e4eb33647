"""What tests of extractors share."""

from support.extraction import (  # fixtures, found by their names
    collect,
    extract,
    fresh_process_state,
    in_dag,
    manager,
    official,
    warehouse,
)

__all__ = ["collect", "extract", "fresh_process_state", "in_dag", "manager", "official", "warehouse"]
