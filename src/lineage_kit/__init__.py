"""lineage-kit: Airflow tasks that tell the truth about their data.

Importing this package imports nothing else: not Airflow, not OpenLineage, not a SQL parser.
"""

__version__ = "0.1.0"
