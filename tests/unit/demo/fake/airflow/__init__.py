"""A stand-in for Airflow's command line, to be found first on the PYTHONPATH of started processes.

It keeps the few tables that are read, in the SQLite file named by `AIRFLOW__DATABASE__SQL_ALCHEMY_CONN`.
A DAG is a file; its name says what happens to it: `broken` cannot be imported, `failing` fails, `endless` never
ends, any other succeeds. `FAKE_EXIT_<COMMAND>` makes a command end at once with that exit code.
"""
