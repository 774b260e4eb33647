"""Datasets: an OpenLineage namespace and name for everything that holds data. Imports no Airflow and no OpenLineage."""
