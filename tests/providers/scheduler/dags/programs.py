"""Programs elsewhere that say what they did, and notebooks."""

from __future__ import annotations

import os
from typing import Any

from airflow.providers.amazon.aws.operators.lambda_function import LambdaInvokeFunctionOperator
from airflow.providers.http.operators.http import HttpOperator
from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.sdk import DAG

NOTEBOOK = f"{os.environ['PLACES']}/divide.ipynb"
DOCUMENT = (
    '{"lineage_kit": {"version": 1,'
    ' "inputs": [{"connection": "shop", "table": "public.orders"}],'
    ' "outputs": [{"uri": "s3://lake/by_ssh.csv", "row_count": 3}]}}'
)


def described(response: Any) -> dict[str, Any]:
    """Return what the server did, of which its answer is the number of rows."""
    output = {"uri": "s3://lake/by_http.csv", "row_count": len(response.json())}
    return {"lineage_kit": {"version": 1, "outputs": [output]}}


with DAG("programs", schedule=None):
    SSHOperator(task_id="ssh", ssh_conn_id="remote", command=f"echo working; echo '{DOCUMENT}'")
    SSHOperator(task_id="ssh_fails", ssh_conn_id="remote", command="exit 3")
    LambdaInvokeFunctionOperator(
        task_id="lambda", function_name="load", payload=DOCUMENT.replace("by_ssh", "by_lambda")
    )
    HttpOperator(
        task_id="http_deferred",
        http_conn_id="web",
        endpoint="v1/load",
        method="GET",
        response_filter=described,
        deferrable=True,
    )
    # The server has no answer to it.
    HttpOperator(task_id="http_fails", http_conn_id="web", endpoint="v1/load", response_filter=described)
    HttpOperator(task_id="http", http_conn_id="web", endpoint="v1/load", method="GET", response_filter=described)
    PapermillOperator(task_id="notebook", input_nb=NOTEBOOK, output_nb=f"{NOTEBOOK}.done", parameters={"by": 2})
    PapermillOperator(task_id="notebook_fails", input_nb=NOTEBOOK, output_nb=f"{NOTEBOOK}.failed", parameters={"by": 0})
