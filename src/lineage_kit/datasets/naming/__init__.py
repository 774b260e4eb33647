"""Names of datasets by the OpenLineage naming rules (website/docs/spec/naming.md): made, read, checked and mended."""

from lineage_kit.datasets.naming.checks import Problem, checked, problem_of
from lineage_kit.datasets.naming.mending import suggested
from lineage_kit.datasets.naming.name import DatasetName
from lineage_kit.datasets.naming.systems import Parsed, named, parsed
from lineage_kit.datasets.naming.uris import blob_at, blob_name, from_uri, joinable, without_secrets, without_user

__all__ = [
    "DatasetName",
    "Parsed",
    "Problem",
    "blob_at",
    "blob_name",
    "checked",
    "from_uri",
    "joinable",
    "named",
    "parsed",
    "problem_of",
    "suggested",
    "without_secrets",
    "without_user",
]
