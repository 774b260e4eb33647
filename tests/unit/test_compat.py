"""What differs between releases of Airflow and its providers, asked of those that are installed."""

from __future__ import annotations

import inspect
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.lineage.hook import get_hook_lineage_collector
from airflow.providers.openlineage import conf
from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.utils.state import TaskInstanceState
from openlineage.client.event_v2 import Dataset
from support.fresh_python import in_fresh_python

from lineage_kit import compat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType


def collector_module() -> ModuleType:
    """Return the module in which the installed Airflow keeps the collector of hook lineage."""
    return sys.modules[compat._collector_getter().__module__]


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    """Begin and end as a process in which no hook has reported anything."""
    forget_collector()
    yield
    forget_collector()


def forget_collector() -> None:
    """Forget the collector by whatever way the installed Airflow keeps it."""
    if not compat.reset_hook_lineage_collector():
        collector_module()._hook_lineage_collector = None  # type: ignore[attr-defined]


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Airflow believe that a plugin reads hook lineage; without one its collector keeps nothing."""
    try:
        from airflow.sdk import plugins_manager

        monkeypatch.setattr(plugins_manager, "get_hook_lineage_readers_plugins", lambda: [object])
    except ImportError:
        from airflow import plugins_manager

        plugins_manager.initialize_hook_lineage_readers_plugins()
        monkeypatch.setattr(plugins_manager, "hook_lineage_reader_classes", [object])


@pytest.fixture
def openlineage_option(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Give a function that sets an option of `[openlineage]`; some releases remember what they have read."""

    def forget() -> None:
        for read in vars(conf).values():
            getattr(read, "cache_clear", lambda: None)()

    def put(option: str, text: str) -> None:
        monkeypatch.setenv(f"AIRFLOW__OPENLINEAGE__{option}", text)
        forget()

    yield put
    forget()


class TestExtractorManager:
    def test_of_the_listener(self) -> None:
        """Where OpenLineage is on, the manager is the one that its listener asks."""
        script = """
from airflow.providers.openlineage.plugins.listener import get_openlineage_listener
from lineage_kit import compat
answer(compat.extractor_manager() is get_openlineage_listener().extractor_manager)
"""
        assert in_fresh_python(script, AIRFLOW__OPENLINEAGE__TRANSPORT='{"type": "console"}') is True

    @pytest.mark.parametrize("loaded", [True, False], ids=["loaded", "not loaded"])
    def test_where_openlineage_is_off(
        self, openlineage_option: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, loaded: bool
    ) -> None:
        """Where OpenLineage is off there is none, whether or not something has imported its listener."""
        name = "airflow.providers.openlineage.plugins.listener"
        monkeypatch.setitem(sys.modules, name, SimpleNamespace() if loaded else None)
        openlineage_option("DISABLED", "True")

        assert compat.extractor_manager() is None


@pytest.mark.parametrize("disabled", [True, False])
def test_source_code(openlineage_option: Callable[[str, str], None], disabled: bool) -> None:
    """The provider's own option decides whether source code may be sent."""
    openlineage_option("DISABLE_SOURCE_CODE", str(disabled))

    assert compat.default_source_code_enabled() is not disabled


def test_hook_lineage_is_allowed_by_default() -> None:
    """Without an emission policy lineage of hooks is welcome."""
    from airflow import DAG

    with DAG("dag", schedule=None):
        task = EmptyOperator(task_id="t")

    assert compat.hook_lineage_allowed(task)


