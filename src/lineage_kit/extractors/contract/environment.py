"""Environment variables that let the program of a task join its OpenLineage run.

OpenLineage's own clients read them: ``OPENLINEAGE_PARENT_ID`` and ``OPENLINEAGE_ROOT_PARENT_ID`` (dbt, and by
convention scripts), ``OPENLINEAGE_CONTEXT`` (the same for newer releases, without trouble with slashes in a namespace),
``OPENLINEAGE_NAMESPACE``, ``OPENLINEAGE_URL`` and ``OPENLINEAGE_ENDPOINT``. Keys are never among them.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from lineage_kit import compat
from lineage_kit.datasets.naming import without_user

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DOCUMENT = "LINEAGE_KIT_DOCUMENT"

#: Variables that mean something together. Where the user sets one of them, or what stands beside it, none is offered.
_PARENT = frozenset({"OPENLINEAGE_CONTEXT", "OPENLINEAGE_PARENT_ID", "OPENLINEAGE_ROOT_PARENT_ID"})
_BACKEND = frozenset({"OPENLINEAGE_CONFIG", "OPENLINEAGE_ENDPOINT", "OPENLINEAGE_URL"})
_BACKEND_SETTINGS = "OPENLINEAGE__TRANSPORT"
_HTTP = frozenset({"async_http", "http"})
_SCHEMES = frozenset({"http", "https"})


def openlineage_variables(task_instance: Any) -> dict[str, str]:
    """Return the variables that name the task's run, the namespace and the backend."""
    parent, root = compat.ancestors(task_instance)
    variables = {"OPENLINEAGE_CONTEXT": _context(parent, root), "OPENLINEAGE_NAMESPACE": parent[0]}
    # Who reads these splits at slashes and passes over what does not have three parts.
    if not any("/" in part for part in (*parent, *root)):
        variables["OPENLINEAGE_PARENT_ID"] = "/".join(parent)
        variables["OPENLINEAGE_ROOT_PARENT_ID"] = "/".join(root)
    return {**variables, **_backend()}


def _context(parent: tuple[str, str, str], root: tuple[str, str, str]) -> str:
    def run(namespace: str, name: str, run_id: str) -> dict[str, Any]:
        return {"run": {"runId": run_id}, "job": {"namespace": namespace, "name": name}}

    return json.dumps({"parent": {**run(*parent), "root": run(*root)}})


def _backend() -> dict[str, str]:
    """Return the address of the one HTTP backend that is configured; nothing for other transports, or several."""
    transport = _transport()
    if not transport:
        return _addresses(os.getenv("OPENLINEAGE_URL"), os.getenv("OPENLINEAGE_ENDPOINT"))
    nested = transport.get("transports")
    candidates = list(nested.values() if isinstance(nested, dict) else nested or [transport])
    found = [each for each in candidates if each.get("type") in _HTTP and each.get("url")]
    return _addresses(found[0]["url"], found[0].get("endpoint")) if len(found) == 1 else {}


def _addresses(url: Any, endpoint: Any) -> dict[str, str]:
    """Return the variables for a backend's address; none where it is no address, which may be a misplaced secret."""
    try:
        parts = urlsplit(str(url or ""))
        # A port that is no number raises: it is the beginning of a password with a character that ends the host's part.
        if parts.port == 0 or not parts.hostname or parts.scheme not in _SCHEMES:
            return {}
        variables = {"OPENLINEAGE_URL": _bare(str(url))}
        if endpoint:
            variables["OPENLINEAGE_ENDPOINT"] = _bare(str(endpoint))
    except ValueError:
        return {}
    return variables


def _bare(address: str) -> str:
    """Return an address without what may be a secret: user, password, query string and fragment."""
    return without_user(urlsplit(address)._replace(query="", fragment="").geturl())


def _transport() -> dict[str, Any]:
    """Return the transport of the provider's configuration, as it is written there.

    The client is not asked for it: it would be made here, and one that sends in a thread does not survive the fork
    that follows.
    """
    from airflow.providers.openlineage import conf as openlineage

    if path := openlineage.config_path():
        with open(path, encoding="utf-8") as file:
            return (yaml.safe_load(file) or {}).get("transport") or {}
    return dict(openlineage.transport())


class Offer:
    """What may be handed to the program of a task, beside what the user sets there."""

    def __init__(self, variables: Mapping[str, str], untouchable: Iterable[str] = ()) -> None:
        """Keep the variables.

        Args:
            variables: what may be handed on.
            untouchable: endings that Airflow takes for names of template files; some operators render values again.

        """
        endings = tuple(untouchable)
        self._variables = {
            name: value
            for name, value in variables.items()
            if not value.endswith(endings) and not any(mark in value for mark in ("{{", "{%", "{#"))
        }

    def beside(self, names: Iterable[str], texts: Iterable[str] = ()) -> dict[str, str]:
        """Return the variables that the user has not set.

        Args:
            names: variables that the user has set, or that are inherited.
            texts: what else the user wrote about variables, such as a template of a pod; a name in it counts as set.

        """
        taken = set(names)
        taken.update(name for text in texts for name in (*self._variables, *_PARENT, *_BACKEND) if name in text)
        if not taken.isdisjoint(_PARENT):
            taken |= _PARENT
        if not taken.isdisjoint(_BACKEND) or any(name.startswith(_BACKEND_SETTINGS) for name in taken):
            taken |= _BACKEND
        return {name: value for name, value in self._variables.items() if name not in taken}
