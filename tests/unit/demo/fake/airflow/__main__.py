"""`python -m airflow <command>`: see the package."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

TABLES = """
    CREATE TABLE serialized_dag (dag_id TEXT);
    CREATE TABLE import_error (filename TEXT, stacktrace TEXT);
    CREATE TABLE dag_run (dag_id TEXT, run_id TEXT, state TEXT, conf TEXT);
    CREATE TABLE task_instance (dag_id TEXT, run_id TEXT, task_id TEXT, map_index INTEGER, state TEXT);
"""


def database(script: str, *parameters: str) -> None:
    """Run one statement, or a script when there are no parameters."""
    path = os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection, connection:
        if parameters:
            connection.execute(script, parameters)
        else:
            connection.executescript(script)


def parse_dags() -> None:
    """Do what a DAG processor does, once."""
    for file in Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]).glob("*.py"):
        if file.stem == "broken":
            database("INSERT INTO import_error VALUES (?, 'SyntaxError: invalid syntax')", str(file))
        else:
            database("INSERT INTO serialized_dag VALUES (?)", file.stem)


def schedule() -> None:
    """Do what a scheduler does, again and again: start every task, then end it and its run."""
    final = "CASE dag_id WHEN 'failing' THEN 'failed' ELSE 'success' END"
    while True:
        database("UPDATE task_instance SET state = 'running' WHERE state IS NULL")
        time.sleep(0.5)
        for table in ("task_instance", "dag_run"):
            database(f"UPDATE {table} SET state = {final} WHERE state = 'running' AND dag_id <> 'endless'")


class Health(BaseHTTPRequestHandler):
    """The one page of the API server."""

    def do_GET(self) -> None:
        """Answer the health check."""
        self.send_response(200 if self.path == "/execution/health" else 404)
        self.end_headers()


def main(command: str, *arguments: str) -> None:
    """Run one command."""
    code = os.environ.get(f"FAKE_EXIT_{command.upper().replace('-', '_')}")
    if code:
        sys.exit(f"{command} does not work today" if code == "1" else int(code))
    if command == "db":
        database(TABLES)
    elif command == "dags":
        dag_id, _, run_id, _, conf = arguments[1:]
        database("INSERT INTO dag_run VALUES (?, ?, 'running', ?)", dag_id, run_id, conf)
        database("INSERT INTO task_instance VALUES (?, ?, 'load', -1, NULL)", dag_id, run_id)
    elif command == "api-server":
        HTTPServer(("127.0.0.1", int(arguments[arguments.index("--port") + 1])), Health).serve_forever()
    elif command == "scheduler":
        schedule()
    else:
        parse_dags()
        time.sleep(60)


main(*sys.argv[1:])
