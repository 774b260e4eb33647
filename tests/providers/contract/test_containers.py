"""Containers: the real operators, with Docker's client and the cluster replaced by what they answer."""

from __future__ import annotations

import inspect
import io
import json
import pickle
import tarfile
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.utils.pod_manager import PodManager
from airflow.providers.docker.decorators.docker import _DockerDecoratedOperator
from airflow.providers.docker.operators.docker import DockerOperator
from kubernetes.client import V1Container, V1EnvVar, V1Pod, V1PodSpec
from support.documents import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.documents import TaskRun

    RunTask = Callable[..., TaskRun]

OBJECT = {"lineage_kit": DOCUMENT}
LINE = json.dumps(OBJECT)
BOTH = (["in.csv"], ["out.csv"])


class Docker:
    """What the operator uses of Docker's API client; `created` is what a container was made with."""

    def __init__(self, log: bytes = b"", code: int = 0, output: Any = None) -> None:
        self._log, self._code, self._output = log, code, output
        self.created: dict[str, Any] = {}

    def images(self, **_: Any) -> list[str]:
        """Have every image."""
        return ["image"]

    def create_host_config(self, **config: Any) -> dict[str, Any]:
        """Take any configuration."""
        return config

    def create_container(self, **arguments: Any) -> dict[str, str]:
        """Make the one container."""
        self.created = arguments
        return {"Id": "1"}

    def attach(self, **_: Any) -> list[bytes]:
        """Return the lines that the container will have printed."""
        return self._log.splitlines(keepends=True)

    def start(self, _: str) -> None:
        """Start it."""

    def wait(self, _: str) -> dict[str, int]:
        """Return how it ended."""
        return {"StatusCode": self._code}

    def get_archive(self, _: str, path: str) -> tuple[list[bytes], dict[str, Any]]:
        """Return a file of the container, packed."""
        content, packed = pickle.dumps(self._output), io.BytesIO()
        name = path.rpartition("/")[2]
        with tarfile.open(fileobj=packed, mode="w") as archive:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        return [packed.getvalue()], {"name": name, "size": len(content)}


