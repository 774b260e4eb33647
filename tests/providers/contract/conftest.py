"""What tests of lineage documents and of injected variables share."""

import pytest
from support.aws import aws
from support.documents import run_task
from support.ssh_commands import ssh_server

from lineage_kit import compat

__all__ = ["aws", "run_task", "ssh_server"]

#: The operators of these tests that have their documents from elsewhere.
_OPERATORS = (
    "DockerOperator;EcsRunTaskOperator;HttpOperator;KubernetesPodOperator;LambdaInvokeFunctionOperator;SSHOperator"
)
PARENT = ("prod", "dag.t", "0191f0a8-0000-7000-8000-000000000001")
ROOT = ("prod", "dag", "0191f0a8-0000-7000-8000-000000000002")


@pytest.fixture
def document_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name the operators whose XCom is looked at, as those must whose documents are made out of Airflow's sight."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DOCUMENT_OPERATORS", _OPERATORS)


@pytest.fixture
def parent_id(monkeypatch: pytest.MonkeyPatch) -> str:
    """Switch the injection of variables on, and give the id of the parent run."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__INJECT_OPENLINEAGE_ENV", "True")
    monkeypatch.setattr(compat, "ancestors", lambda _: (PARENT, ROOT))
    return "/".join(PARENT)
