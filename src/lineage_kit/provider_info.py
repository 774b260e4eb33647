"""What Airflow is told about this package: entry point `apache_airflow_provider`.

Airflow calls :func:`get_provider_info` while it reads its own configuration, on every command and twice per process,
so this module imports nothing. The options of ``[lineage_kit]`` live here and nowhere else: :mod:`lineage_kit.conf`
reads their defaults from :data:`OPTIONS`.
"""

from __future__ import annotations

SECTION = "lineage_kit"

OPTIONS: dict[str, dict[str, str | None]] = {
    "enabled": {
        "description": "Whether lineage-kit works at all. Off, events are those of the OpenLineage provider alone.",
        "version_added": "0.1.0",
        "type": "boolean",
        "example": None,
        "default": "True",
    },
    "disabled_parts": {
        "description": (
            "Parts of lineage-kit to leave out, separated by semicolons: sql (lineage from SQL text), schema (columns "
            "read from the database), column_lineage, observed (what hooks reported), declared (inlets and outlets), "
            "reason (why a task has no datasets), transfers, checks (results of data quality checks), dbt, "
            "great_expectations, services (operators of cloud and data services), sensors (what they waited for), "
            "contract (what containers and remote commands return)."
        ),
        "version_added": "0.1.0",
        "type": "string",
        "example": "schema;reason",
        "default": "",
    },
    "disabled_operators": {
        "description": (
            "Operators that lineage-kit leaves to the OpenLineage provider alone, separated by semicolons: class names "
            "or full import paths."
        ),
        "version_added": "0.1.0",
        "type": "string",
        "example": "BashOperator;my_company.operators.LoadOperator",
        "default": "",
    },
    "time_budget": {
        "description": (
            "Seconds that lineage-kit may add to one event of a task. Never more than half of "
            "[openlineage] execution_timeout, whatever is set here."
        ),
        "version_added": "0.1.0",
        "type": "float",
        "example": "2.5",
        "default": "5.0",
    },
    "max_event_bytes": {
        "description": (
            "Bytes that the datasets and facets of one event may take. Above it column lineage is dropped first, then "
            "schemas, then SQL text, and the event says what was dropped. 0 means no limit."
        ),
        "version_added": "0.1.0",
        "type": "integer",
        "example": "250000",
        "default": "1000000",
    },
    "declared": {
        "description": (
            "What counts where a task has inlets or outlets and other datasets are found: merge (both), override (on "
            "the side that is declared, inputs or outputs, only these) or fallback (a declared side counts only where "
            "nothing else is found on it). lineage_kit.use_declared says it for one task or DAG."
        ),
        "version_added": "0.1.0",
        "type": "string",
        "example": "override",
        "default": "merge",
    },
    "max_files": {
        "description": (
            "Files below one folder that an event names one by one. More are told as the folder, with their number. 0 "
            "means no limit."
        ),
        "version_added": "0.1.0",
        "type": "integer",
        "example": "500",
        "default": "50",
    },
    "dbt_artifacts": {
        "description": (
            "Folder where manifest.json and run_results.json of dbt can be read where a task's command does not tell, "
            "such as dbt in containers or on other machines; profiles.yml tells the names of the tables there. "
            "{dag_id}, {task_id} and {run_id} stand for those of the task."
        ),
        "version_added": "0.1.0",
        "type": "string",
        "example": "/shared/dbt/{dag_id}/{task_id}",
        "default": "",
    },
    "document_operators": {
        "description": (
            "Operators whose XCom is looked at for a lineage document though nothing in their own text names one, such "
            "as DockerOperator, separated by semicolons: class names or full import paths; subclasses belong to them."
        ),
        "version_added": "0.1.0",
        "type": "string",
        "example": "DockerOperator;KubernetesPodOperator;my_company.operators.RunJobOperator",
        "default": "",
    },
    "document_file": {
        "description": (
            "Path of the file in which a task may leave its lineage document, where workers can read it. {dag_id}, "
            "{task_id}, {run_id}, {map_index} and {try_number} stand for those of the task."
        ),
        "version_added": "0.1.0",
        "type": "string",
        "example": "/shared/lineage/{dag_id}/{run_id}/{task_id}.json",
        "default": "",
    },
    "inject_openlineage_env": {
        "description": (
            "Hand environment variables of OpenLineage (parent and root run, namespace, address of the backend; never "
            "a key) to the shell, container or remote command that a task starts. What the user sets stays."
        ),
        "version_added": "0.1.0",
        "type": "boolean",
        "example": None,
        "default": "False",
    },
    "mask_sql_literals": {
        "description": (
            "Replace every string and number in SQL text by a question mark. Credentials in COPY, UNLOAD, CREATE STAGE "
            "and their like are masked in any case."
        ),
        "version_added": "0.1.0",
        "type": "boolean",
        "example": None,
        "default": "False",
    },
    "snowflake_query_tag": {
        "description": (
            "Set the session parameter QUERY_TAG of tasks on Snowflake to DAG, task, run and try as JSON, so that "
            "Snowflake's query history tells which task a query belongs to. A tag of the user's own is left alone."
        ),
        "version_added": "0.1.0",
        "type": "boolean",
        "example": None,
        "default": "False",
    },
}


def get_provider_info() -> dict[str, object]:
    """Return the metadata of the distribution, as Airflow's ``provider_info.schema.json`` wants it."""
    return {
        "package-name": "airflow-provider-lineage-kit",
        "name": "lineage-kit",
        "description": "Exact datasets, column lineage and reasons for every Airflow task, as OpenLineage events.",
        "config": {
            SECTION: {
                "description": "lineage-kit: more exact OpenLineage events for every task.",
                "options": {name: dict(option) for name, option in OPTIONS.items()},
            }
        },
        # Read by Airflow 3.2 and later; earlier releases ignore it and have the console script.
        "cli": ["lineage_kit.cli.get_airflow_commands"],
    }
