"""The variables that let the program of a task join its run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from lineage_kit import compat
from lineage_kit.extractors.contract.environment import Offer, openlineage_variables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PARENT = ("prod", "dag.task", "0191f0a8-0000-7000-8000-000000000001")
ROOT = ("prod", "dag", "0191f0a8-0000-7000-8000-000000000002")


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """Give a function that returns the variables for a run with some ancestors."""

    def make(parent: tuple[str, ...] = PARENT, root: tuple[str, ...] = ROOT) -> dict[str, str]:
        monkeypatch.setattr(compat, "ancestors", lambda _: (parent, root))
        return openlineage_variables(None)

    return make


def test_ancestors(variables: Callable[..., dict[str, str]]) -> None:
    """Parent and root are told in the forms that OpenLineage's clients read."""
    assert variables() == {
        "OPENLINEAGE_CONTEXT": json.dumps({
            "parent": {
                "run": {"runId": PARENT[2]},
                "job": {"namespace": "prod", "name": "dag.task"},
                "root": {"run": {"runId": ROOT[2]}, "job": {"namespace": "prod", "name": "dag"}},
            }
        }),
        "OPENLINEAGE_NAMESPACE": "prod",
        "OPENLINEAGE_PARENT_ID": f"prod/dag.task/{PARENT[2]}",
        "OPENLINEAGE_ROOT_PARENT_ID": f"prod/dag/{ROOT[2]}",
    }  # fmt: skip


