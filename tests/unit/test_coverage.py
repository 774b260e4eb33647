"""`lineage-kit coverage`: what is counted, and how it is shown."""

from __future__ import annotations

import pytest

from lineage_kit.cli import main
from lineage_kit.coverage import OperatorCoverage, installed_operators, render_counts, render_operators

OPERATORS = [
    OperatorCoverage(
        "airflow.providers.amazon.aws.transfers.a.SqlToS3Operator", official=False, with_kit=True, kit="``a``:\ntables"
    ),
    OperatorCoverage(
        "airflow.providers.amazon.aws.operators.b.S3CopyObjectOperator", official=True, with_kit=True, kit=""
    ),
    OperatorCoverage("airflow.providers.slack.operators.c.SlackOperator", official=False, with_kit=False, kit=""),
]


def test_counts_by_provider() -> None:
    """A provider of which nobody knows any operator has no line of its own, but counts in all."""
    assert render_counts(OPERATORS)[2:] == ["| amazon | 2 | 1 | 2 |", "| all | 3 | 1 | 2 |"]


def test_operators_that_the_kit_knows() -> None:
    """Operators of one family share a line, in the words of the family."""
    assert render_operators(OPERATORS)[2:] == ["| amazon | `SqlToS3Operator` | none | `a`: tables |"]


@pytest.fixture(scope="module")
def installed() -> dict[str, OperatorCoverage]:
    """Give the operators that are installed here, by class name."""
    return {operator.path.rpartition(".")[2]: operator for operator in installed_operators(lambda _: None)}


@pytest.mark.parametrize(
    ("name", "official", "kit"),
    [
        ("SQLExecuteQueryOperator", True, True),
        ("BashOperator", False, True),
        ("PythonOperator", False, False),
        ("BaseSQLOperator", None, None),
    ],
)
def test_installed_operators(
    installed: dict[str, OperatorCoverage], name: str, official: bool | None, kit: bool | None
) -> None:
    """Public concrete operators are found, with who can name their datasets."""
    operator = installed.get(name)

    assert (operator and operator.official) == official
    assert (operator and bool(operator.kit)) == kit


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints both tables as Markdown."""
    assert main(["coverage", "--operators"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines[0].startswith("| Provider | Operators, transfers and sensors |")
    assert any(line.startswith("| common.sql | ") and "`SQLExecuteQueryOperator`" in line for line in lines)
