"""The files that dbt leaves in its target folder, believed only where they are of the task's own call.

A target folder is shared by all that run the project, and keeps the files of the last call. A file counts where that
call began after the task did, and where dbt's record of its command line agrees with the task's.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from lineage_kit.exceptions import DbtArtifactsError
from lineage_kit.extractors.dbt.profiles import read_yaml, render
from lineage_kit.extractors.dbt.shell import path_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineage_kit.extractors.dbt.calls import DbtCall

#: Reading a file of this size takes about half a second and several times its size in memory.
_MAX_BYTES = 50_000_000

#: What dbt calls a command in its record, where that is not the command itself.
_RECORDED = {"docs": "generate", "ls": "list"}


@dataclass(frozen=True)
class Artifacts:
    """What one call of dbt left behind.

    Args:
        call: the call.
        folder: where the files are.
        results: of ``run_results.json``.
        manifest: of ``manifest.json``, written by the same call.
        catalog: of ``catalog.json``, as old as the last ``dbt docs generate``; None where there is none.

    """

    call: DbtCall
    folder: str
    results: Mapping[str, Any]
    manifest: Mapping[str, Any]
    catalog: Mapping[str, Any] | None

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What dbt took from command line and environment."""
        return self.results.get("args") or {}


def target_folder(call: DbtCall) -> str | None:
    """Return the folder of the call's artifacts; None where the command does not tell."""
    project = call.project
    given = call.option("TARGET_PATH")
    if given and (os.path.isabs(given) or project is not None) and not call.elsewhere:
        return path_from(project, given)
    if project is None:
        return None
    settings = read_yaml(os.path.join(project, "dbt_project.yml")) or {}
    return path_from(project, render(settings.get("target-path"), call.environment) or "target")


def read_artifacts(
    folder: str, calls: Sequence[DbtCall], started: datetime | None, *, shared: bool = False
) -> Artifacts:
    """Return the artifacts in ``folder``, of one of ``calls``.

    Args:
        folder: the target folder.
        calls: the task's calls that leave their artifacts there, in order.
        started: when the task began; None where nobody knows.
        shared: whether other tasks may leave theirs there, so that the command line alone says whose they are.

    Raises:
        DbtArtifactsError: there are none, or they are not of the task's calls.

    """
    results = _read(folder, "run_results.json")
    if started is None or _began(results) < started:
        msg = (
            f"`{folder}/run_results.json` is older than this run of the task: dbt did not get as far as writing it, or "
            "wrote elsewhere."
        )
        raise DbtArtifactsError(msg)
    call = _call_of(results, calls)
    if call is None:
        msg = (
            f"`{folder}/run_results.json` is of another call of dbt, which ran at the same time or afterwards; give "
            "each call a target folder of its own with `--target-path`."
        )
        raise DbtArtifactsError(msg)
    if shared and not (_recorded(results) and call.tells_itself_apart):
        msg = (
            f"nothing says whether `{folder}/run_results.json` is of this task or of another; put `{{task_id}}` and "
            "`{run_id}` into [lineage_kit] dbt_artifacts."
        )
        raise DbtArtifactsError(msg)
    manifest = _read(folder, "manifest.json")
    if _invocation(manifest) != _invocation(results):
        msg = f"`manifest.json` and `run_results.json` in `{folder}` are of different calls of dbt."
        raise DbtArtifactsError(msg)
    return Artifacts(call, folder, results, manifest, _catalog(folder))


def _call_of(results: Mapping[str, Any], calls: Sequence[DbtCall]) -> DbtCall | None:
    arguments = results.get("args") or {}
    recorded = _recorded(results)
    for call in reversed(calls):
        same_command = _RECORDED.get(call.command, call.command) in {arguments.get("which"), "retry"}
        if same_command and (not recorded or call.is_invocation(recorded)):
            return call
    return None


def _recorded(results: Mapping[str, Any]) -> str:
    """Return dbt's record of the words after its name; "" where it cannot be compared.

    Asterisks stand for secrets, which dbt takes out of its record. Releases before 1.5 keep no record.
    """
    recorded = str((results.get("args") or {}).get("invocation_command") or "").partition(" ")[2]
    return "" if "*****" in recorded else recorded


def _read(folder: str, name: str) -> dict[str, Any]:
    path = os.path.join(folder, name)
    try:
        if os.path.getsize(path) > _MAX_BYTES:
            msg = f"`{path}` is larger than {_MAX_BYTES // 1_000_000} MB, which is too much to read for an event."
            raise DbtArtifactsError(msg)
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except OSError as error:
        msg = f"`{path}` cannot be read ({type(error).__name__})."
        raise DbtArtifactsError(msg) from error
    except ValueError as error:
        msg = f"`{path}` is not valid JSON; another call of dbt may be writing it."
        raise DbtArtifactsError(msg) from error
    if not isinstance(content, dict) or not isinstance(content.get("metadata"), dict):
        msg = f"`{path}` is no artifact of dbt."
        raise DbtArtifactsError(msg)
    return content


def _catalog(folder: str) -> dict[str, Any] | None:
    try:
        return _read(folder, "catalog.json")
    except DbtArtifactsError:
        return None


def _invocation(artifact: Mapping[str, Any]) -> str:
    return str(artifact["metadata"].get("invocation_id"))


def _began(results: Mapping[str, Any]) -> datetime:
    """Return when the call began; releases before 1.10 tell when it ended, and how long it ran models."""
    metadata = results["metadata"]
    try:
        if metadata.get("invocation_started_at"):
            return _time(metadata["invocation_started_at"])
        return _time(metadata["generated_at"]) - timedelta(seconds=float(results.get("elapsed_time") or 0))
    except (KeyError, TypeError, ValueError) as error:
        msg = "`run_results.json` does not say when it was written."
        raise DbtArtifactsError(msg) from error


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)
