"""Containers and functions on AWS, all of it mocked: what they say, and what they are told."""

from __future__ import annotations

import io
import json
import time
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import moto.ecs.models
import pytest
import requests
from airflow.providers.amazon.aws.operators.batch import BatchOperator
from airflow.providers.amazon.aws.operators.ecs import EcsRunTaskOperator
from airflow.providers.amazon.aws.operators.lambda_function import LambdaInvokeFunctionOperator
from moto import mock_aws
from support.aws import REGION
from support.documents import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.documents import TaskRun

    RunTask = Callable[..., TaskRun]

OBJECT = {"lineage_kit": DOCUMENT}
BOTH = (["in.csv"], ["out.csv"])


@pytest.fixture
def aws_without_docker(aws: None) -> Iterator[None]:
    """Mock AWS where functions and jobs do nothing."""
    del aws
    with mock_aws(config={"lambda": {"use_docker": False}, "batch": {"use_docker": False}}):
        yield


def role() -> str:
    """Make a role, and return its name."""
    created = boto3.client("iam").create_role(RoleName="pipeline", AssumeRolePolicyDocument="{}")
    arn: str = created["Role"]["Arn"]
    return arn


@pytest.mark.usefixtures("aws_without_docker")
class TestLambda:
    """LambdaInvokeFunctionOperator, which returns the payload of the response."""

    @pytest.fixture
    def function(self) -> Callable[[str], str]:
        """Give a function that makes a Lambda function with an answer, and returns its name."""

        def make(answer: str) -> str:
            package = io.BytesIO()
            with zipfile.ZipFile(package, "w") as archive:
                archive.writestr("etl.py", "")
            boto3.client("lambda").create_function(
                FunctionName="etl",
                Runtime="python3.12",
                Role=role(),
                Handler="etl.main",
                Code={"ZipFile": package.getvalue()},
            )
            answers = {"results": [answer], "region": REGION}
            requests.post(
                "http://motoapi.amazonaws.com/moto-api/static/lambda-simple/response", json=answers, timeout=5
            )
            return "etl"

        return make

    @pytest.mark.usefixtures("document_operators")
    def test_document(self, run_task: RunTask, function: Callable[[str], str]) -> None:
        """The payload is an object with the document in it."""
        name = function(json.dumps({"rows": 3, **OBJECT}))
        run = run_task(LambdaInvokeFunctionOperator(task_id="t", function_name=name, aws_conn_id=None))

        assert (run.error, run.names) == (None, BOTH)

    @pytest.mark.parametrize(
        ("payload", "asked"), [('{"lineage_kit": true}', ["return_value"]), (b"{}", []), (None, [])]
    )
    def test_sign(
        self, run_task: RunTask, function: Callable[[str], str], payload: str | bytes | None, asked: list[str]
    ) -> None:
        """Without a word of it in what the function is sent, nobody asks for a document."""
        name = function(json.dumps(OBJECT))
        run = run_task(LambdaInvokeFunctionOperator(task_id="t", function_name=name, payload=payload, aws_conn_id=None))

        assert (run.error, run.asked, run.names) == (None, asked, BOTH if asked else ([], []))

    @pytest.mark.usefixtures("document_operators")
    @pytest.mark.parametrize("answer", ["null", '"lineage_kit"', "[]", '{"statusCode": 200, "body": "{}"}'])
    def test_anything_else(self, run_task: RunTask, function: Callable[[str], str], answer: str) -> None:
        """Other payloads are no mistake."""
        run = run_task(LambdaInvokeFunctionOperator(task_id="t", function_name=function(answer), aws_conn_id=None))

        assert (run.error, run.names, run.omissions) == (None, ([], []), [])