def test_what_dbt_reads(variables: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenLineage's own reader for dbt understands both forms alike."""
    from openlineage.common.provider.dbt import utils

    for names in ({"OPENLINEAGE_CONTEXT"}, {"OPENLINEAGE_PARENT_ID", "OPENLINEAGE_ROOT_PARENT_ID"}):
        if names == {"OPENLINEAGE_CONTEXT"} and not hasattr(utils, "get_parent_run_metadata_from_context"):
            continue
        if not hasattr(utils, "get_parent_run_metadata"):
            pytest.skip("this release of OpenLineage has no reader of its own")
        with monkeypatch.context() as patch:
            for name, value in variables().items():
                if name in names:
                    patch.setenv(name, value)
            found = utils.get_parent_run_metadata()
        assert (found.job_namespace, found.job_name, found.run_id) == PARENT
        assert (found.root_parent_job_namespace, found.root_parent_job_name, found.root_parent_run_id) == ROOT


def test_slashes(variables: Callable[..., dict[str, str]]) -> None:
    """A namespace with slashes cannot be told in the older form, which is split there."""
    found = variables(("https://airflow", *PARENT[1:]), ("https://airflow", *ROOT[1:]))

    assert set(found) == {"OPENLINEAGE_CONTEXT", "OPENLINEAGE_NAMESPACE"}


@pytest.mark.parametrize(
    ("transport", "backend"),
    [
        (
            {"type": "http", "url": "https://me:secret@host", "auth": {"type": "api_key", "apiKey": "secret"}},
            {"OPENLINEAGE_URL": "https://host"},
        ),
        (
            {"type": "async_http", "url": "http://lineage:5000", "endpoint": "api/v2"},
            {"OPENLINEAGE_URL": "http://lineage:5000", "OPENLINEAGE_ENDPOINT": "api/v2"},
        ),
        (
            {"type": "composite", "transports": {"a": {"type": "http", "url": "http://one"}, "b": {"type": "console"}}},
            {"OPENLINEAGE_URL": "http://one"},
        ),
        (
            {"type": "composite", "transports": [{"type": "http", "url": "http://one"}, {"type": "http", "url": "http://two"}]},
            {},
        ),
        (
            {"type": "http", "url": "https://host:5000/a?key=secret#secret", "endpoint": "api/v1?code=secret"},
            {"OPENLINEAGE_URL": "https://host:5000/a", "OPENLINEAGE_ENDPOINT": "api/v1"},
        ),
        ({"type": "file", "log_file_path": "events.jsonl"}, {}),
        ({"type": "http"}, {}),
    ],
)  # fmt: skip
def test_backend(
    variables: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch, transport: Any, backend: dict[str, str]
) -> None:
    """The address of the one HTTP backend is told, without any credentials."""
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__TRANSPORT", json.dumps(transport))

    found = variables()

    assert {
        name: value for name, value in found.items() if name in {"OPENLINEAGE_URL", "OPENLINEAGE_ENDPOINT"}
    } == backend
    assert "secret" not in repr(found)  # fmt: skip


def test_backend_of_a_file(
    variables: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A configuration file comes before the option."""
    path = tmp_path / "openlineage.yml"
    path.write_text("transport:\n  type: http\n  url: http://of-the-file\n")
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__CONFIG_PATH", str(path))
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__TRANSPORT", '{"type": "http", "url": "http://of-the-option"}')

    assert variables()["OPENLINEAGE_URL"] == "http://of-the-file"


def test_backend_of_the_environment(variables: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Airflow's configuration has no transport, OpenLineage's variables are the worker's own."""
    monkeypatch.setenv("OPENLINEAGE_URL", "http://lineage:5000")
    monkeypatch.setenv("OPENLINEAGE_API_KEY", "secret")

    found = variables()

    assert found["OPENLINEAGE_URL"] == "http://lineage:5000"
    assert "OPENLINEAGE_API_KEY" not in found


@pytest.mark.parametrize(
    ("url", "handed_on"),
    [
        ("https://me:secret@host:5000/base", "https://host:5000/base"),
        ("https://me:secret@host?key=secret@secret#secret", "https://host"),
        ("http://[::1]:5000/", "http://[::1]:5000/"),
        ("https://me:secret/secret@host", None),
        ("https://me:secret#secret@host", None),
        ("me:secret@host:5000", None),
        ("http://[secret", None),
    ],
)
def test_secrets_in_the_environment(
    variables: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch, url: str, handed_on: str | None
) -> None:
    """The worker's own address goes to others without its secrets; what is no address stays with the worker."""
    monkeypatch.setenv("OPENLINEAGE_URL", url)
    monkeypatch.setenv("OPENLINEAGE_ENDPOINT", "api/v1/lineage?code=secret")

    found = variables()

    assert found.get("OPENLINEAGE_URL") == handed_on
    assert found.get("OPENLINEAGE_ENDPOINT") == ("api/v1/lineage" if handed_on else None)
    assert "secret" not in repr(found)


OFFERED = {
    "OPENLINEAGE_CONTEXT": "{}",
    "OPENLINEAGE_NAMESPACE": "prod",
    "OPENLINEAGE_PARENT_ID": "a/b/c",
    "OPENLINEAGE_URL": "http://lineage",
}


@pytest.mark.parametrize(
    ("own", "handed_on"),
    [
        ({"PATH"}, {"CONTEXT", "NAMESPACE", "PARENT_ID", "URL"}),
        ({"OPENLINEAGE_NAMESPACE"}, {"CONTEXT", "PARENT_ID", "URL"}),
        ({"OPENLINEAGE_PARENT_ID"}, {"NAMESPACE", "URL"}),
        ({"OPENLINEAGE_ROOT_PARENT_ID"}, {"NAMESPACE", "URL"}),
        ({"OPENLINEAGE_CONFIG"}, {"CONTEXT", "NAMESPACE", "PARENT_ID"}),
        ({"OPENLINEAGE__TRANSPORT__TYPE"}, {"CONTEXT", "NAMESPACE", "PARENT_ID"}),
    ],
)
def test_the_users_own_variables_win(own: set[str], handed_on: set[str]) -> None:
    """Also over what means the same thing: half of ours beside half of theirs would be wrong."""
    expected = {f"OPENLINEAGE_{name}" for name in handed_on}

    assert set(Offer(OFFERED).beside(own)) == expected
    assert set(Offer(OFFERED).beside((), [f"env:\n- name: {name}" for name in own if name != "PATH"])) >= expected


@pytest.mark.parametrize("value", ["http://lineage.sh", "{{ ds }}", "{% raw %}"])
def test_what_airflow_would_render(value: str) -> None:
    """Some operators render their templates again, which must not find a file or a variable in ours."""
    assert Offer({"OPENLINEAGE_URL": value}, (".sh",)).beside(()) == {}
