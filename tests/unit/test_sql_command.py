"""`lineage-kit sql`."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from lineage_kit.cli import main
from lineage_kit.sql import Change, ColumnLineage, Location, Problem, SqlLineage, StatementLineage, TableName, analyze

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """\
-- the report of the day
CREATE TEMP TABLE recent AS SELECT o.id, o.day, i.price FROM orders o JOIN items i ON i.id = o.item WHERE o.paid;
INSERT INTO mart.daily (day, total, client)
SELECT day, sum(price), md5(id::text) FROM recent GROUP BY day;
SELECT total FROM mart.daily;
"""

TREE = """\
1 CREATE_TABLE_AS (line 2)
├─ reads orders
└─ reads items
2 INSERT (line 3)
├─ reads orders
├─ reads items
└─ writes mart.daily
   ├─ day    <- orders.day  IDENTITY
   ├─ total  <- items.price AGGREGATION
   ├─ client <- orders.id   TRANSFORMATION, masked
   ├─ (rows) <- items.id    JOIN
   ├─ (rows) <- orders.item JOIN
   ├─ (rows) <- orders.paid FILTER
   └─ (rows) <- orders.day  GROUP_BY
3 SELECT (line 5)
├─ reads mart.daily
└─ returns
   └─ total <- mart.daily.total IDENTITY
