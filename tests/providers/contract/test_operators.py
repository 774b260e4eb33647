"""The operators that the kit names for documents and variables are those that providers have."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import pytest
from airflow.providers.amazon.aws.operators.eks import EksPodOperator
from airflow.providers.cncf.kubernetes.decorators.kubernetes import _KubernetesDecoratedOperator
from airflow.providers.docker.decorators.docker import _DockerDecoratedOperator

from lineage_kit.extractors.contract import finding, places

#: Of Airflow 2, where these operators were part of the core.
_CORE = "airflow.operators."


@pytest.mark.parametrize("path", sorted({*finding.RETURNING, *places._PLACES}))
def test_operator_exists(path: str) -> None:
    """A path leads to the class itself, not to another name of it, or nobody would be found by it."""
    if path.startswith(_CORE) and find_spec("airflow.sdk"):
        pytest.skip("Airflow 3 has no such module")
    module, _, name = path.rpartition(".")
    operator = getattr(import_module(module), name)

    assert f"{operator.__module__}.{operator.__qualname__}" == path
    assert (finding.about(operator) != "") == (path in finding.RETURNING)


@pytest.mark.parametrize("operator", [EksPodOperator, _KubernetesDecoratedOperator, _DockerDecoratedOperator])
def test_subclasses(operator: type) -> None:
    """What holds for an operator holds for those that derive from it, in the table of operators, too."""
    assert "[lineage document](containers.md)" in finding.about(operator)
    assert places._place_of(operator) is not None
