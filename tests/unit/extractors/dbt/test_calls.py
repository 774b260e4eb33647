"""Calls of dbt in shell text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineage_kit.extractors.dbt.calls import DbtCall, find_calls, find_calls_elsewhere

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dbt run", ["run"]),
        ("/venv/bin/dbt --log-format json build --select tag:run", ["build"]),
        ("poetry run dbt test", ["test"]),
        ("uv run --with dbt-duckdb dbt seed", ["seed"]),
        ("python -m dbt.cli.main snapshot", ["snapshot"]),
        ("python3.12 -m dbt run", ["run"]),
        ("env DBT_TARGET=dev dbt run", ["run"]),
        ("conda run -n dbt dbt run", ["run"]),
        ("time dbt run", ["run"]),
        ("dbt-ol run", ["run"]),
        ("dbt deps && dbt seed && dbt run --select dbt; dbt docs generate", ["deps", "seed", "run", "docs"]),
        ("echo dbt run", []),
        ("pip install dbt", []),
        ("dbt", []),
        ("dbt --version", []),
        ("dbt 'run", []),
    ],
)
def test_commands(text: str, expected: list[str]) -> None:
    """Programs that start dbt are seen through; texts that name it are not calls."""
    assert [call.command for call in find_calls(text, "/work", {})] == expected


def only(text: str, folder: str | None = "/work", **variables: str) -> DbtCall:
    """Return the one call in a text."""
    (call,) = find_calls(text, folder, variables)
    return call


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("dbt run --target-path t", {}, "/work/t"),
        ("dbt run --target-path=/t", {}, "/t"),
        ("dbt --target-path a run --target-path b", {}, "/work/b"),
        ("dbt run", {"DBT_TARGET_PATH": "/t"}, "/t"),
        ("dbt run", {"DBT_ENGINE_TARGET_PATH": "/e", "DBT_TARGET_PATH": "/t"}, "/e"),
        ("DBT_TARGET_PATH=/own dbt run", {"DBT_TARGET_PATH": "/t"}, "/own"),
        ("dbt run --target-path $NOBODY_KNOWS", {}, None),
        ("dbt run", {}, None),
        ("dbt run --target-path", {}, None),
    ],
)
def test_paths(text: str, variables: dict[str, str], expected: str | None) -> None:
    """An argument counts more than a variable, the last one more than those before."""
    assert only(text, **variables).path_option("TARGET_PATH") == expected


def test_short_option() -> None:
    """The target has a short name too."""
    assert only("dbt run -t prod").option("TARGET") == "prod"


def test_project(tmp_path: Path) -> None:
    """The project is the one given, or the nearest upwards that there is."""
    (tmp_path / "dbt_project.yml").touch()
    (tmp_path / "models" / "a").mkdir(parents=True)

    assert only(f"cd {tmp_path}/models/a && dbt run").project == str(tmp_path)
    assert only("dbt run --project-dir shop").project == "/work/shop"
    assert only("dbt run", folder="/nowhere").project == "/nowhere"
    assert only("dbt run", folder=None).project is None


@pytest.mark.parametrize(
    ("text", "recorded", "same"),
    [
        ("dbt run --select a", "run --select a", True),
        ("dbt run --select a", "run --select b", False),
        ("dbt run --vars '{a: 1}'", "run --vars {a: 1}", True),
        ("dbt run --select $NOBODY_KNOWS", "run --select b", True),
        ("dbt run --select $NOBODY_KNOWS", "run", False),
        ("dbt run $OPTIONS --select a", "run --select a", True),
        ("dbt run $OPTIONS --select a", "run --full-refresh --select a", True),
        ("dbt run $OPTIONS --select a", "run --full-refresh --select b", False),
        ("dbt run --select a $OPTIONS", "run --select ab", False),
        ("dbt run --select a $OPTIONS --target $T --threads 2", "run --select a --target dev --threads 2", True),
        ("dbt run --select a $OPTIONS --target $T --threads 2", "run --select b --target dev --threads 2", False),
        ("dbt run --select=$NOBODY_KNOWS", "run --select=b", True),
        ("dbt run --select=$NOBODY_KNOWS", "run --exclude=b", False),
        ("dbt-ol run", "--write-json run", True),
        ("dbt-ol run --select a", "--write-json run --select a", True),
        ("dbt-ol run --select a --consume-structured-logs", "run --select a --log-path logs --write-json", True),
        ("dbt-ol run --select a", "--write-json run --select b", False),
    ],
)
def test_record(text: str, recorded: str, *, same: bool) -> None:
    """The record that dbt keeps of the words tells calls apart, as far as the words are known."""
    assert only(text).is_invocation(recorded) is same


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dbt run", True),
        ("dbt run $OPTIONS", False),
        ("dbt run --select a $OPTIONS", True),
        ("dbt-ol run", False),
        ("dbt-ol run --select a", True),
    ],
)
def test_words_that_tell_calls_apart(text: str, *, expected: bool) -> None:
    """A command of which nothing else is known may be any call of that command."""
    assert only(text).tells_itself_apart is expected


@pytest.mark.parametrize("command", ["cd /srv && dbt run --project-dir /srv", ["dbt", "run"], ["sh", "-c", "dbt run"]])
def test_elsewhere(command: str | list[str]) -> None:
    """Paths of another machine mean nothing here."""
    (call,) = find_calls_elsewhere(command, {"DBT_TARGET_PATH": "/t"})

    assert (call.command, call.project, call.path_option("TARGET_PATH")) == ("run", None, None)


@pytest.mark.parametrize("command", [None, "", [], 7 * ["x"]])
def test_nothing_elsewhere(command: str | list[str] | None) -> None:
    """A container may run what its image says."""
    assert find_calls_elsewhere(command, {}) == []


def test_secrets_are_not_shown() -> None:
    """What stands in an environment, or comes into an argument from there, is not in the text form of a call."""
    (call,) = find_calls('dbt run --vars "{key: $KEY}"', "/work", {"KEY": "pass-word", "TOKEN": "pass-word"})

    assert "pass-word" in call.arguments[-1]
    assert "pass-word" not in repr(call)
