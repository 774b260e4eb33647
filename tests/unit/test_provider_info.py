"""What Airflow is told about the package."""

from __future__ import annotations

import importlib.metadata
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import validate
from support.fresh_python import in_fresh_python

import lineage_kit
from lineage_kit import conf
from lineage_kit.provider_info import OPTIONS, SECTION, get_provider_info

DISTRIBUTION = "airflow-provider-lineage-kit"
CONFIGURATION_PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
HEAVY = ("airflow", "openlineage", "sqlglot", "sqlparse", "opentelemetry", "sqlalchemy", "attrs", "pluggy")


def entry_points(group: str) -> list[importlib.metadata.EntryPoint]:
    """Return the package's entry points of a group."""
    distribution = importlib.metadata.distribution(DISTRIBUTION)
    return [entry for entry in distribution.entry_points if entry.group == group]


def table_rows(page: str) -> dict[str, set[str]]:
    """Return the other cells of each row of a page's Markdown tables, by the code span in the row's first cell."""
    rows = [[cell.strip(" `\"'()") for cell in line.strip().strip("|").split("|")] for line in page.splitlines()]
    return {row[0]: set(row[1:]) for row in rows if len(row) > 1 and row[0].isidentifier()}


class TestProviderInfo:
    def test_fits_the_schema(self) -> None:
        """Airflow validates the metadata on every command, and a violation stops that command."""
        schema = json.loads(files("airflow").joinpath("provider_info.schema.json").read_text(encoding="utf-8"))

        validate(get_provider_info(), schema)

    def test_names_the_distribution(self) -> None:
        """Airflow compares the name with the installed distribution's canonical one and stops where they differ."""
        installed = importlib.metadata.metadata(DISTRIBUTION)["Name"]

        assert get_provider_info()["package-name"] == re.sub(r"[-_.]+", "-", installed).lower() == DISTRIBUTION

    def test_is_what_the_entry_point_gives(self) -> None:
        """The one entry point of the group, named as all of the package's, leads to the function."""
        (entry,) = entry_points("apache_airflow_provider")

        assert entry.name == "lineage_kit"
        assert entry.load() is get_provider_info

    def test_knows_no_plugin(self) -> None:
        """The plugin is an entry point; named here as well, it would be met twice."""
        assert "plugins" not in get_provider_info()

    def test_names_a_command_function_that_exists(self) -> None:
        """Airflow calls what is named under `cli` for its own command line."""
        commands = get_provider_info()["cli"]
        assert isinstance(commands, list)
        for path in commands:
            module, _, function = path.rpartition(".")
            assert callable(getattr(importlib.import_module(module), function))

    def test_each_answer_is_its_own(self) -> None:
        """Airflow may change what it is given without changing the next answer or the defaults."""
        config = get_provider_info()["config"]
        assert isinstance(config, dict)
        config[SECTION]["options"]["enabled"]["default"] = "changed"

        assert OPTIONS["enabled"]["default"] == "True"


class TestOptions:
    @pytest.mark.parametrize("option", OPTIONS)
    def test_is_complete(self, option: str) -> None:
        """Each option says what Airflow's schema and `airflow config list` want to know."""
        declared = OPTIONS[option]

        assert set(declared) >= {"description", "version_added", "type", "example", "default"}
        assert declared["type"] in {"string", "boolean", "integer", "float"}
        assert declared["description"]
        assert declared["default"] is not None
        assert re.fullmatch(r"\d+\.\d+\.\d+", declared["version_added"] or "")

    @pytest.mark.parametrize("option", OPTIONS)
    def test_has_one_function(self, option: str) -> None:
        """Each option is read by the function of its name, whose docstring names it."""
        function = getattr(conf, option)

        assert f"``[{SECTION}] {option}``" in function.__doc__

    def test_no_function_without_an_option(self) -> None:
        """What `conf` offers is the options and the one question that needs an operator besides."""
        own = {
            name
            for name, value in vars(conf).items()
            if callable(value) and not name.startswith("_") and getattr(value, "__module__", "") == conf.__name__
        }

        assert own == {*OPTIONS, "operator_disabled"}

    @pytest.mark.parametrize("option", OPTIONS)
    def test_is_documented(self, option: str) -> None:
        """The documentation has a row for it that agrees in type and default; an empty default may be a word."""
        cells = table_rows(CONFIGURATION_PAGE.read_text(encoding="utf-8").partition("## Parts")[0])[option]
        default = OPTIONS[option]["default"]

        assert OPTIONS[option]["type"] in cells
        assert cells & ({default} if default else {"", "empty", "none"})

    def test_documentation_invents_none(self) -> None:
        """Whatever the documentation gives one of the options' types is an option."""
        rows = table_rows(CONFIGURATION_PAGE.read_text(encoding="utf-8").partition("## Parts")[0])
        types = {option["type"] for option in OPTIONS.values()}

        assert {name for name, cells in rows.items() if cells & types} == set(OPTIONS)


class TestImports:
    @pytest.mark.parametrize("module", ["lineage_kit", "lineage_kit.provider_info", "lineage_kit.policy"])
    def test_import_nothing_else(self, module: str) -> None:
        """The package itself and what runs inside `import airflow` import no other package."""
        script = f"import {module}\nanswer(loaded{HEAVY!r})"
        # Airflow has loaded it by the time it loads policies.
        own = {"pluggy"} if module == "lineage_kit.policy" else set()

        assert {name.partition(".")[0] for name in in_fresh_python(script)} == own

    def test_version(self) -> None:
        """The distribution has the version of the package."""
        assert importlib.metadata.version(DISTRIBUTION) == lineage_kit.__version__
