"""Who speaks for a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.openlineage.extractors import BaseExtractor, OperatorLineage
from airflow.providers.openlineage.extractors.base import DefaultExtractor
from airflow.providers.openlineage.extractors.bash import BashExtractor
from airflow.providers.openlineage.extractors.python import PythonExtractor
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator

from lineage_kit.extractors.speaker import Kind, Speaker, find_speaker

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors.manager import ExtractorManager


class UserExtractor(BaseExtractor):
    """An extractor that a user registered."""

    @classmethod
    def get_operator_classnames(cls) -> list[str]:
        """Name nothing; tests register it where they need it."""
        return []

    def _execute_extraction(self) -> OperatorLineage:
        return OperatorLineage()


class OtherExtractor(UserExtractor):
    """Another one."""


class Plain(EmptyOperator):
    """An operator that nobody knows."""


class Derived(Plain):
    """One that is derived from it."""


class Speaking(EmptyOperator):
    """An operator with an OpenLineage method of its own."""

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage:  # noqa: ARG002
        """Name nothing."""
        return OperatorLineage()


class DerivedSpeaking(Speaking):
    """One that inherits the method."""


class DerivedBash(BashOperator):
    """A subclass of an operator that the OpenLineage provider knows by its exact name only."""


def speaker_of(manager: ExtractorManager, task: Any) -> Speaker:
    """Return who speaks for a task, given what is registered in a manager without the kit."""
    return find_speaker(task, manager.extractors.get)


def test_order(manager: ExtractorManager) -> None:
    """With everybody there, each steps back for the one before: exact class, own methods, base class, nobody."""
    task = DerivedSpeaking(task_id="t")
    manager.add_extractor("Speaking", OtherExtractor)
    manager.add_extractor("DerivedSpeaking", UserExtractor)
    assert speaker_of(manager, task) == Speaker(Kind.USER, UserExtractor)

    del manager.extractors["DerivedSpeaking"]
    assert speaker_of(manager, task) == Speaker(Kind.OPERATOR, DefaultExtractor)

    plain = Derived(task_id="t")
    manager.add_extractor("Plain", OtherExtractor)
    assert speaker_of(manager, plain) == Speaker(Kind.USER, OtherExtractor)

    del manager.extractors["Plain"]
    assert speaker_of(manager, plain) == Speaker(Kind.NOBODY, None)


@pytest.mark.parametrize("method", ["get_openlineage_facets_on_start", "get_openlineage_facets_on_complete"])
def test_any_method(manager: ExtractorManager, method: str) -> None:
    """One of the methods is enough for the operator to speak for itself."""
    operator: Any = type("Own", (EmptyOperator,), {method: lambda *_: OperatorLineage()})

    assert speaker_of(manager, operator(task_id="t")).kind is Kind.OPERATOR


def test_method_for_failures_alone_does_not_count(manager: ExtractorManager) -> None:
    """The provider does not look for it, and sends its facet for unknown operators."""
    operator: Any = type("Own", (EmptyOperator,), {"get_openlineage_facets_on_failure": lambda *_: OperatorLineage()})

    assert speaker_of(manager, operator(task_id="t")) == Speaker(Kind.NOBODY, None)


def test_method_must_be_callable(manager: ExtractorManager) -> None:
    """A subclass can take the methods of its base away."""
    operator: Any = type("Silent", (Speaking,), {"get_openlineage_facets_on_complete": None})

    assert speaker_of(manager, operator(task_id="t")) == Speaker(Kind.NOBODY, None)


@pytest.mark.parametrize(
    ("task", "extractor"),
    [
        (BashOperator(task_id="t", bash_command="true"), BashExtractor),
        (PythonOperator(task_id="t", python_callable=print), PythonExtractor),
    ],
    ids=["Bash", "Python"],
)
def test_built_in(manager: ExtractorManager, task: Any, extractor: Any) -> None:
    """The extractors that the OpenLineage provider brings speak where nobody else does."""
    assert speaker_of(manager, task) == Speaker(Kind.BUILT_IN, extractor)


def test_built_in_knows_its_class_only(manager: ExtractorManager) -> None:
    """For subclasses the provider alone has no extractor, and so the floor has none either."""
    assert speaker_of(manager, DerivedBash(task_id="t", bash_command="true")) == Speaker(Kind.NOBODY, None)


def test_user_before_built_in(manager: ExtractorManager) -> None:
    """A user's extractor for a class that the provider knows counts as the user's."""
    manager.add_extractor("BashOperator", UserExtractor)

    assert speaker_of(manager, BashOperator(task_id="t", bash_command="true")).kind is Kind.USER
    assert speaker_of(manager, DerivedBash(task_id="t", bash_command="true")) == Speaker(Kind.USER, UserExtractor)


def test_nearest_base_class(manager: ExtractorManager) -> None:
    """Of several base classes with an extractor the nearest counts."""
    manager.add_extractor("EmptyOperator", OtherExtractor)
    manager.add_extractor("Plain", UserExtractor)

    assert speaker_of(manager, Derived(task_id="t")).extractor is UserExtractor


def test_decorated(manager: ExtractorManager) -> None:
    """A decorated operator is known by the name of the class that really runs, and to users by its bases too."""
    from airflow.providers.standard.decorators.python import _PythonDecoratedOperator

    task = _PythonDecoratedOperator(task_id="t", python_callable=lambda: None, op_args=(), op_kwargs={})
    assert speaker_of(manager, task).extractor is manager.extractors.get("_PythonDecoratedOperator")

    manager.add_extractor("PythonOperator", UserExtractor)
    assert speaker_of(manager, task) == Speaker(Kind.USER, UserExtractor)


def test_sql_operator(manager: ExtractorManager) -> None:
    """SQL operators have methods of their own; a user's extractor for exactly that class is asked first."""
    task = SQLExecuteQueryOperator(task_id="t", conn_id="c", sql="SELECT 1")
    assert speaker_of(manager, task).kind is Kind.OPERATOR

    manager.add_extractor("BaseSQLOperator", OtherExtractor)
    assert speaker_of(manager, task).kind is Kind.OPERATOR

    manager.add_extractor("SQLExecuteQueryOperator", UserExtractor)
    assert speaker_of(manager, task) == Speaker(Kind.USER, UserExtractor)


def test_same_name_in_two_modules(manager: ExtractorManager) -> None:
    """Two classes may share a name; who speaks is decided by what each of them is."""
    twin: Any = type("Speaking", (EmptyOperator,), {"__module__": "elsewhere"})

    assert speaker_of(manager, Speaking(task_id="t")).kind is Kind.OPERATOR
    assert speaker_of(manager, twin(task_id="t")).kind is Kind.NOBODY


@pytest.mark.parametrize(
    ("speaker", "name"),
    [
        (Speaker(Kind.USER, UserExtractor), "UserExtractor"),
        (Speaker(Kind.OPERATOR, DefaultExtractor), "Speaking.get_openlineage_facets_*"),
        (Speaker(Kind.BUILT_IN, BashExtractor), "BashExtractor"),
        (Speaker(Kind.NOBODY, None), "none"),
    ],
)
def test_describe(speaker: Speaker, name: str) -> None:
    """A person knows an extractor by its class, and an operator's methods by their names."""
    assert speaker.describe(Speaking(task_id="t")) == name
