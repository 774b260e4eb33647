"""Many files of one folder, told as the folder."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from openlineage.client.event_v2 import Dataset, InputDataset, OutputDataset
from openlineage.client.facet_v2 import input_statistics_input_dataset, output_statistics_output_dataset

from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors import explicit
from lineage_kit.extractors.merge import unite
from lineage_kit.extractors.renaming import with_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from airflow.providers.openlineage.extractors import OperatorLineage

#: Schemes of namespaces in which names are paths.
_WITH_PATHS = frozenset({"abfss", "dbfs", "file", "gs", "hdfs", "s3", "wasbs"})
_COLUMNS = "columnLineage"


def fold(lineage: OperatorLineage, limit: int) -> None:
    """Put folders in the place of files where more than ``limit`` are below one; 0 means no limit.

    A folder says how many files it stands for in ``fileCount`` of its statistics, and the sum of their rows and bytes
    where all of them tell these. What refers to the files refers to the folder.
    """
    if not limit or len(lineage.inputs) + len(lineage.outputs) <= limit:
        return
    folders = {
        **_folders([DatasetName(each.namespace, each.name) for each in lineage.inputs], limit),
        **_folders([DatasetName(each.namespace, each.name) for each in lineage.outputs], limit),
    }
    if not folders:
        return

    def folder_of(name: DatasetName) -> DatasetName:
        return folders.get(name, name)

    lineage.inputs = _folded([with_sources(each, folder_of) for each in lineage.inputs], folders, "Input")
    lineage.outputs = _folded([with_sources(each, folder_of) for each in lineage.outputs], folders, "Output")
    # Its entries name files one by one; it is a complement, and absent where the picture is not complete.
    lineage.job_facets.pop(explicit.KEY, None)


def _folders(identities: Iterable[DatasetName], limit: int) -> dict[DatasetName, DatasetName]:
    """Return the folder that is to stand for each file: the deepest one with more than ``limit`` below it."""
    folders: dict[DatasetName, DatasetName] = {}
    paths: dict[str, list[str]] = {}
    for each in identities:
        if each.namespace.partition(":")[0] in _WITH_PATHS:
            paths.setdefault(each.namespace, []).append(each.name)
    for namespace, names in paths.items():
        for file, folder in _standing(names, limit).items():
            folders[DatasetName(namespace, file)] = DatasetName(namespace, folder)
    return folders


def _standing(names: Iterable[str], limit: int) -> dict[str, str]:
    """Return the folder that is to stand for each file of one namespace, without the files that stay."""
    above = {file: list(_above(file)) for file in names}
    below = Counter(_parent(file) for file in above)
    many = set()
    for folder in sorted(set().union(*above.values()), key=lambda folder: -folder.count("/")):
        count = below[folder]  # of files, and of folders that stand for files: the deeper ones have been looked at
        if count > limit:
            many.add(folder)
            count = 0 if folder in above else 1  # a file of the same name is counted already
        below[_parent(folder)] += count
    # Of the folders with many files, the topmost stands for the others too.
    found = {file: next((folder for folder in folders if folder in many), None) for file, folders in above.items()}
    return {file: folder for file, folder in found.items() if folder is not None}


def _above(name: str) -> Iterable[str]:
    """Return the folders above a file, the topmost first."""
    ends = [end for end, character in enumerate(name) if character == "/"]
    return (name[:end] for end in ends if name[:end].strip("/"))


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _folded(datasets: list[Any], folders: Mapping[DatasetName, DatasetName], side: str) -> list[Any]:
    files: dict[DatasetName, list[Any]] = {}
    placed: list[Any] = []
    for dataset in datasets:
        folder = folders.get(DatasetName(dataset.namespace, dataset.name))
        if folder is None:
            placed.append(dataset)
        else:
            if folder not in files:
                placed.append(folder)
            files.setdefault(folder, []).append(dataset)
    return unite(_folder(each, files[each], side) if isinstance(each, DatasetName) else each for each in placed)


def _folder(name: DatasetName, files: list[Any], side: str) -> Any:
    facets = _common(files)
    key, attribute = f"{side.lower()}Statistics", f"{side.lower()}Facets"
    told = [(getattr(each, attribute, None) or {}).get(key) for each in files]
    sums = {
        field: sum(getattr(each, field) for each in told)
        for field in ("rowCount", "size")
        if all(each is not None and getattr(each, field) is not None for each in told)
    }
    if side == "Input":
        statistics = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(fileCount=len(files), **sums)
        return InputDataset(namespace=name.namespace, name=name.name, facets=facets, inputFacets={key: statistics})
    statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(fileCount=len(files), **sums)
    return OutputDataset(namespace=name.namespace, name=name.name, facets=facets, outputFacets={key: statistics})


def _common(files: list[Any]) -> dict[str, Any]:
    """Return the facets that all files have alike, and the column lineage of all."""
    counted = Counter(repr((key, facet)) for each in files for key, facet in (each.facets or {}).items())
    common = {key: facet for key, facet in (files[0].facets or {}).items() if counted[repr((key, facet))] == len(files)}
    (made,) = unite(
        Dataset(
            namespace="", name="", facets={key: facet for key, facet in (each.facets or {}).items() if key == _COLUMNS}
        )
        for each in files
    )
    return {**common, **made.facets}