class TestCollector:
    def test_is_not_made_by_looking(self) -> None:
        """Where no hook has used the collector there is none, and asking does not create it."""
        assert compat.hook_lineage_collector() is None
        assert not compat._collector_exists()

    @pytest.mark.usefixtures("reading")
    def test_of_the_hooks(self) -> None:
        """What a hook reported is found."""
        get_hook_lineage_collector().add_input_asset(context=object(), uri="file:///data/x.csv")

        collector = compat.hook_lineage_collector()

        assert collector is not None
        assert collector.has_collected
        (info,) = collector.collected_assets.inputs
        assert info.asset.uri == "file:///data/x.csv"

    def test_without_a_reader(self) -> None:
        """Where no plugin reads hook lineage Airflow's collector keeps nothing."""
        get_hook_lineage_collector().add_input_asset(context=object(), uri="file:///data/x.csv")

        collector = compat.hook_lineage_collector()

        assert collector is None or not collector.has_collected

    @pytest.mark.usefixtures("reading")
    def test_reset(self) -> None:
        """After a reset the next task has a collector of its own, where Airflow has a way for it."""
        get_hook_lineage_collector().add_input_asset(context=object(), uri="file:///data/x.csv")

        compat.reset_hook_lineage_collector()

        emptied = hasattr(compat._collector_getter(), "cache_clear")
        assert (compat.hook_lineage_collector() is None) is emptied

    def test_reset_of_nothing(self) -> None:
        """Where there is no collector, none is made."""
        compat.reset_hook_lineage_collector()

        assert compat.hook_lineage_collector() is None

    @pytest.mark.usefixtures("reading")
    def test_entries_that_are_taken_back(self) -> None:
        """Of the installed Airflow's collector; one that keeps nothing but assets has none, and keeps its assets."""
        collector, hook = get_hook_lineage_collector(), object()
        collector.add_input_asset(context=hook, uri="file:///data/x.csv")
        reports = getattr(collector, "add_extra", lambda **_: None)
        reports(context=hook, key="sql", value={"sql": "SELECT 1"})
        before = compat.collected_extra()
        reports(context=hook, key="sql", value={"sql": "SELECT 2"})

        compat.drop_collected_extra(but=before)
        reports(context=hook, key="sql", value={"sql": "SELECT 3"})

        kept = getattr(collector.collected_assets, "extra", [])
        assert len(collector.collected_assets.inputs) == 1
        expected = [("SELECT 1", 1), ("SELECT 3", 1)] if hasattr(collector, "add_extra") else []
        assert [(each.value["sql"], each.count) for each in kept] == expected

    @pytest.mark.parametrize(
        "private",
        [
            {},
            {"_extra": None},
            {"_extra": [("sql", {}, None)]},
            {"_extra": {}},
            {"_extra": {"a": 1, "b": 2}},
            {"_extra": {"a": 1, "b": 2}, "_extra_counts": None},
            {"_extra": {"a": 1, "b": 2}, "_extra_counts": {"a": 3, "b": 4}},
        ],
    )
    def test_collectors_of_other_releases(self, monkeypatch: pytest.MonkeyPatch, private: dict[str, Any]) -> None:
        """What Airflow keeps in private may change: what is not as expected is left alone."""
        collector = SimpleNamespace(has_collected=True, **private)
        monkeypatch.setattr(compat, "hook_lineage_collector", lambda: collector)

        compat.drop_collected_extra(but=frozenset({"a"}))

        entries = [each for each in vars(collector).values() if isinstance(each, dict)]
        assert all(list(each) in ([], ["a"]) for each in entries)
        assert {name: type(value) for name, value in vars(collector).items()} == {
            "has_collected": bool,
            **{name: type(value) for name, value in private.items()},
        }

    def test_entries_of_no_collector(self) -> None:
        """Where no hook has reported anything there is nothing to take back, and no collector is made for that."""
        compat.drop_collected_extra(but=compat.collected_extra())

        assert compat.hook_lineage_collector() is None

    def test_limits(self) -> None:
        """The limits are those of the installed Airflow, None where it has none."""
        module = collector_module()

        assert compat.max_collected_assets() == getattr(module, "MAX_COLLECTED_ASSETS", None)
        assert compat.max_collected_extra() == getattr(module, "MAX_COLLECTED_EXTRA", None)


def test_sql_key() -> None:
    """The key of reported SQL is that under which the installed hooks report, None where they do not."""
    try:
        from airflow.providers.common.sql.hooks import lineage
    except ImportError:
        assert compat.sql_hook_lineage_key() is None
    else:
        assert compat.sql_hook_lineage_key() in inspect.getsource(lineage)