in all: 3 statements, 3 inputs, 1 output, 8 column pairs, 0 problems
├─ reads orders
├─ reads items
├─ reads mart.daily
└─ writes mart.daily
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Write the script of these tests to a file."""
    path = tmp_path / "daily.sql"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


class TestTree:
    """What a person sees."""

    def test_script(self, script: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Each statement with its tables and columns, then the script as a whole."""
        assert main(["sql", str(script), "--dialect", "postgres"]) == 0

        printed = capsys.readouterr()
        assert printed.out == TREE
        assert printed.err == ""

    def test_defaults_and_known_columns(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The options say what the SQL leaves open."""
        sql, known = tmp_path / "all.sql", tmp_path / "columns.json"
        sql.write_text("INSERT INTO copy SELECT * FROM orders")
        known.write_text('{"dwh.core.orders": ["id", "day"]}')

        options = ["--dialect", "snowflake", "--database", "dwh", "--schema", "core", "--columns", str(known)]
        main(["sql", str(sql), *options])

        assert capsys.readouterr().out == (
            "1 INSERT (line 1)\n"
            "├─ reads dwh.core.orders\n"
            "└─ writes dwh.core.copy\n"
            "   ├─ id  <- dwh.core.orders.id  IDENTITY\n"
            "   └─ day <- dwh.core.orders.day IDENTITY\n"
            "in all: 1 statement, 1 input, 1 output, 2 column pairs, 0 problems\n"
            "├─ reads dwh.core.orders\n"
            "└─ writes dwh.core.copy\n"
        )

    def test_stored_names(self, script: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Names can be spelled for a comparison with the catalogue."""
        main(["sql", str(script), "--dialect", "snowflake", "--stored-names"])

        assert "writes MART.DAILY\n   ├─ DAY    <- ORDERS.DAY  IDENTITY" in capsys.readouterr().out

    def test_source_that_nothing_tells(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A question mark stands for the table that a column may belong to."""
        path = tmp_path / "open.sql"
        path.write_text("SELECT a FROM s CROSS JOIN r")

        main(["sql", str(path)])

        assert "└─ a <- ?.a IDENTITY\n" in capsys.readouterr().out

    def test_nothing(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """An empty file has no lineage, which is no mistake."""
        path = tmp_path / "empty.sql"
        path.write_text("-- nothing\n")

        assert main(["sql", str(path)]) == 0
        assert capsys.readouterr().out == "in all: 0 statements, 0 inputs, 0 outputs, 0 column pairs, 0 problems\n"


class TestJson:
    """What a program reads."""

    def test_all_fields(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The fields are those of the result types."""
        path = tmp_path / "load.sql"
        path.write_text("SELECT a AS b FROM 's3://bucket/key.parquet'")

        main(["sql", str(path), "--dialect", "duckdb", "--json"])

        location = {"uri": "s3://bucket/key.parquet"}
        column = {
            "source": location,
            "source_column": "a",
            "target": None,
            "target_column": "b",
            "type": "DIRECT",
            "subtype": "IDENTITY",
            "masking": False,
        }
        statement = {"inputs": [location], "outputs": [], "columns": [column]}
        assert json.loads(capsys.readouterr().out) == {
            **statement,
            "statements": [
                {**statement, "kind": "SELECT", "position": 0, "line": 1, "exact": True, "text": 0, "changes": []}
            ],
            "problems": [],
        }

    def test_nothing_is_lost(self, script: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """From the JSON comes the lineage that the engine gives, problems included."""
        script.write_text(SCRIPT + "FROBNICATE ((( x;\nCOPY t FROM 's3://bucket/key'", encoding="utf-8")
        main(["sql", str(script), "--dialect", "redshift", "--json"])

        found = json.loads(capsys.readouterr().out)

        assert _lineage(found) == analyze(script.read_text(encoding="utf-8"), "redshift")

    def test_names_beyond_ascii(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """They stay readable."""
        path = tmp_path / "names.sql"
        path.write_text("SELECT größe FROM мода", encoding="utf-8")

        main(["sql", str(path), "--json"])

        assert '"name": "мода"' in capsys.readouterr().out


class TestInput:
    """Where the SQL comes from."""

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_standard_input(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], encoding: str
    ) -> None:
        """A hyphen reads it; the marks that editors on Windows put first tell the encoding."""
        stdin = io.TextIOWrapper(io.BytesIO("SELECT größe FROM s".encode(encoding)), encoding="ascii")
        monkeypatch.setattr(sys, "stdin", stdin)

        assert main(["sql", "-"]) == 0
        assert "└─ größe <- s.größe IDENTITY\n" in capsys.readouterr().out

    def test_missing_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """It is one line, and exit code 1."""
        path = tmp_path / "missing.sql"

        assert main(["sql", str(path)]) == 1
        assert capsys.readouterr() == ("", f"lineage-kit sql: {path} cannot be read: No such file or directory\n")

    def test_folder(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """It is no file."""
        assert main(["sql", str(tmp_path)]) == 1
        assert capsys.readouterr().err == f"lineage-kit sql: {tmp_path} cannot be read: Is a directory\n"

    def test_other_encoding(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The line that cannot be decoded is named."""
        path = tmp_path / "latin.sql"
        path.write_bytes("SELECT a\nFROM größe".encode("latin-1"))

        assert main(["sql", str(path)]) == 1
        assert capsys.readouterr().err == f"lineage-kit sql: {path} is not text in UTF-8, see line 2\n"

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("{", "is not JSON, see line 1: "),
            ('["a"]', "does not say columns the way that is expected: "),
            ('{"t": "a"}', "does not say columns the way that is expected: "),
            ('{"t": [1]}', "does not say columns the way that is expected: "),
        ],
    )
    def test_known_columns_of_another_form(
        self, script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, message: str
    ) -> None:
        """The file with known columns is looked at before the SQL."""
        path = tmp_path / "columns.json"
        path.write_text(content)

        assert main(["sql", str(script), "--columns", str(path)]) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith(f"lineage-kit sql: {path} {message}")


class TestProblems:
    """What was not understood."""

    def test_on_stderr(self, script: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """File, line and reason; the rest is told, and the exit code is 0."""
        script.write_text(SCRIPT + "FROBNICATE ((( x", encoding="utf-8")

        assert main(["sql", str(script), "--dialect", "postgres"]) == 0

        printed = capsys.readouterr()
        assert printed.out.startswith(TREE.partition("in all")[0])
        assert printed.err.startswith(f"lineage-kit sql: {script}:6: ")
        assert printed.err.count("\n") == 1

    def test_unknown_dialect(self, script: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A slip of the pen is told, with the names that there are; generic SQL is read."""
        assert main(["sql", str(script), "--dialect", "postgrse"]) == 0

        printed = capsys.readouterr()
        assert printed.out.startswith("1 CREATE_TABLE_AS")
        assert printed.err.startswith("lineage-kit sql: dialect postgrse is not known")
        assert "postgres, postgresql, " in printed.err

    @pytest.mark.parametrize("dialect", ["postgresql", "MSSQL", "ansi", "snowflake"])
    def test_known_dialects(self, script: Path, capsys: pytest.CaptureFixture[str], dialect: str) -> None:
        """Names of hooks count, in any case."""
        main(["sql", str(script), "--dialect", dialect])

        assert "is not known" not in capsys.readouterr().err


class TestOutput:
    """Where the lineage goes."""

    def test_terminal_without_the_signs(self, script: Path) -> None:
        """What its encoding lacks is replaced."""
        done = _run(script, environment={"PYTHONIOENCODING": "ascii"})

        assert done.returncode == 0
        assert done.stdout.startswith(b"1 CREATE_TABLE_AS (line 2)\n?? reads orders\n")
        assert done.stderr == b""

    def test_reader_that_has_seen_enough(self, tmp_path: Path) -> None:
        """A closed pipe, as that to `head`, ends the command without a word."""
        path = tmp_path / "long.sql"
        path.write_text("SELECT a FROM s;" * 5_000)
        command = [sys.executable, "-m", "lineage_kit", "sql", str(path)]

        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline() == b"1 SELECT (line 1)\n"
            process.stdout.close()
            said = process.stderr.read()

        assert (process.returncode, said) == (0, b"")


def _run(script: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "lineage_kit", "sql", str(script)]
    return subprocess.run(command, env=environment, capture_output=True, check=False)


def _lineage(found: dict[str, Any]) -> SqlLineage:
    """Return the lineage that JSON tells."""
    statements = [
        StatementLineage(**{**entry, **_datasets_and_columns(entry), "changes": _changes(entry["changes"])})
        for entry in found["statements"]
    ]
    problems = tuple(Problem(**entry) for entry in found["problems"])
    return SqlLineage(**_datasets_and_columns(found), statements=tuple(statements), problems=problems)


def _datasets_and_columns(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "inputs": tuple(_dataset(entry) for entry in found["inputs"]),
        "outputs": tuple(_dataset(entry) for entry in found["outputs"]),
        "columns": tuple(
            ColumnLineage(**{**entry, "source": _dataset(entry["source"]), "target": _dataset(entry["target"])})
            for entry in found["columns"]
        ),
    }


def _changes(found: list[dict[str, Any]]) -> tuple[Change, ...]:
    return tuple(Change(each["kind"], _dataset(each["table"]), _dataset(each["other"])) for each in found)


def _dataset(found: dict[str, Any] | None) -> Any:
    if found is None:
        return None
    return Location(**found) if "uri" in found else TableName(**found)
