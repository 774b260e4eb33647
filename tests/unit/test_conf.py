"""Reading the options of `[lineage_kit]`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage_kit import conf
from lineage_kit.provider_info import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULTS = {
    "enabled": True,
    "disabled_parts": frozenset(),
    "disabled_operators": frozenset(),
    "time_budget": 5.0,
    "max_event_bytes": 1_000_000,
    "declared": "merge",
    "max_files": 50,
    "dbt_artifacts": None,
    "document_operators": frozenset(),
    "document_file": None,
    "inject_openlineage_env": False,
    "mask_sql_literals": False,
    "snowflake_query_tag": False,
}


@pytest.fixture
def set_option(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give a function that sets an option as users of Airflow do, in the environment."""

    def put(option: str, text: str, section: str = "lineage_kit") -> None:
        monkeypatch.setenv(f"AIRFLOW__{section.upper()}__{option.upper()}", text)

    return put


class Operator:
    """An operator class of a DAG's author."""

    class Inner:
        """One that is defined inside another."""


@pytest.mark.parametrize("option", OPTIONS)
def test_default(option: str) -> None:
    """An option that nobody set has its declared default."""
    assert getattr(conf, option)() == DEFAULTS[option]


@pytest.mark.parametrize("option", OPTIONS)
def test_default_in_an_unknown_section(monkeypatch: pytest.MonkeyPatch, option: str) -> None:
    """It also has it where Airflow knows nothing of the section, as 2.11 and 3.0 while policies are loaded."""
    monkeypatch.setattr(conf, "SECTION", "declared_by_nobody")

    assert getattr(conf, option)() == DEFAULTS[option]


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        ("enabled", "False", False),
        ("enabled", "0", False),
        ("enabled", " off ", False),
        ("enabled", "YES", True),
        ("disabled_parts", "schema;reason", {"schema", "reason"}),
        ("disabled_parts", " sql ; ;", {"sql"}),
        ("disabled_parts", "", set()),
        ("disabled_operators", "BashOperator;a.b.LoadOperator", {"BashOperator", "a.b.LoadOperator"}),
        ("time_budget", "2.5", 2.5),
        ("time_budget", "0", 0.0),
        ("max_event_bytes", "0", 0),
        ("max_event_bytes", "250000", 250_000),
        ("mask_sql_literals", "true", True),
        ("snowflake_query_tag", "True", True),
    ],
)
def test_set_in_the_environment(set_option: Callable[..., None], option: str, text: str, value: object) -> None:
    """A value that is set counts."""
    set_option(option, text)

    assert getattr(conf, option)() == value


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("enabled", "perhaps"),
        ("enabled", ""),
        ("mask_sql_literals", "2"),
        ("time_budget", "5 s"),
        ("time_budget", "-1"),
        ("time_budget", "inf"),
        ("time_budget", "nan"),
        ("max_event_bytes", "1 MB"),
        ("max_event_bytes", "-1"),
        ("max_event_bytes", "1e6"),
    ],
)
def test_unreadable_value(
    set_option: Callable[..., None], caplog: pytest.LogCaptureFixture, option: str, text: str
) -> None:
    """A wrong value counts as the default, and one warning names the option, the value and one that would do."""
    set_option(option, text)

    assert getattr(conf, option)() == DEFAULTS[option]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    message = record.getMessage()
    assert f"[lineage_kit] {option} = {text!r}" in message
    assert "Set it to a value like " in message
    assert repr(OPTIONS[option]["example"] or OPTIONS[option]["default"]) in message


@pytest.mark.parametrize("option", ["enabled", "time_budget", "max_event_bytes", "disabled_parts"])
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0$%")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_no_value_raises(set_option: Callable[..., None], option: str, text: str) -> None:
    """Whatever text is set, reading it gives a value of the option's kind."""
    set_option(option, text)

    assert type(getattr(conf, option)()) is type(DEFAULTS[option])


def test_unknown_part(set_option: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    """A name that is no part is ignored with one warning that lists the parts."""
    set_option("disabled_parts", "schema;colum_lineage")

    assert conf.disabled_parts() == {"schema"}
    (record,) = caplog.records
    assert "colum_lineage" in record.getMessage()
    assert all(part in record.getMessage() for part in conf.PARTS)


def test_parts_are_declared() -> None:
    """The option's description names every part."""
    description = OPTIONS["disabled_parts"]["description"] or ""

    assert all(part in description for part in conf.PARTS)


class TestOperatorDisabled:
    @pytest.mark.parametrize("name", ["Operator", f"{__name__}.Operator"])
    def test_named(self, set_option: Callable[..., None], name: str) -> None:
        """A class is disabled by its name or by its import path."""
        set_option("disabled_operators", f"Another;{name}")

        assert conf.operator_disabled(Operator)

    @pytest.mark.parametrize("name", ["operator", "elsewhere.Operator", "Oper", ""])
    def test_not_named(self, set_option: Callable[..., None], name: str) -> None:
        """Another module's class of the same name, or a part of the name, is another class."""
        set_option("disabled_operators", name)

        assert not conf.operator_disabled(Operator)

    def test_nested(self, set_option: Callable[..., None]) -> None:
        """The import path of a nested class contains the outer one."""
        set_option("disabled_operators", f"{__name__}.Operator.Inner")

        assert conf.operator_disabled(Operator.Inner)

    def test_subclass_is_another_class(self, set_option: Callable[..., None]) -> None:
        """Disabling a class says nothing about those derived from it."""
        set_option("disabled_operators", "Operator")
        derived: type[Any] = type("Derived", (Operator,), {})

        assert not conf.operator_disabled(derived)


class TestTimeBudget:
    @pytest.mark.parametrize(
        ("budget", "timeout", "expected"), [("5", "10", 5.0), ("5", "4", 2.0), ("1", "4", 1.0), ("60", "10", 5.0)]
    )
    def test_half_of_the_timeout(
        self, set_option: Callable[..., None], budget: str, timeout: str, expected: float
    ) -> None:
        """The budget never exceeds half of what the OpenLineage provider grants the whole event."""
        set_option("time_budget", budget)
        set_option("execution_timeout", timeout, section="openlineage")

        assert conf.time_budget() == expected

    def test_unreadable_timeout(self, set_option: Callable[..., None]) -> None:
        """A timeout that is no number counts as the provider's default of 10 seconds."""
        set_option("execution_timeout", "soon", section="openlineage")
        set_option("time_budget", "60")

        assert conf.time_budget() == 5.0
