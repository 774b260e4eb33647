"""Write docs/operators.md from the operators that are installed here.

Usage: operators_page.py    in an environment with the providers, such as the one of `make test-providers`
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lineage_kit.coverage import OperatorCoverage, installed_operators, render_counts, render_operators
from lineage_kit.extractors.operators import OPERATORS
from lineage_kit.extractors.registry import family_at

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = Path(__file__).resolve().parents[1] / "docs" / "operators.md"
TEXT = """\
# Operators

What operators, transfers and sensors tell about their data: with the OpenLineage provider alone, and with lineage-kit.
Both tables are what `lineage-kit coverage --operators` prints where all these providers are installed; run it to see
yours.
An operator that is not here still has what hooks report, inlets and outlets: see
[How a task's lineage is put together](lineage.md).
Great Expectations' operators cannot be installed beside the newest Airflow: they have
[a page of their own](great-expectations.md).

## How many name datasets

Public classes that can be instantiated, by provider; those of which nobody names any data are in the last line only.
Counted are all that can: containers and remote commands do where they leave a lineage document, calls of dbt where its
files can be read.

{counts}

## What lineage-kit tells

Where the second column says *datasets*, lineage-kit's answer is merged with the operator's own.

{operators}
"""


#: Bases that are not called so; their subclasses are operators.
BASES = frozenset({"BigQueryToSqlBaseOperator", "DatabricksTaskBaseOperator"})


def not_importable(operators: Iterable[OperatorCoverage]) -> list[OperatorCoverage]:
    """Return the operators that the kit knows and that are not among ``operators``: their packages are missing here."""
    found = {operator.path for operator in operators}
    missing = (path for path in OPERATORS if path not in found and is_public(path.rpartition(".")[2]))
    return [
        OperatorCoverage(path, official=False, with_kit=True, kit=family_at(OPERATORS[path]).about) for path in missing
    ]


def is_public(name: str) -> bool:
    """Tell whether a class is an operator for DAGs, not a base of some."""
    return not name.startswith(("_", "Base", "Abstract")) and name not in BASES


def main() -> int:
    """Write the page; return the exit code."""
    operators = installed_operators(sys.stderr.write)
    counts = "\n".join(render_counts(operators))
    known = "\n".join(render_operators(sorted([*operators, *not_importable(operators)])))
    PAGE.write_text(TEXT.format(counts=counts, operators=known), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
