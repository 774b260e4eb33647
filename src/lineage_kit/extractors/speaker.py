"""Who speaks for a task: the extractor that gives the floor on which the kit builds.

The order is: the user's extractor for exactly this class, the operator's own OpenLineage methods, the user's
extractor for a base class, the extractor that the OpenLineage provider brings (Bash, Python), nobody. The kit's
families stand between the last two; :mod:`~lineage_kit.extractors.enriching` asks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors.base import DefaultExtractor

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import BaseExtractor

METHODS = (
    "get_openlineage_facets_on_start",
    "get_openlineage_facets_on_complete",
    "get_openlineage_facets_on_failure",
)
#: An operator with the last one alone is nobody's to the OpenLineage provider, and must stay so here.
METHODS_THAT_COUNT = METHODS[:2]
_BUILT_IN_MODULES = "airflow.providers.openlineage.extractors."
#: Packages whose operators the kit corrects.
_PROVIDER_MODULES = ("airflow.providers.", "cosmos.")


class Kind(Enum):
    """Where a speaker comes from."""

    USER = "user"
    OPERATOR = "operator"
    BUILT_IN = "built-in"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Speaker:
    """The extractor class that speaks for a task, None for nobody."""

    kind: Kind
    extractor: type[BaseExtractor] | None

    def describe(self, task: Any) -> str:
        """Return the name under which a person knows this speaker."""
        if self.kind is Kind.OPERATOR:
            return f"{task.task_type}.get_openlineage_facets_*"
        return self.extractor.__name__ if self.extractor else "none"


def find_speaker(task: Any, original: Callable[[str], type[BaseExtractor] | None]) -> Speaker:
    """Return who speaks for ``task``.

    Args:
        task: the operator instance.
        original: gives the extractor that stood for a class name before the kit came, or None.

    """
    exact = original(task.task_type)
    if exact and not _built_in(exact):
        return Speaker(Kind.USER, exact)
    if any(callable(getattr(task, method, None)) for method in METHODS_THAT_COUNT):
        return Speaker(Kind.OPERATOR, DefaultExtractor)
    for base in type(task).__mro__[1:]:
        inherited = original(base.__name__)
        if inherited and not _built_in(inherited):
            return Speaker(Kind.USER, inherited)
    return Speaker(Kind.BUILT_IN, exact) if exact else Speaker(Kind.NOBODY, None)


def described_by_provider(task: Any, *, failed: bool = False) -> bool:
    """Tell whether the operator's OpenLineage methods, if any, are a provider's and not those of a subclass.

    Args:
        task: the operator instance.
        failed: whether the method counts too that is asked on FAIL only.

    """
    found = (getattr(task, name, None) for name in (METHODS if failed else METHODS_THAT_COUNT))
    return all((getattr(method, "__module__", None) or "").startswith(_PROVIDER_MODULES) for method in found if method)


def _built_in(extractor: type[BaseExtractor]) -> bool:
    return extractor.__module__.startswith(_BUILT_IN_MODULES)
