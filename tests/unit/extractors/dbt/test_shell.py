"""Shell text as simple commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_kit.extractors.dbt.shell import UNKNOWN, _State, simple_commands


def commands(text: str, folder: str | None = "/work", **variables: str) -> list[str]:
    """Return the commands as `folder: words`."""
    return [f"{each.folder}: {' '.join(each.words)}" for each in simple_commands(text, folder, variables)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dbt run", ["/work: dbt run"]),
        ("dbt seed && dbt run || true; dbt test | tee log", ["dbt seed", "dbt run", "true", "dbt test", "tee log"]),
        ("dbt seed\ndbt run # now\n# it's over\ndbt test", ["dbt seed", "dbt run", "dbt test"]),
        ("dbt run \\\n  --select a", ["dbt run --select a"]),
        ("dbt run > /dev/null 2>&1", ["dbt run"]),
        ("dbt run 2>&1 | tee log", ["dbt run", "tee log"]),
        ("dbt run --vars '{a: 1}'", ["dbt run --vars {a: 1}"]),
        ("cd a && dbt run; cd ..; dbt test", ["/work/a: dbt run", "/work: dbt test"]),
        ("(cd /b; dbt run); dbt test", ["/b: dbt run", "/work: dbt test"]),
        ("pushd /b && dbt run", ["/b: dbt run"]),
        ("cd ~/c && dbt run", ["/home/ann/c: dbt run"]),
        ("cd && dbt run", ["/home/ann: dbt run"]),
        ("cd $(pwd)/a; dbt run", ["None: dbt run"]),
        ("cd -; dbt run", ["None: dbt run"]),
        ('bash -lc "cd /b && dbt run"; dbt test', ["/b: dbt run", "/work: dbt test"]),
        ("A=1; dbt run $A ${A} ${B:-2}", ["dbt run 1 1 2"]),
        ("export A=1 && A=3 dbt run $A; dbt test $A", ["dbt run 3", "dbt test 1"]),
        ("dbt run --select $NOBODY_KNOWS", [f"dbt run --select {UNKNOWN}"]),
        ("dbt run --select `cat list`", [f"dbt run --select {UNKNOWN}"]),
        ("", []),
    ],
)
def test_commands(text: str, expected: list[str]) -> None:
    """Folders, variables and quotes are followed; what only a shell could know is unknown."""
    told = [each if ": dbt" in each else f"/work: {each}" for each in expected]
    assert commands(text, HOME="/home/ann") == told


def test_relative_folder_without_a_start() -> None:
    """From nowhere, only an absolute path leads somewhere."""
    assert commands("cd a; dbt run; cd /b; dbt test", folder=None) == ["None: dbt run", "/b: dbt test"]


def test_variables_of_a_command() -> None:
    """A command sees what stands before it, and what was exported."""
    (command,) = simple_commands("export A=1; B=2 dbt run", "/", {"C": "3"})

    assert command.environment == {"A": "1", "B": "2", "C": "3"}


def test_quote_without_end() -> None:
    """What no shell would run is refused."""
    with pytest.raises(ValueError, match="quotation"):
        commands("dbt run '")


@given(st.text(alphabet="dbt run$(){}`'\"\\\n;&|<>#=~-ac", max_size=40))
def test_any_text(text: str) -> None:
    """Whatever the text, it ends with commands or with the one error that callers expect."""
    try:
        commands(text)
    except ValueError as error:
        assert str(error) in {"No closing quotation", "No escaped character"}  # noqa: PT017 - any text may raise or not


def test_secrets_are_not_shown() -> None:
    """What stands in an environment, or comes into a word from there, is not in the text form of a command."""
    (command,) = simple_commands("export A=pass-word; curl $KEY", "/work", {"KEY": "pass-word"})

    assert command.words == ("curl", "pass-word")
    assert "pass-word" not in repr(command) + repr(_State("/work", {"KEY": "pass-word"}))