class TestProviderHookLineage:
    @pytest.mark.usefixtures("reading")
    def test_of_the_manager(self) -> None:
        """The provider's answer has the same form on every release."""
        get_hook_lineage_collector().add_output_asset(context=object(), uri="file:///data/x.csv")

        found = compat.provider_hook_lineage(ExtractorManager(), SimpleNamespace(), TaskInstanceState.SUCCESS)

        assert found is not None
        assert found.inputs == []
        assert [dataset.name for dataset in found.outputs] == ["/data/x.csv"]

    def test_nothing_reported(self) -> None:
        """Where hooks reported nothing there is no answer."""
        assert compat.provider_hook_lineage(ExtractorManager(), SimpleNamespace(), TaskInstanceState.SUCCESS) is None

    @pytest.mark.parametrize("modern", [True, False])
    def test_arguments(self, modern: bool) -> None:
        """Newer releases are given the task instance and its state, older ones ask for nothing."""
        found = ([Dataset("ns", "in")], [Dataset("ns", "out")])
        asked: list[tuple[Any, ...]] = []

        class Modern:
            def get_hook_lineage(self, task_instance: Any, task_instance_state: Any) -> OperatorLineage:
                asked.append((task_instance, task_instance_state))
                return OperatorLineage(inputs=found[0], outputs=found[1])

        class Old:
            def get_hook_lineage(self) -> tuple[list[Dataset], list[Dataset]]:
                asked.append(())
                return found

        manager: Any = Modern() if modern else Old()
        lineage = compat.provider_hook_lineage(manager, "ti", "state")

        assert lineage is not None
        assert (lineage.inputs, lineage.outputs) == found
        assert asked == [("ti", "state") if modern else ()]


class TestTranslateAsset:
    @staticmethod
    def asset(uri: str) -> Any:
        """Return an asset of the installed Airflow."""
        try:
            from airflow.sdk import Asset
        except ImportError:
            from airflow.datasets import Dataset as Asset
        return Asset(uri)

    def test_known_scheme(self) -> None:
        """An asset whose scheme an installed provider knows becomes a dataset."""
        dataset = compat.translate_asset(self.asset("file:///data/x.csv"), None)

        assert dataset is not None
        assert dataset.namespace.startswith("file")
        assert dataset.name == "/data/x.csv"

    def test_unknown_scheme(self) -> None:
        """An asset of a scheme that no provider knows becomes nothing."""
        assert compat.translate_asset(self.asset("nobody-knows://data/x.csv"), None) is None


def test_unknown_source_attribute() -> None:
    """The facet of operators that nobody knows is the provider's own, with the operator in it."""
    facets = compat.unknown_source_attribute(EmptyOperator(task_id="t"))

    assert list(facets) == ["unknownSourceAttribute"]
    assert "EmptyOperator" in repr(facets)


def test_runtime_outlets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the provider's pairs of asset and alias the assets are given."""
    path = "airflow.providers.openlineage.utils.utils.get_runtime_outlet_assets"
    monkeypatch.setattr(path, lambda _: [("first", "alias"), ("second", None)], raising=False)

    assert compat.runtime_outlets(SimpleNamespace()) == ["first", "second"]


def test_runtime_outlets_of_any_task_instance() -> None:
    """A task instance that collects no outlet events, as on old releases, has none."""
    assert compat.runtime_outlets(SimpleNamespace()) == []


class TestAssetsBehindAnAlias:
    """Which assets an alias among the inlets stands for, asked within bounds."""

    def test_latest_events(self) -> None:
        """Of the latest events each asset is taken once; a release that cannot be bounded is not asked."""
        assets = [SimpleNamespace(uri="gs://lake/a"), SimpleNamespace(uri="gs://lake/b")]
        asked = []

        class Events(list):
            def ascending(self, value: bool) -> Events:
                asked.append(("ascending", value))
                return self

            def limit(self, value: int) -> Events:
                asked.append(("limit", value))
                return self

        events = Events(SimpleNamespace(asset=asset) for asset in (*assets, assets[0]))
        found = compat.assets_behind("alias", {"inlet_events": {"alias": events}})

        context = pytest.importorskip("airflow.sdk.execution_time.context")
        if hasattr(getattr(context, "InletEventsAccessor", None), "limit"):
            assert (found, asked) == (assets, [("ascending", False), ("limit", 100)])
        else:
            assert (found, asked) == ([], [])
