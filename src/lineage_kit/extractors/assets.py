"""Airflow's assets as datasets: the name from the URI, facets from ``extra``, and what stands behind an alias."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from openlineage.client.event_v2 import Dataset

from lineage_kit import compat
from lineage_kit.datasets.declared.details import Details
from lineage_kit.datasets.declared.schemas import columns_of
from lineage_kit.datasets.naming import DatasetName, blob_at, from_uri, problem_of, suggested
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)


def is_asset(entity: Any) -> bool:
    """Tell whether an entry of inlets or outlets is an asset (Airflow 2: a dataset), or refers to one by its URI."""
    return _is_airflows(entity) and isinstance(getattr(entity, "uri", None), str)


def is_alias(entity: Any) -> bool:
    """Tell whether an entry stands for assets that are known only while a task runs."""
    return _is_airflows(entity) and any(cls.__name__ in {"AssetAlias", "DatasetAlias"} for cls in type(entity).__mro__)


def dataset_of(asset: Any, context: Any) -> Dataset | None:
    """Return the dataset that the provider of its scheme makes of an asset, else the one that its URI names."""
    known: Dataset | None = compat.translate_asset(asset, context)
    name = name_of(str(asset.uri)) if known is None else None
    return Dataset(namespace=name.namespace, name=name.name) if name is not None else known


def name_of(uri: str) -> DatasetName | None:
    """Return the name that the naming rules give to what is at a URI; None where they give none.

    A path is read as the parts of a table's name where the rule of the scheme asks for these:
    ``mysql://host/shop/orders`` is ``shop.orders`` at ``mysql://host:3306``.
    """
    name = from_uri(uri)
    if name is None:
        return None
    if name.namespace.startswith("abfss://"):
        return blob_at(uri)
    problem = problem_of(name.namespace, name.name)
    if problem is None or not problem.wrong:
        return name
    mended = suggested(name.namespace, name.name)
    if mended is not None:
        return mended
    # Systems of which there is one in the world, such as BigQuery, have a scheme and nothing behind it as namespace.
    parts = urlsplit(uri)
    whole = f"{parts.netloc}/{parts.path.strip('/')}".rpartition("@")[2].replace("/", ".")
    return DatasetName(parts.scheme, whole) if problem_of(parts.scheme, whole) is None else None


def told_by(extra: Any) -> dict[str, Any]:
    """Return what the ``extra`` of an asset says of it, in the form of a declared table's details.

    The keys are ``schema`` or ``columns``, ``owners``, ``tags``, ``description`` and ``documentation``, an address or a
    text. Everything may stand in ``extra``: other keys, and values of another form, are left alone.
    """
    if not isinstance(extra, dict):
        return {}
    links, text = _documentation(extra.get("documentation"))
    details = {
        "description": extra.get("description") or text,
        "links": links,
        "owners": extra.get("owners"),
        "tags": extra.get("tags"),
    }
    # A word under `schema` is that of the database.
    columns = [extra.get("columns"), None if isinstance(extra.get("schema"), str) else extra.get("schema")]
    found: dict[str, Any] = {}
    for key, value in details.items():
        found.update(_unless_wrong(_detail, key, value) if value else {})
    for value in columns:
        found.update(_unless_wrong(_columns, "columns", value) if value else {})
    return found


def _detail(key: str, value: Any) -> dict[str, Any]:
    return Details.of("An asset", {key: value}).told()


def _columns(key: str, value: Any) -> dict[str, Any]:
    return {key: [each.told() for each in columns_of(value)]}


def _documentation(given: Any) -> tuple[str | None, str | None]:
    """Return it as an address, or as text."""
    if not isinstance(given, str):
        return None, None
    return (given, None) if given.startswith(("http://", "https://")) else (None, given)


def _unless_wrong(read: Callable[[str, Any], dict[str, Any]], key: str, value: Any) -> dict[str, Any]:
    """Return what is read; nothing where it is of another form."""
    try:
        return read(key, value)
    except (DeclarationError, TypeError, AttributeError):
        log.debug("`%s` in the extra of an asset is not what lineage-kit takes there.", key, exc_info=True)
        return {}


def _is_airflows(entity: Any) -> bool:
    return any(cls.__module__.startswith("airflow.") for cls in type(entity).__mro__)
