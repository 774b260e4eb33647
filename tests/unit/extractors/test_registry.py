"""What stood where before the kit came, families, and the running task instance."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLColumnCheckOperator, SQLExecuteQueryOperator
from airflow.providers.openlineage.extractors import BaseExtractor, OperatorLineage
from airflow.providers.openlineage.extractors.bash import BashExtractor
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from airflow.providers.openlineage.extractors.python import PythonExtractor
from airflow.providers.standard.operators.empty import EmptyOperator

from lineage_kit import compat
from lineage_kit.extractors import registry
from lineage_kit.extractors.enriching import EnrichingExtractor, SqlExtractor
from lineage_kit.extractors.registry import Originals
from lineage_kit.extractors.sql.checks import FAMILY as CHECKS
from lineage_kit.extractors.sql.family import FAMILY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class UserExtractor(BaseExtractor):
    """An extractor that a user registered."""

    @classmethod
    def get_operator_classnames(cls) -> list[str]:
        """Name an operator."""
        return ["EmptyOperator"]

    def _execute_extraction(self) -> OperatorLineage:
        return OperatorLineage()


class TaskInstance:
    """What the registry keeps of a task instance."""

    def __init__(self, task: Any) -> None:
        self.task = task


@pytest.fixture
def configured() -> Iterator[Callable[..., ExtractorManager]]:
    """Give a function that makes a manager for which a user named extractors in the configuration."""
    from airflow.providers.openlineage import conf

    patch = pytest.MonkeyPatch()

    def forget() -> None:
        for read in vars(conf).values():
            getattr(read, "cache_clear", lambda: None)()

    def make(*extractors: type[BaseExtractor]) -> ExtractorManager:
        paths = ";".join(f"{extractor.__module__}.{extractor.__qualname__}" for extractor in extractors)
        patch.setenv("AIRFLOW__OPENLINEAGE__EXTRACTORS", paths)
        forget()
        return ExtractorManager()

    yield make
    patch.undo()
    forget()


class TestOriginals:
    def test_takes_the_place(self, manager: ExtractorManager) -> None:
        """The kit's extractor stands where nobody or somebody stood, and what stood there is remembered."""
        manager.add_extractor("EmptyOperator", UserExtractor)
        originals = Originals()
        for name in ("EmptyOperator", "BashOperator", "OtherOperator"):
            originals.displace(manager, name, EnrichingExtractor)

        assert manager.extractors["EmptyOperator"] is EnrichingExtractor
        assert manager.extractors["BashOperator"] is EnrichingExtractor
        assert manager.extractors["OtherOperator"] is EnrichingExtractor
        assert originals.find("EmptyOperator") is UserExtractor
        assert originals.find("BashOperator") is BashExtractor
        assert originals.find("OtherOperator") is None

    def test_second_time(self, manager: ExtractorManager) -> None:
        """Every task of a class passes by, and the kit's extractor never comes to stand behind itself."""
        manager.add_extractor("EmptyOperator", UserExtractor)
        originals = Originals()
        for _ in range(3):
            originals.displace(manager, "EmptyOperator", EnrichingExtractor)

        assert originals.find("EmptyOperator") is UserExtractor

    def test_registered_again(self, manager: ExtractorManager) -> None:
        """An extractor that a user registers between two tasks counts from then on."""
        originals = Originals()
        originals.displace(manager, "EmptyOperator", EnrichingExtractor)
        manager.add_extractor("EmptyOperator", UserExtractor)
        originals.displace(manager, "EmptyOperator", EnrichingExtractor)

        assert manager.extractors["EmptyOperator"] is EnrichingExtractor
        assert originals.find("EmptyOperator") is UserExtractor

    def test_other_names(self, manager: ExtractorManager) -> None:
        """What stands for classes that no task had is looked up where it stands."""
        manager.add_extractor("BaseOperator", UserExtractor)
        originals = Originals()
        originals.displace(manager, "EmptyOperator", EnrichingExtractor)

        assert originals.find("BaseOperator") is UserExtractor
        assert originals.find("PythonOperator") is PythonExtractor
        assert originals.find("OtherOperator") is None

    def test_second_manager(self, manager: ExtractorManager) -> None:
        """With another manager, which OpenLineage makes anew in tests, what the first one had is forgotten."""
        manager.add_extractor("EmptyOperator", UserExtractor)
        originals = Originals()
        originals.displace(manager, "EmptyOperator", EnrichingExtractor)
        second = ExtractorManager()
        originals.displace(second, "EmptyOperator", EnrichingExtractor)

        assert second.extractors["EmptyOperator"] is EnrichingExtractor
        assert originals.find("EmptyOperator") is None

    def test_first_manager_again(self, manager: ExtractorManager) -> None:
        """What the kit put into a manager itself is never taken for what stood there before."""
        originals = Originals()
        originals.displace(manager, "BashOperator", EnrichingExtractor)
        originals.displace(ExtractorManager(), "BashOperator", EnrichingExtractor)
        originals.displace(manager, "BashOperator", EnrichingExtractor)

        assert originals.find("BashOperator") is BashExtractor

    def test_before_any_task(self, manager: ExtractorManager, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where nothing was displaced yet, the manager that OpenLineage uses is asked."""
        manager.add_extractor("EmptyOperator", UserExtractor)
        monkeypatch.setattr(compat, "extractor_manager", lambda: manager)

        assert Originals().find("EmptyOperator") is UserExtractor

    def test_without_openlineage(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where OpenLineage is off there is nobody to find."""
        monkeypatch.setattr(compat, "extractor_manager", lambda: None)

        assert Originals().find("EmptyOperator") is None

    def test_manager_is_not_kept_alive(self) -> None:
        """A manager that OpenLineage has given up is gone."""
        originals = Originals()
        manager = ExtractorManager()
        originals.displace(manager, "EmptyOperator", EnrichingExtractor)
        reference = originals._manager
        del manager
        gc.collect()

        assert reference is not None
        assert reference() is None


class TestExtractorsOfTheConfiguration:
    def test_of_a_user(self, configured: Callable[..., ExtractorManager]) -> None:
        """An extractor that a user named in `[openlineage] extractors` is the original of its operators."""
        manager = configured(UserExtractor)
        originals = Originals()
        originals.displace(manager, "EmptyOperator", EnrichingExtractor)

        assert originals.find("EmptyOperator") is UserExtractor

    def test_of_the_kit(self, configured: Callable[..., ExtractorManager]) -> None:
        """The kit's own, named there, stands in the manager but is nobody's original."""
        manager = configured(SqlExtractor)
        assert manager.extractors["SQLExecuteQueryOperator"] is SqlExtractor
        originals = Originals()
        originals.displace(manager, "SQLExecuteQueryOperator", EnrichingExtractor)

        assert originals.find("SQLExecuteQueryOperator") is None
        assert originals.find("SQLCheckOperator") is None

    def test_of_the_kit_for_a_known_operator(self, manager: ExtractorManager) -> None:
        """Where it covers an operator that the provider knows, the provider's extractor is the original."""
        manager.add_extractor("BashOperator", SqlExtractor)
        originals = Originals()

        originals.displace(manager, "BashOperator", EnrichingExtractor)

        assert originals.find("BashOperator") is BashExtractor


class TestRunningTaskInstance:
    def test_of_the_task(self) -> None:
        """The task instance that a listener hook has shown is found by its task, and by no other."""
        task, other = EmptyOperator(task_id="t"), EmptyOperator(task_id="t")
        task_instance = TaskInstance(task)
        registry.remember(task_instance)

        assert registry.task_instance_of(task) is task_instance
        assert registry.task_instance_of(other) is None

    def test_nothing_shown(self) -> None:
        """Before the first hook there is none."""
        assert registry.task_instance_of(EmptyOperator(task_id="t")) is None

    def test_another_ran_before(self) -> None:
        """A process is told when a second task instance begins, not at each hook of the same one."""
        first, second = TaskInstance(None), TaskInstance(None)

        assert [registry.remember(one) for one in (first, first, second, second, first)] == [
            False,
            False,
            True,
            False,
            True,
        ]

    def test_error(self) -> None:
        """What a task failed with is told of that task, and no longer once another hook is called."""
        task, other = EmptyOperator(task_id="t"), EmptyOperator(task_id="t")
        task_instance = TaskInstance(task)
        registry.remember(task_instance)

        registry.remember_error(ValueError("bad data"))
        assert (registry.error_of(task), registry.error_of(other)) == ("bad data", None)

        registry.remember_error(None)
        assert registry.error_of(task) is None

    def test_is_not_kept_alive(self) -> None:
        """What Airflow has given up is gone, and the next task instance is still another one."""
        task = EmptyOperator(task_id="t")
        registry.remember(TaskInstance(task))
        gc.collect()

        assert registry.task_instance_of(task) is None
        assert registry.remember(TaskInstance(task))


class TestFamilies:
    @pytest.mark.parametrize(
        ("operator", "family"), [(SQLExecuteQueryOperator, FAMILY), (SQLColumnCheckOperator, CHECKS)]
    )
    @pytest.mark.parametrize("derived", [False, True])
    def test_sql(self, operator: Any, family: Any, derived: bool) -> None:
        """Operators derived from the family's base class belong to it, subclasses of users' included."""
        cls = type("Derived", (operator,), {}) if derived else operator
        task = cls.__new__(cls)

        assert registry.family_of(type(task)) is family

    def test_none(self) -> None:
        """Other operators belong to none."""
        assert registry.family_of(EmptyOperator) is None

    def test_same_name_in_another_module(self) -> None:
        """A class that only has the name of a family's base class is no member."""
        assert registry.family_of(type("BaseSQLOperator", (), {})) is None
