"""How databases name their tables in OpenLineage, and a registry for those whose Airflow hooks do not say.

A hook that implements ``get_openlineage_database_info`` is asked first; the registry fills the gap for the others.
`docs/lineage.md` lists the connection types and the names.
"""

from __future__ import annotations

from lineage_kit.datasets.databases.database import Database
from lineage_kit.datasets.databases.files import DuckdbFile, FileDatabase, SqliteFile
from lineage_kit.datasets.databases.registry import describe_database, register_database

__all__ = ["Database", "DuckdbFile", "FileDatabase", "SqliteFile", "describe_database", "register_database"]
