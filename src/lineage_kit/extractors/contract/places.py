"""Where operators have a place for environment variables, and how something is put there.

A listener hook changes the very operator that will be executed, in its own process. Nothing that belongs to the DAG's
author is changed in place: an operator's dictionary may be shared by others.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from lineage_kit import compat, conf
from lineage_kit.extractors.class_paths import nearest
from lineage_kit.extractors.contract.environment import DOCUMENT, Offer, openlineage_variables
from lineage_kit.extractors.contract.finding import document_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Put = Callable[[Any, Offer], None]

#: What ECS takes as overrides; more of it fails the task.
_ECS_OVERRIDES_CHARACTERS = 8192


def hand_on(task_instance: Any) -> None:
    """Put what is to be handed on into the operator of ``task_instance``, before it is executed."""
    task = task_instance.task
    put = _place_of(type(task))
    if put is None:
        return
    variables: dict[str, str] = {}
    if conf.inject_openlineage_env() and compat.emits_events(task):
        variables.update(openlineage_variables(task_instance))
    if put in _LOCAL and (path := document_path(task_instance)):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        variables[DOCUMENT] = path
    if variables:
        put(task, Offer(variables, getattr(task, "template_ext", ())))


def _place_of(operator: type) -> Put | None:
    return nearest(operator, _PLACES)


def _bash(task: Any, offer: Offer) -> None:
    inherits = task.env is None or task.append_env
    own = dict(task.env or {})
    more = offer.beside((*own, *os.environ) if inherits else own)
    if more:
        # Without variables of its own the command inherits all; with some, it has to be told to.
        task.append_env = inherits
        task.env = {**more, **own}


def _python(task: Any, offer: Offer) -> None:
    """Serve functions in an interpreter of their own; early releases of the standard provider have no place."""
    if not hasattr(task, "env_vars"):
        return
    own = dict(task.env_vars or {})
    inherited = os.environ if getattr(task, "inherit_env", True) else ()
    task.env_vars = {**offer.beside((*own, *inherited)), **own}


def _docker(task: Any, offer: Offer) -> None:
    names = (*task.environment, *(getattr(task, "_private_environment", None) or ()))
    texts = [task.env_file] if isinstance(getattr(task, "env_file", None), str) else []
    task.environment = {**offer.beside(names, texts), **task.environment}


def _ssh(task: Any, offer: Offer) -> None:
    own = dict(task.environment or {})
    task.environment = {**offer.beside(own), **own}


def _pod(task: Any, offer: Offer) -> None:
    from kubernetes.client import V1EnvVar

    own = task.env_vars or []
    texts = [str(getattr(task, name, None) or "") for name in ("full_pod_spec", "pod_template_dict")]
    texts += [str(getattr(secret, "deploy_target", "")) for secret in getattr(task, "secrets", None) or ()]
    if template := getattr(task, "pod_template_file", None):
        with open(template, encoding="utf-8") as file:
            texts.append(file.read())
    if isinstance(own, dict):
        task.env_vars = {**offer.beside(own, texts), **own}
        return
    more = offer.beside((each.name for each in own), texts)
    task.env_vars = [*own, *(V1EnvVar(name=name, value=value) for name, value in more.items())]


def _ecs(task: Any, offer: Offer) -> None:
    """Serve the containers that the overrides name; what others there are, only the service knows."""
    overrides = task.overrides or {}
    containers = [_with_environment(each, offer) for each in overrides.get("containerOverrides") or ()]
    changed = {**overrides, "containerOverrides": containers}
    if containers and len(json.dumps(changed, default=str)) <= _ECS_OVERRIDES_CHARACTERS:
        task.overrides = changed


def _batch(task: Any, offer: Offer) -> None:
    """Serve jobs whose author overrides something of their container; other kinds of jobs refuse such overrides."""
    if task.container_overrides is not None:
        task.container_overrides = _with_environment(task.container_overrides, offer)


def _with_environment(container: dict[str, Any], offer: Offer) -> dict[str, Any]:
    """Return AWS's description of a container with more in its environment."""
    own = list(container.get("environment") or ())
    more = offer.beside(_aws_names(own))
    return {**container, "environment": [*own, *({"name": name, "value": value} for name, value in more.items())]}


def _aws_names(environment: Iterable[dict[str, str]]) -> list[str]:
    return [each["name"] for each in environment]


_PLACES: dict[str, Put] = {
    "airflow.operators.bash.BashOperator": _bash,
    "airflow.operators.python.ExternalPythonOperator": _python,
    "airflow.operators.python.PythonVirtualenvOperator": _python,
    "airflow.providers.amazon.aws.operators.batch.BatchOperator": _batch,
    "airflow.providers.amazon.aws.operators.ecs.EcsRunTaskOperator": _ecs,
    "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator": _pod,
    "airflow.providers.docker.operators.docker.DockerOperator": _docker,
    "airflow.providers.ssh.operators.ssh.SSHOperator": _ssh,
    "airflow.providers.standard.operators.bash.BashOperator": _bash,
    "airflow.providers.standard.operators.python.ExternalPythonOperator": _python,
    "airflow.providers.standard.operators.python.PythonVirtualenvOperator": _python,
}
#: Places of programs on the worker itself, whose files are the worker's.
_LOCAL = frozenset({_bash, _python})
