"""`lineage-kit coverage`: which of the installed operators say something about their data, alone and with the kit."""

from __future__ import annotations

import importlib
import inspect
import logging
import sys
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator

#: Packages that hold operators, as far as they are installed.
_PACKAGES = ("airflow.providers", "cosmos", "great_expectations_provider")
_FOLDERS = frozenset({"operators", "transfers", "sensors"})
#: Where the methods are that hand the operator's SQL to the parser of the OpenLineage provider.
_GENERIC = "airflow.providers.common.sql.operators.sql"
#: Operators whose OpenLineage method never names a dataset: source code, events of their children, or nothing.
_SILENT = frozenset({
    "airflow.providers.common.sql.operators.sql.SQLBulkLoadOperator",
    "airflow.providers.common.sql.operators.sql.SQLInsertRowsOperator",
    "airflow.providers.dbt.cloud.operators.dbt.DbtCloudRunJobOperator",
    "airflow.providers.dbt.cloud.sensors.dbt.DbtCloudJobRunSensor",
    "airflow.providers.pgvector.operators.pgvector.PgVectorIngestOperator",
    "airflow.providers.snowflake.operators.snowflake.SnowflakeNotebookOperator",
    "airflow.providers.standard.operators.trigger_dagrun.TriggerDagRunOperator",
})  # fmt: skip
#: SQL operators on hooks that do not describe their database, so that the generic methods name nothing.
_WITHOUT_INFO = tuple(
    f"airflow.providers.{name}."
    for name in ("apache.hive", "apache.impala", "exasol", "presto", "sqlite", "teradata", "vertica", "ydb")
)


@dataclass(frozen=True, order=True)
class OperatorCoverage:
    """One public operator, sensor or transfer.

    Args:
        path: import path of the class.
        official: whether the OpenLineage provider alone can learn datasets from it.
        with_kit: whether datasets can be learnt with lineage-kit.
        kit: what lineage-kit tells of it, in the words of the family that knows it; empty where none does.

    """

    path: str
    official: bool
    with_kit: bool
    kit: str

    @property
    def provider(self) -> str:
        """The package without the parts that all providers share, as in ``amazon`` or ``common.sql``."""
        parts = self.path.removeprefix("airflow.providers.").split(".")
        return ".".join(parts[: next(i for i, part in enumerate(parts) if part in _FOLDERS)]).removesuffix(".aws")


def show_coverage(arguments: argparse.Namespace) -> int:
    """Print how many operators name datasets, by provider, and with ``--operators`` each that the kit knows.

    Raises:
        LineageKitError: OpenLineage's provider cannot be imported here.

    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            operators = installed_operators(sys.stderr.write)
        except ImportError as error:
            msg = f"the OpenLineage provider cannot be imported: {error}"
            raise LineageKitError(msg) from error
        finally:
            logging.disable(logging.NOTSET)
    print("\n".join(render_counts(operators)))
    if arguments.operators:
        print()
        print("\n".join(render_operators(operators)))
    return 0


def installed_operators(complain: Callable[[str], object]) -> list[OperatorCoverage]:
    """Return the public concrete operators of all installed providers, sorted by path.

    Args:
        complain: is called with a line for every module that cannot be imported here.

    """
    from lineage_kit.extractors.class_paths import path_of
    from lineage_kit.extractors.contract.finding import about
    from lineage_kit.extractors.registry import family_of

    found = []
    for cls in _operator_classes(complain):
        family = family_of(cls)
        path = path_of(cls)
        told = (family.about if family else "", about(cls))
        official = _official(cls, path)
        with_kit = official or (family is not None and family.names_datasets) or bool(about(cls))
        found.append(OperatorCoverage(path, official, with_kit, "\n\n".join(filter(None, told))))
    return sorted(found)


def _operator_classes(complain: Callable[[str], object]) -> Iterator[type]:
    from lineage_kit import compat

    base = compat.base_operator()
    for name in sorted(_module_names()):
        try:
            module = importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - a provider without its driver is no reason to stop
            complain(f"{name} cannot be imported: {type(error).__name__}\n")
            continue
        for cls in vars(module).values():
            public = inspect.isclass(cls) and not cls.__name__.startswith(("_", "Base", "Abstract"))
            if public and cls.__module__ == name and issubclass(cls, base) and not inspect.isabstract(cls):
                yield cls


def _module_names() -> Iterator[str]:
    """Yield the modules that hold operators; namespace packages, which pkgutil does not walk, included."""
    for package in _PACKAGES:
        try:
            folders = importlib.import_module(package).__path__
        except ImportError:
            continue
        for folder in map(Path, folders):
            for file in folder.rglob("*.py"):
                parts = file.relative_to(folder).with_suffix("").parts
                if _FOLDERS.intersection(parts) and parts[-1] != "__init__":
                    yield ".".join((package, *parts))


def _official(cls: type, path: str) -> bool:
    """Tell whether the OpenLineage provider alone can learn datasets from an operator."""
    from lineage_kit.extractors.speaker import METHODS_THAT_COUNT

    methods = [method for name in METHODS_THAT_COUNT if callable(method := getattr(cls, name, None))]
    if not methods or path in _SILENT:
        return False
    generic = all(method.__module__ == _GENERIC for method in methods)
    return not (generic and path.startswith(_WITHOUT_INFO))


def render_counts(operators: Iterable[OperatorCoverage]) -> list[str]:
    """Return the lines of a Markdown table: operators of each provider, and how many can name datasets."""
    totals: Counter[str] = Counter()
    official: Counter[str] = Counter()
    with_kit: Counter[str] = Counter()
    for operator in operators:
        for provider in (operator.provider, "all"):
            totals[provider] += 1
            official[provider] += operator.official
            with_kit[provider] += operator.with_kit
    known = sorted(name for name in totals if with_kit[name] and name != "all")
    return [
        "| Provider | Operators, transfers and sensors | OpenLineage provider alone | With lineage-kit |",
        "|---|---:|---:|---:|",
        *(f"| {name} | {totals[name]} | {official[name]} | {with_kit[name]} |" for name in [*known, "all"]),
    ]


def render_operators(operators: Iterable[OperatorCoverage]) -> list[str]:
    """Return the lines of a Markdown table: the operators that the kit knows, and what it tells of them."""
    rows: dict[tuple[str, str], list[OperatorCoverage]] = {}
    for operator in operators:
        if operator.kit:
            rows.setdefault((operator.provider, operator.kit), []).append(operator)
    lines = ["| Provider | Operators | OpenLineage provider alone | With lineage-kit |", "|---|---|---|---|"]
    for (provider, what), found in sorted(rows.items()):
        names = ", ".join(f"`{operator.path.rpartition('.')[2]}`" for operator in found)
        alone = {True: "datasets", False: "none"}
        before = " or ".join(sorted({alone[operator.official] for operator in found}))
        lines.append(f"| {provider} | {names} | {before} | {' '.join(what.replace('``', '`').split())} |")
    return lines
