"""Many files of one folder are one dataset: the folder, with their number."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.lineage.entities import File as OfAirflow
from airflow.providers.standard.operators.bash import BashOperator
from hypothesis import given
from hypothesis import strategies as st

from lineage_kit import File, Table
from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors.folding import _folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]


@pytest.fixture(autouse=True)
def _limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fold what is more than three files."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__MAX_FILES", "3")


def task(inlets: Iterable[Any] = (), outlets: Iterable[Any] = ()) -> Any:
    """Return a task that declares files."""
    return BashOperator(task_id="t", bash_command="true", inlets=[*inlets], outlets=[*outlets])


def names(datasets: Iterable[Any]) -> list[str]:
    """Return the names of datasets."""
    return [dataset.name for dataset in datasets]


def test_more_files_than_the_limit_are_a_folder(extract: Extract) -> None:
    """The folder says how many files it stands for; the input beside them stays."""
    files = [OfAirflow(url=f"s3://lake/in/{number}.csv") for number in range(4)]

    found = extract(task([*files, File("s3://lake/other.csv")]))

    assert names(found.inputs) == ["in", "other.csv"]
    assert found.inputs[0].inputFacets["inputStatistics"].fileCount == 4


def test_as_many_files_as_the_limit_stay(extract: Extract) -> None:
    """At the limit every file has its name."""
    files = [File(f"s3://lake/in/{number}.csv") for number in range(3)]

    assert names(extract(task(outlets=files)).outputs) == ["in/0.csv", "in/1.csv", "in/2.csv"]


def test_no_limit(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 0 nothing is folded."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__MAX_FILES", "0")

    assert len(extract(task([File(f"s3://lake/in/{number}.csv") for number in range(200)])).inputs) == 200


def test_partitions_fold_to_the_folder_above(extract: Extract) -> None:
    """Few files in each of many folders are told as the folder that holds all of them."""
    files = [File(f"s3://lake/in/ds={day}/part.csv") for day in range(5)]

    (folder,) = extract(task(outlets=files)).outputs
    assert folder.name == "in"
    assert folder.outputFacets["outputStatistics"].fileCount == 5


def test_local_files(extract: Extract) -> None:
    """Paths of local files begin with a slash, which their folder keeps."""
    assert names(extract(task([File(f"/data/in/{number}.csv") for number in range(4)])).inputs) == ["/data/in"]


def test_tables_are_no_files(extract: Extract) -> None:
    """However many tables there are, each has its name."""
    tables = [Table("postgres://h:5432", f"d.s.t{number}") for number in range(9)]

    assert len(extract(task(tables)).inputs) == 9


def test_rows_and_facets(extract: Extract) -> None:
    """Rows are added up where every file tells them; facets that all files have alike are the folder's."""
    files = [File(f"s3://lake/out/{n}.csv", row_count=10, tags=["raw"], description=str(n)) for n in range(4)]

    (folder,) = extract(task(outlets=files)).outputs
    assert folder.outputFacets["outputStatistics"].rowCount == 40
    assert set(folder.facets) == {"tags"}
    uncounted = [*files, File("s3://lake/out/5.csv")]
    (folder,) = extract(task(outlets=uncounted)).outputs
    assert folder.outputFacets["outputStatistics"].rowCount is None


def test_column_lineage_leads_to_the_folder(extract: Extract) -> None:
    """What is made of the files is made of the folder; what the files are made of, the folder is."""
    files = [File(f"s3://lake/in/{number}.csv") for number in range(4)]
    report = Table("postgres://h:5432", "d.s.report", columns_from={"total": [file["amount"] for file in files]})
    copies = [File(f"s3://lake/out/{n}.csv", columns_from={"id": files[n]["id"]}) for n in range(4)]

    found = extract(task(files, [report, *copies]))

    assert names(found.outputs) == ["d.s.report", "out"]
    for output, column in zip(found.outputs, ("total", "id"), strict=True):
        (source,) = output.facets["columnLineage"].fields[column].inputFields
        assert (source.namespace, source.name) == ("s3://lake", "in")


def test_authors_objects_are_left_alone(extract: Extract) -> None:
    """Datasets of the DAG's author have their facets and names afterwards."""
    from openlineage.client.event_v2 import Dataset
    from openlineage.client.facet_v2 import column_lineage_dataset as columns

    source = columns.InputField(namespace="s3://lake", name="in/0.csv", field="id")
    facet = columns.ColumnLineageDatasetFacet(fields={"id": columns.Fields(inputFields=[source])})
    mine = Dataset("ns", "mine", facets={"columnLineage": facet})

    extract(task([File(f"s3://lake/in/{number}.csv") for number in range(4)], [mine]))

    assert facet.fields["id"].inputFields == [source]
    assert source.name == "in/0.csv"


_PATHS = st.lists(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join), min_size=1, max_size=40, unique=True
)


@given(paths=_PATHS, limit=st.integers(1, 5))
def test_a_folder_stands_for_more_files_than_the_limit(paths: list[str], limit: int) -> None:
    """Whatever the files are: what is folded lies below its folder, and no folder is left with too many below it."""
    names = [DatasetName("s3://b", path) for path in paths]
    folders = _folders(names, limit)

    for file, folder in folders.items():
        assert file.name.startswith(f"{folder.name}/")
    left = {folders.get(name, name).name for name in names}
    for folder in {path.rpartition("/")[0] for path in left if "/" in path}:
        assert len([path for path in left if path.startswith(f"{folder}/")]) <= limit


def calls_for(folders: int) -> int:
    """Return how many functions are called to fold a file in each of so many folders."""
    files = [DatasetName("s3://b", f"in/ds={number}/part.csv") for number in range(folders)]
    calls = 0

    def count(*_: Any) -> None:
        nonlocal calls
        calls += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        _folders(files, 3)
    finally:
        sys.setprofile(before)
    return calls


def test_work_grows_with_the_files() -> None:
    """Four times the folders are about four times the work."""
    assert calls_for(800) < 5 * calls_for(200)


def test_file_with_the_name_of_a_folder() -> None:
    """A file and the folder of the same name are one for the folder above."""
    names = [DatasetName("s3://b", path) for path in ("in/a", "in/a/1", "in/a/2", "in/b")]

    assert _folders(names, 1) == dict.fromkeys(names, DatasetName("s3://b", "in"))
    assert _folders(names[:3], 1) == dict.fromkeys(names[1:3], DatasetName("s3://b", "in/a"))
