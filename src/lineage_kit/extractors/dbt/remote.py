"""dbt in containers and on other machines: what it did is known where its artifacts come to where workers can read."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from lineage_kit.extractors.dbt.family import texts_of
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.extractors.merge import combine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction

    Command = str | Sequence[str] | None


@family("dbt")
def ssh(extraction: Extraction) -> OperatorLineage | None:
    """``SSHOperator`` whose command calls dbt: as ``BashOperator``, from the folder ``[lineage_kit] dbt_artifacts``."""
    task = extraction.task
    return lineage_of_command(extraction, task.command, getattr(task, "environment", None))


@family("dbt")
def docker(extraction: Extraction) -> OperatorLineage | None:
    """``DockerOperator`` that calls dbt: as ``BashOperator``, from the folder ``[lineage_kit] dbt_artifacts``."""
    task = extraction.task
    words = _words(task.entrypoint) + _words(task.command)
    return lineage_of_command(extraction, _in_image(task.image, task.entrypoint, words), task.environment)


@family("dbt")
def kubernetes_pod(extraction: Extraction) -> OperatorLineage | None:
    """``KubernetesPodOperator`` that calls dbt: as ``BashOperator``, from the folder ``[lineage_kit] dbt_artifacts``.

    Its subclasses for EKS and GKE are served too.
    """
    task = extraction.task
    words = _words(task.cmds) + _words(task.arguments)
    variables = task.env_vars or {}
    # The operator makes objects of what it was given when it runs.
    environment = variables if isinstance(variables, dict) else {each.name: each.value for each in variables}
    return lineage_of_command(extraction, _in_image(task.image, task.cmds, words), environment)


@family("dbt")
def ecs_run_task(extraction: Extraction) -> OperatorLineage | None:
    """``EcsRunTaskOperator`` that calls dbt: as ``BashOperator``, from the folder ``[lineage_kit] dbt_artifacts``."""
    overrides = extraction.task.overrides
    parts = []
    for container in (overrides or {}).get("containerOverrides") or ():
        environment = {each["name"]: each["value"] for each in container.get("environment") or ()}
        parts.append(lineage_of_command(extraction, container.get("command"), environment))
    found = [part for part in parts if part is not None]
    return combine(found) if found else None


def lineage_of_command(extraction: Extraction, command: Command, environment: Any = None) -> OperatorLineage | None:
    """Return what dbt did where a container or another machine ran it; None where the command does not call dbt.

    Args:
        extraction: the task and the event.
        command: shell text, or the words of a program.
        environment: the variables that the task gave it.

    """
    if extraction.kind is EventKind.START or "dbt" not in str(command):
        return None
    from lineage_kit.extractors.dbt.calls import find_calls_elsewhere
    from lineage_kit.extractors.dbt.outcome import lineage_of_calls

    return lineage_of_calls(extraction, find_calls_elsewhere(command, texts_of(environment)))


def _words(command: Any) -> list[str]:
    """Return the words of a command, which operators take as text or as a list, or as text that is a list."""
    if isinstance(command, (list, tuple)):
        return [str(word) for word in command]
    try:
        return shlex.split(command.strip("[]").replace(",", " ") if command.startswith("[") else command)
    except (AttributeError, ValueError):
        return []


def _in_image(image: Any, entrypoint: Any, words: list[str]) -> list[str]:
    """Return what runs in a container: images of dbt start the program themselves."""
    if entrypoint or "dbt" not in str(image) or not words:
        return words
    from lineage_kit.extractors.dbt.calls import COMMANDS

    return ["dbt", *words] if words[0] in COMMANDS else words
