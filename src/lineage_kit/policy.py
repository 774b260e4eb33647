"""Entry point ``airflow.policy``: the earliest moment at which Airflow hands control to a package.

Airflow imports this module inside ``import airflow``, without a guard: whatever raises here stops every Airflow
process. It therefore imports nothing, defines no policy hook, and does no work; what must be in place before
OpenLineage decides whether it is enabled starts here and nowhere else.
"""
