"""What Airflow's metadata database says about DAGs and their runs.

Asking an `airflow` command costs seconds of CPU each time; the few columns read here have the same names
from Airflow 2.11 to 3.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

TaskKey = tuple[str, int]
"""A task's id and its map index, -1 when the task is not mapped."""


class Metadata:
    """Read one metadata database.

    Args:
        url: Its SQLAlchemy URL, as in `[database] sql_alchemy_conn`.

    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: Engine | None = None

    def dag_is_parsed(self, dag_id: str) -> bool:
        """Return whether the DAG is stored, so that a run of it can be created."""
        return bool(self._rows("SELECT 1 FROM serialized_dag WHERE dag_id = :dag_id", dag_id=dag_id))

    def import_errors(self) -> dict[str, str]:
        """Return the DAG files that could not be imported, each with its traceback."""
        return {str(file): str(trace) for file, trace in self._rows("SELECT filename, stacktrace FROM import_error")}

    def run_state(self, dag_id: str, run_id: str) -> str | None:
        """Return the state of a DAG run: `running`, `success`, `failed`; None if it is unknown."""
        sql = "SELECT state FROM dag_run WHERE dag_id = :dag_id AND run_id = :run_id"
        rows = self._rows(sql, dag_id=dag_id, run_id=run_id)
        return str(rows[0][0]) if rows else None

    def task_states(self, dag_id: str, run_id: str) -> dict[TaskKey, str | None]:
        """Return the state of every task instance of a run, None for those not scheduled yet."""
        sql = (
            "SELECT task_id, map_index, state FROM task_instance"
            " WHERE dag_id = :dag_id AND run_id = :run_id ORDER BY task_id, map_index"
        )
        rows = self._rows(sql, dag_id=dag_id, run_id=run_id)
        return {(str(task), int(str(index))): None if state is None else str(state) for task, index, state in rows}

    def close(self) -> None:
        """Close the connections; the next question opens them again."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _rows(self, sql: str, **parameters: str) -> list[tuple[object, ...]]:
        from sqlalchemy import create_engine, text

        if self._engine is None:
            self._engine = create_engine(self._url)
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql), parameters)]
