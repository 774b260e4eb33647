"""The package as others use it: what is exported, what importing it costs, what its results promise."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from typing import Any

import pytest

import lineage_kit.sql
from lineage_kit.sql import ColumnLineage, Location, TableName, analyze


def test_all_is_complete() -> None:
    """Every public name is exported, and nothing else."""
    public = {name for name in dir(lineage_kit.sql) if not name.startswith("_")}
    modules = {name for name in public if f"lineage_kit.sql.{name}" in sys.modules}
    assert sorted(public - modules - {"TYPE_CHECKING", "annotations"}) == lineage_kit.sql.__all__


def test_importing_the_package_does_not_import_the_parser() -> None:
    """A task without SQL pays nothing."""
    code = "import sys, lineage_kit.sql; print('sqlglot' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout.strip() == "False"


def test_the_engine_leaves_the_qualifier_alone() -> None:
    """The parser's own name resolution costs import time, and raises where the engine does not."""
    code = (
        "import sys; from lineage_kit.sql import analyze; analyze('SELECT a FROM s', 'postgres');"
        "print('sqlglot.optimizer.qualify' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout.strip() == "False"


def test_results_are_values() -> None:
    """They compare and hash by content, and survive pickling."""
    lineage = analyze("INSERT INTO t SELECT a FROM s", "postgres")
    assert lineage == analyze("INSERT INTO t SELECT a FROM s", "postgres")
    assert len({lineage, analyze("INSERT INTO t SELECT a FROM s", "postgres")}) == 1
    assert pickle.loads(pickle.dumps(lineage)) == lineage  # noqa: S301 - the bytes are our own


@pytest.mark.parametrize(("value", "field"), [(TableName(None, None, "t"), "name"), (Location("s3://b/k"), "uri")])
def test_results_are_immutable(value: Any, field: str) -> None:
    """Nobody can change what others hold."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, "other")


def test_fields_of_an_entry() -> None:
    """The whole of one entry."""
    (entry,) = analyze("INSERT INTO x.t (b) SELECT md5(a) FROM s", "postgres").columns
    assert entry == ColumnLineage(
        source=TableName(None, None, "s"),
        source_column="a",
        target=TableName(None, "x", "t"),
        target_column="b",
        type="DIRECT",
        subtype="TRANSFORMATION",
        masking=True,
    )


def test_a_query_has_no_target() -> None:
    """Its columns have names all the same."""
    (entry,) = analyze("SELECT a AS b FROM s").columns
    assert (entry.target, entry.target_column) == (None, "b")
