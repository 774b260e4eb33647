"""The contract with programs that Airflow cannot look into: containers, commands on other machines, functions.

They say what they read and wrote in a small JSON document, and are told which task they run for.
:mod:`~lineage_kit.extractors.contract.finding` looks for the documents,
:mod:`~lineage_kit.extractors.contract.environment` hands the environment variables of OpenLineage on.
"""
