"""A dbt project on DuckDB, built by shell commands; one of its tests fails."""

from __future__ import annotations

import os
import shlex

from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task
from cosmos.config import ProfileConfig
from cosmos.constants import InvocationMode
from cosmos.operators.local import DbtBuildLocalOperator

PROGRAM = os.environ.get("LINEAGE_KIT_TEST_DBT", "dbt")
DBT = shlex.quote(PROGRAM)


def project(name: str) -> str:
    """Return the folder of a copy of the project."""
    return f"{os.environ['PLACES']}/{name}"


with DAG("dbt_shop", schedule=None):
    variables = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "SHOP_DATABASE": "shop.duckdb"}
    BashOperator(task_id="build", bash_command=f"cd {project('built')} && {DBT} build", env=variables, append_env=True)

    @task.bash(env=variables, append_env=True, cwd=project("decorated"))
    def decorated() -> str:
        """Return the command."""
        return f"{DBT} seed --target-path seeded && {DBT} run --select orders"

    decorated()

    @task.bash(env=variables, append_env=True, cwd=project("decorated_fails"))
    def decorated_fails() -> str:
        """Return the command, one of whose tests fails."""
        return f"{DBT} build"

    decorated_fails()

    # What `[lineage_kit] dbt_artifacts` says of this task.
    artifacts = project("artifacts/dbt_shop/over_ssh/{{ run_id }}")
    SSHOperator(
        task_id="over_ssh",
        ssh_conn_id="remote",
        command=f"cd {project('by_ssh')} && {DBT} build --exclude tag:strict --target-path '{artifacts}'"
        f" && cp profiles.yml '{artifacts}'",
        environment={**variables, "SHOP_DATABASE": f"{project('by_ssh')}/shop.duckdb"},
        cmd_timeout=120,
    )

    DbtBuildLocalOperator(
        task_id="cosmos",
        project_dir=project("by_cosmos"),
        profile_config=ProfileConfig(
            profile_name="shop", target_name="dev", profiles_yml_filepath=f"{project('by_cosmos')}/profiles.yml"
        ),
        dbt_executable_path=PROGRAM,
        invocation_mode=InvocationMode.SUBPROCESS,
        exclude="tag:strict",
        emit_datasets=False,
        install_deps=False,
        env={**variables, "SHOP_DATABASE": f"{project('by_cosmos')}/shop.duckdb"},
        append_env=True,
    )