class TestDocker:
    """DockerOperator and `@task.docker`."""

    @pytest.fixture
    def docker(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Docker]:
        """Give a function that puts a Docker in the place of the real one."""

        def put(**answers: Any) -> Docker:
            client = Docker(**answers)
            monkeypatch.setattr(DockerOperator, "cli", client)
            return client

        return put

    @pytest.mark.usefixtures("document_operators")
    @pytest.mark.parametrize("everything", [False, True])
    def test_document(self, run_task: RunTask, docker: Callable[..., Docker], everything: bool) -> None:
        """The last line that the container printed is the document, also where all lines are returned."""
        docker(log=f"working\n{LINE}\n".encode())
        run = run_task(DockerOperator(task_id="t", image="etl", mount_tmp_dir=False, xcom_all=everything))

        assert run.names == BOTH
        assert run.asked == ["return_value"]

    @pytest.mark.parametrize(
        ("arguments", "asked"),
        [
            ({}, []),
            ({"command": ["etl", "--all"]}, []),
            ({"command": ["etl", "--tell=lineage_kit"]}, ["return_value"]),
            ({"entrypoint": "/bin/lineage_kit.sh"}, ["return_value"]),
        ],
    )
    def test_sign(
        self, run_task: RunTask, docker: Callable[..., Docker], arguments: dict[str, Any], asked: list[str]
    ) -> None:
        """A container whose command does not name the document costs no request, whatever it prints."""
        docker(log=LINE.encode())
        run = run_task(DockerOperator(task_id="t", image="etl", mount_tmp_dir=False, **arguments))

        assert (run.asked, run.names) == (asked, BOTH if asked else ([], []))

    @pytest.mark.usefixtures("document_operators")
    def test_retrieved_output(self, run_task: RunTask, docker: Callable[..., Docker]) -> None:
        """A file of the container that the operator fetches is what it returns."""
        docker(output=OBJECT)
        task = DockerOperator(
            task_id="t", image="etl", mount_tmp_dir=False, retrieve_output=True, retrieve_output_path="/out/result"
        )

        assert run_task(task).names == BOTH

    def test_decorated(self, run_task: RunTask, docker: Callable[..., Docker], parent_id: str) -> None:
        """A function in a container returns the document, and sees the variables."""
        client = docker(output=OBJECT)

        def load() -> dict[str, Any]:
            return {"lineage_kit": {}}

        task = _DockerDecoratedOperator(
            task_id="t", image="etl", mount_tmp_dir=False, python_callable=load, op_args=(), op_kwargs={}
        )

        run = run_task(task)

        assert client.created["environment"]["OPENLINEAGE_PARENT_ID"] == parent_id
        if isinstance(run.error, AttributeError):
            pytest.skip(f"this release of Airflow itself fails with what the container has returned: {run.error}")
        assert run.names == BOTH

    @pytest.mark.usefixtures("document_operators")
    @pytest.mark.parametrize(("log", "push"), [(b"done\n", True), (b"", True), (LINE.encode(), False)])
    def test_anything_else(self, run_task: RunTask, docker: Callable[..., Docker], log: bytes, push: bool) -> None:
        """Other output is no mistake, and what is not pushed is not asked for."""
        docker(log=log)
        run = run_task(DockerOperator(task_id="t", image="etl", mount_tmp_dir=False, do_xcom_push=push))

        assert (run.error, run.names, run.omissions) == (None, ([], []), [])
        assert run.asked == (["return_value"] if push else [])

    def test_environment(self, run_task: RunTask, docker: Callable[..., Docker], parent_id: str) -> None:
        """The container sees the variables, except those that the user sets in one way or another."""
        client = docker()
        own = {"MINE": "1"}
        run_task(
            DockerOperator(
                task_id="t",
                image="etl",
                mount_tmp_dir=False,
                environment=own,
                private_environment={"OPENLINEAGE_URL": "http://mine"},
                env_file="OPENLINEAGE_NAMESPACE=mine",
            )
        )

        seen = client.created["environment"]
        assert seen["OPENLINEAGE_PARENT_ID"] == parent_id
        assert (seen["MINE"], seen["OPENLINEAGE_URL"], seen["OPENLINEAGE_NAMESPACE"]) == ("1", "http://mine", "mine")
        assert own == {"MINE": "1"}


