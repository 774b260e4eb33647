"""Every snippet in README and docs is code that runs, or text that parses."""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from operators_page import is_public

from lineage_kit.cli import main
from lineage_kit.extractors.operators import OPERATORS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


class Snippet(NamedTuple):
    """A fenced block of a page."""

    page: str
    language: str
    text: str


def _snippets() -> list[Snippet]:
    fence = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
    return [
        Snippet(page.name, language, re.sub(f"^{indent}", "", text, flags=re.MULTILINE))
        for page in PAGES
        for indent, language, text in fence.findall(page.read_text())
    ]


SNIPPETS = _snippets()


EXAMPLES = re.findall(
    r"^```sql\n-- (\w+)\n(.*?)^```\n\n```text\n(.*?)^```$",
    (ROOT / "docs" / "sql.md").read_text(),
    re.MULTILINE | re.DOTALL,
)


def of(*languages: str) -> pytest.MarkDecorator:
    """Parametrize a test with the snippets of some languages."""
    found = [snippet for snippet in SNIPPETS if snippet.language in languages]
    return pytest.mark.parametrize("snippet", found, ids=[f"{each.page}-{number}" for number, each in enumerate(found)])


def test_every_language_is_checked() -> None:
    """A snippet in a language that no test knows would go unchecked; `text` is output or a line of requirements."""
    assert {snippet.language for snippet in SNIPPETS} <= {"python", "json", "ini", "sql", "shell", "text"}


@of("python")
def test_python_runs(snippet: Snippet) -> None:
    """Python snippets run as they stand."""
    exec(compile(snippet.text, snippet.page, "exec"), {})  # noqa: S102 - the documentation's own code


@of("json")
def test_json_parses(snippet: Snippet) -> None:
    """JSON snippets are JSON."""
    assert json.loads(snippet.text)


@of("ini")
def test_configuration_parses(snippet: Snippet) -> None:
    """Configuration is what Airflow reads, and options of lineage-kit exist."""
    from lineage_kit.provider_info import OPTIONS

    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(snippet.text)
    if parser.has_section("lineage_kit"):
        assert set(parser["lineage_kit"]) <= set(OPTIONS)
    if parser.has_option("openlineage", "transport"):
        assert json.loads(parser["openlineage"]["transport"])["type"]


@of("sql")
def test_sql_is_understood(snippet: Snippet) -> None:
    """SQL snippets, without what stands for more columns, are understood; a comment may name their dialect."""
    from lineage_kit.sql import analyze

    named = re.match(r"-- (\w+)\n", snippet.text)
    lineage = analyze(snippet.text.replace(", ...", ""), dialect=named[1] if named else "sqlite")

    assert lineage.problems == ()
    assert lineage.outputs


@pytest.mark.parametrize(("dialect", "sql", "tree"), EXAMPLES, ids=[sql.split()[0] for _, sql, _ in EXAMPLES])
def test_lineage_of_examples(dialect: str, sql: str, tree: str) -> None:
    """The page about SQL shows what the command prints, but for the totals."""
    from lineage_kit.sql import analyze
    from lineage_kit.sql.render import as_tree

    assert as_tree(analyze(sql, dialect)).partition("in all:")[0] == tree


def test_every_example_has_its_lineage() -> None:
    """SQL that is not followed by its lineage would go unchecked."""
    assert len(EXAMPLES) == len(
        [snippet for snippet in SNIPPETS if (snippet.page, snippet.language) == ("sql.md", "sql")]
    )


@of("shell")
def test_commands_exist(snippet: Snippet, capsys: pytest.CaptureFixture[str]) -> None:
    """Commands are targets of the Makefile or commands of the kit."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    for line in snippet.text.splitlines():
        program, *arguments = line.split()
        if program == "make":
            assert set(arguments) <= targets
        else:
            assert program == "lineage-kit"
            with pytest.raises(SystemExit) as exit_info:
                main([*arguments, "--help"])
            assert exit_info.value.code == 0
    capsys.readouterr()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Links to files of the checkout lead to files."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_reasons_are_documented() -> None:
    """Every reason that an event can give is named in the page about it."""
    from lineage_kit.facets.no_datasets import Reason

    page = (ROOT / "docs" / "lineage.md").read_text()

    assert [reason.value for reason in Reason if f"`{reason.value}`" not in page] == []


def test_every_operator_of_the_kit_is_on_its_page() -> None:
    """The table of operators, written by `tools/operators_page.py`, names each that can be instantiated."""
    page = (ROOT / "docs" / "operators.md").read_text()
    names = {path.rpartition(".")[2] for path in OPERATORS}

    assert {name for name in names if is_public(name) and f"`{name}`" not in page} == set()
