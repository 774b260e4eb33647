"""Files of the worker that a statement reads or writes through the client: named beside the SQL, not in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lineage_kit.extractors.temporary import is_temporary_file

if TYPE_CHECKING:
    from lineage_kit.extractors.reports import QueryReport

#: ``COPY`` of PostgreSQL through the client, and the statements of MySQL whose file is a parameter.
_STREAM = re.compile(
    r"(\A\s*copy\b.*\bfrom\s+)stdin\b|(\A\s*copy\b.*\bto\s+)stdout\b|(\b(?:infile|outfile)\s+)%s",
    re.IGNORECASE | re.DOTALL,
)


def with_client_file(report: QueryReport) -> str:
    """Return the text of a report with the file in it; as it is where none is known, or a temporary one.

    Hooks report the file as the only parameter (``copy_expert``, ``bulk_load``, ``bulk_dump``).
    """
    parameters = report.parameters
    path = parameters[0] if isinstance(parameters, (list, tuple)) and len(parameters) == 1 else None
    if not isinstance(path, str) or not path.startswith("/") or is_temporary_file(path):
        return report.sql
    quoted = "'" + path.replace("'", "''") + "'"
    return _STREAM.sub(lambda found: f"{found[1] or found[2] or found[3]}{quoted}", report.sql, count=1)
