"""`lineage-kit demo`: a real Airflow on this machine runs the example DAGs, and its events are read back.

Importing this package imports nothing else.
"""