@pytest.mark.usefixtures("aws")
class TestEcs:
    """EcsRunTaskOperator, which returns the last line of the log where it reads the log."""

    @pytest.fixture
    def network(self) -> dict[str, Any]:
        """Make a cluster and a task definition, and give the network for its tasks."""
        if not hasattr(moto.ecs.models, "Container"):
            pytest.skip("this release of moto runs tasks without containers, at which the operator fails")
        ecs = boto3.client("ecs")
        ecs.create_cluster(clusterName="cluster")
        ecs.register_task_definition(
            family="etl", containerDefinitions=[{"name": "etl", "image": "etl", "memory": 128}]
        )
        subnet = boto3.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
        return {"awsvpcConfiguration": {"subnets": [subnet]}}

    def task(self, network: dict[str, Any], overrides: Any, **arguments: Any) -> EcsRunTaskOperator:
        """Return a task that runs the container."""
        return EcsRunTaskOperator(
            task_id="t",
            cluster="cluster",
            task_definition="etl",
            launch_type="FARGATE",
            overrides=overrides,
            network_configuration=network,
            aws_conn_id=None,
            region_name=REGION,
            waiter_delay=0,
            **arguments,
        )

    def overrides_of(self, task: EcsRunTaskOperator) -> list[dict[str, Any]]:
        """Return what the service was told about containers."""
        (found,) = boto3.client("ecs").describe_tasks(cluster="cluster", tasks=[task.arn])["tasks"]
        containers: list[dict[str, Any]] = found["overrides"]["containerOverrides"]
        return containers

    @pytest.mark.parametrize("command", [["etl"], ["etl", "--tell=lineage_kit"]])
    def test_document(
        self, run_task: RunTask, network: dict[str, Any], monkeypatch: pytest.MonkeyPatch, command: list[str]
    ) -> None:
        """The last line of the container's log is the document; a word of it in the overrides is a sign."""
        logs = boto3.client("logs")
        logs.create_log_group(logGroupName="etl")
        monkeypatch.setattr(EcsRunTaskOperator, "_get_logs_stream_name", lambda _: "stream")
        # The mock says of containers of a task that has stopped that they are pending.
        monkeypatch.setattr(EcsRunTaskOperator, "_check_success_task", lambda _: None)
        logs.create_log_stream(logGroupName="etl", logStreamName="stream")
        now = int(time.time() * 1000)
        lines = [{"timestamp": now + i, "message": line} for i, line in enumerate(["working", json.dumps(OBJECT)])]
        logs.put_log_events(logGroupName="etl", logStreamName="stream", logEvents=lines)
        task = self.task(
            network,
            {"containerOverrides": [{"name": "etl", "command": command}]},
            awslogs_group="etl",
            awslogs_stream_prefix="etl/etl",
            awslogs_fetch_interval=timedelta(seconds=0),
        )

        run = run_task(task)

        told = command != ["etl"]
        assert (run.error, run.names, run.asked) == ((None, BOTH, ["return_value"]) if told else (None, ([], []), []))

    def test_environment(self, run_task: RunTask, network: dict[str, Any], parent_id: str) -> None:
        """Containers that the overrides name see the variables beside their own."""
        own = {
            "containerOverrides": [{"name": "etl", "environment": [{"name": "OPENLINEAGE_NAMESPACE", "value": "mine"}]}]
        }
        task = self.task(network, own, wait_for_completion=False)
        run = run_task(task)

        assert run.error is None
        (container,) = self.overrides_of(task)
        seen = [(each["name"], each["value"]) for each in container["environment"]]
        assert ("OPENLINEAGE_PARENT_ID", parent_id) in seen
        assert [value for name, value in seen if name == "OPENLINEAGE_NAMESPACE"] == ["mine"]
        assert len(own["containerOverrides"][0]["environment"]) == 1

    @pytest.mark.usefixtures("parent_id")
    @pytest.mark.parametrize("own", [{}, {"containerOverrides": [{"name": "etl", "command": ["x" * 8000]}]}])
    def test_no_place(self, run_task: RunTask, network: dict[str, Any], own: dict[str, Any]) -> None:
        """Without a container's name there is no place, nor is there where ECS takes no more."""
        task = self.task(network, own, wait_for_completion=False)
        run = run_task(task)

        assert run.error is None
        assert task.overrides is own


class TestBatch:
    """BatchOperator, which returns the id of the job."""

    @pytest.fixture(autouse=True)
    def _queue(self, aws_without_docker: None) -> None:
        del aws_without_docker
        batch = boto3.client("batch")
        made = batch.create_compute_environment(computeEnvironmentName="compute", type="UNMANAGED", serviceRole=role())
        order = [{"order": 1, "computeEnvironment": made["computeEnvironmentArn"]}]
        batch.create_job_queue(jobQueueName="queue", priority=1, state="ENABLED", computeEnvironmentOrder=order)
        container = {"image": "etl", "vcpus": 1, "memory": 128, "command": ["true"]}
        batch.register_job_definition(jobDefinitionName="etl", type="container", containerProperties=container)

    def environment_of(self, run_task: RunTask, overrides: dict[str, Any] | None) -> dict[str, str]:
        """Run a job, and return what the service was told about its environment."""
        task = BatchOperator(
            task_id="t",
            job_name="etl",
            job_definition="etl",
            job_queue="queue",
            container_overrides=overrides,
            aws_conn_id=None,
            region_name=REGION,
            wait_for_completion=False,
        )
        run = run_task(task)
        assert run.error is None
        (job,) = boto3.client("batch").describe_jobs(jobs=[task.job_id])["jobs"]
        return {each["name"]: each["value"] for each in job["container"].get("environment", ())}

    def test_environment(self, run_task: RunTask, parent_id: str) -> None:
        """A container that the author overrides something of sees the variables beside its own."""
        own = {"environment": [{"name": "MINE", "value": "1"}]}

        seen = self.environment_of(run_task, own)

        assert (seen["OPENLINEAGE_PARENT_ID"], seen["MINE"]) == (parent_id, "1")
        assert len(own["environment"]) == 1

    @pytest.mark.usefixtures("parent_id")
    def test_no_place(self, run_task: RunTask) -> None:
        """Without overrides nobody knows whether the job is one that takes them."""
        assert "OPENLINEAGE_PARENT_ID" not in self.environment_of(run_task, None)