class TestKubernetesPod:
    """KubernetesPodOperator, of which `@task.kubernetes` and the operators for EKS and GKE are subclasses."""

    @pytest.fixture
    def cluster(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[V1Pod]]:
        """Give a function that puts a cluster in place, where pods leave some output; it returns the pods made."""
        made: list[V1Pod] = []

        def create(_: Any, pod: V1Pod, **__: Any) -> V1Pod:
            made.append(pod)
            return pod

        def put(output: str, phase: str = "Succeeded") -> list[V1Pod]:
            remote = mock.MagicMock()
            remote.status.phase = phase
            code = 0 if phase == "Succeeded" else 1
            base = SimpleNamespace(name="base", state=SimpleNamespace(terminated=SimpleNamespace(exit_code=code)))
            remote.status.container_statuses = [base]
            answers = {
                "create_pod": create,
                "extract_xcom": lambda *_, **__: output,
                "await_pod_completion": lambda *_, **__: remote,
            }
            for name in ("await_pod_start", "watch_pod_events", "fetch_requested_container_logs",
                         "fetch_requested_init_container_logs", "await_xcom_sidecar_container_start",
                         "read_pod_events", "delete_pod"):  # fmt: skip
                # Which of them are coroutines differs from release to release.
                asynchronous = inspect.iscoroutinefunction(getattr(PodManager, name, None))
                answers[name] = mock.AsyncMock() if asynchronous else mock.MagicMock()
            for name, answer in answers.items():
                if hasattr(PodManager, name):
                    monkeypatch.setattr(PodManager, name, answer)
            # Outside of a cluster, with a connection that says nothing.
            monkeypatch.setattr(
                KubernetesPodOperator,
                "hook",
                mock.MagicMock(
                    is_in_cluster=False,
                    get_xcom_sidecar_container_image=lambda: None,
                    get_xcom_sidecar_container_resources=lambda: None,
                    get_xcom_sidecar_container_security_context=lambda: None,
                ),
            )
            monkeypatch.setattr(KubernetesPodOperator, "client", mock.MagicMock())
            monkeypatch.setattr(KubernetesPodOperator, "find_pod", lambda *_, **__: remote if made else None)
            return made

        return put

    def pod(self, **arguments: Any) -> KubernetesPodOperator:
        """Return a task that runs a pod."""
        settings = {"do_xcom_push": True, "name": "etl", "image": "etl"}
        return KubernetesPodOperator(task_id="t", namespace="default", **{**settings, **arguments})

    @pytest.mark.usefixtures("document_operators")
    def test_document(self, run_task: RunTask, cluster: Callable[..., Any]) -> None:
        """What the pod left for XCom is the document."""
        cluster(LINE)
        run = run_task(self.pod())

        assert run.error is None
        assert run.names == BOTH

    @pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
    @pytest.mark.parametrize(
        ("arguments", "asked"),
        [
            ({}, []),
            ({"cmds": ["etl", "--tell=lineage_kit"]}, ["return_value"]),
            ({"arguments": ["--tell=lineage_kit"]}, ["return_value"]),
        ],
    )
    def test_sign(
        self, run_task: RunTask, cluster: Callable[..., Any], phase: str, arguments: dict[str, Any], asked: list[str]
    ) -> None:
        """A pod whose command does not name the document costs no request, however it ended."""
        cluster(LINE, phase)
        run = run_task(self.pod(**arguments))

        assert run.asked == asked
        assert run.names == (BOTH if asked and "return_value" in run.xcoms else ([], []))

    @pytest.mark.usefixtures("document_operators")
    def test_failure(self, run_task: RunTask, cluster: Callable[..., Any]) -> None:
        """The operator pushes what a pod left before it failed."""
        cluster(LINE, "Failed")
        run = run_task(self.pod())

        assert run.error is not None
        if "return_value" not in run.xcoms:
            pytest.skip("this release of the operator pushes nothing where the pod has failed")
        assert run.names == BOTH

    @pytest.mark.usefixtures("document_operators")
    def test_no_push(self, run_task: RunTask, cluster: Callable[..., Any]) -> None:
        """By default nothing is pushed, and nothing is asked for."""
        cluster(LINE)
        run = run_task(self.pod(do_xcom_push=False))

        assert (run.names, run.asked) == (([], []), [])

    @pytest.mark.parametrize("own", [{"MINE": "1"}, [V1EnvVar(name="MINE", value="1")]])
    def test_environment(
        self, run_task: RunTask, cluster: Callable[..., list[V1Pod]], parent_id: str, own: Any
    ) -> None:
        """The pod sees the variables beside its own."""
        pods = cluster("null")
        run_task(self.pod(env_vars=own))

        (container,) = [each for each in pods[0].spec.containers if each.name == "base"]
        seen = {each.name: each.value for each in container.env}
        assert (seen["OPENLINEAGE_PARENT_ID"], seen["MINE"]) == (parent_id, "1")
        assert len(own) == 1

    def test_variables_of_templates(
        self, run_task: RunTask, cluster: Callable[..., list[V1Pod]], parent_id: str, tmp_path: Path
    ) -> None:
        """What the user sets in a template or a full specification of the pod is not set over."""
        template = tmp_path / "pod.yaml"
        template.write_text(
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"
            "  - {name: base, image: etl, env: [{name: OPENLINEAGE_NAMESPACE, value: mine}]}\n"
        )
        url = V1EnvVar(name="OPENLINEAGE_URL", value="http://mine")
        full = V1Pod(spec=V1PodSpec(containers=[V1Container(name="base", env=[url])]))
        pods = cluster("null")

        run_task(self.pod(pod_template_file=str(template), full_pod_spec=full))

        (container,) = [each for each in pods[0].spec.containers if each.name == "base"]
        seen = [(each.name, each.value) for each in container.env]
        assert ("OPENLINEAGE_PARENT_ID", parent_id) in seen
        assert [value for name, value in seen if name == "OPENLINEAGE_NAMESPACE"] == ["mine"]
        assert [value for name, value in seen if name == "OPENLINEAGE_URL"] == ["http://mine"]
