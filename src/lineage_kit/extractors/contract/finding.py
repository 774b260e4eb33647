"""Where a task may have left its lineage document, and what becomes of one that cannot be used."""

from __future__ import annotations

import base64
import binascii
import logging
import os
from functools import partial
from types import CodeType
from typing import TYPE_CHECKING, Any

from lineage_kit import conf
from lineage_kit.exceptions import DatasetIdentityError, LineageDocumentError
from lineage_kit.extractors.class_paths import nearest_path, path_of
from lineage_kit.extractors.contract.document import KEY, MAX_CHARACTERS, checked, document_in
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.placeholders import filled
from lineage_kit.extractors.returned import pushed, returned
from lineage_kit.facets.incomplete import Cause
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction

    Read = Callable[[Extraction], Any]

log = logging.getLogger(__name__)

_PART = "contract"
_POD = "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator"
_SSH = "airflow.providers.ssh.operators.ssh.SSHOperator"

#: Operators that return what something out of Airflow's sight said, and what that is.
RETURNING = {
    _POD: "`KubernetesPodOperator`, `@task.kubernetes` with `do_xcom_push`: what the pod left in "
    "`/airflow/xcom/return.json`, on FAIL too (not with early releases of the provider).",
    _SSH: "`SSHOperator`: the last line that the command printed.",
    "airflow.providers.amazon.aws.operators.ecs.EcsRunTaskOperator": (
        "`EcsRunTaskOperator` with CloudWatch logs: the last line of the log."
    ),
    "airflow.providers.amazon.aws.operators.lambda_function.LambdaInvokeFunctionOperator": (
        "`LambdaInvokeFunctionOperator`: the payload that the function returned."
    ),
    "airflow.providers.docker.operators.docker.DockerOperator": (
        "`DockerOperator`, `@task.docker`: the last line that the container printed, or what `retrieve_output` fetched."
    ),
    "airflow.providers.http.operators.http.HttpOperator": (
        "`HttpOperator`: the response, or what `response_filter` made of it."
    ),
}
_RETURNED = "in what the task returned"
#: What the user of such an operator writes about what runs there. The document's name in it is a sign of a document.
_TEXTS = ("arguments", "cmds", "command", "data", "endpoint", "entrypoint", "overrides", "payload")
#: Those that push what they got before they fail.
_PUSH_ON_FAILURE = frozenset({_POD})
#: Those that encode what they got.
_IN_BASE64 = frozenset({_SSH})


def lineage_of_documents(extraction: Extraction) -> OperatorLineage | None:
    """Return what the task's documents say; None where it left none that can be used."""
    places = dict(_places(extraction))
    parts = [
        part
        for place, read in places.items()
        if (part := extraction.attempt(_PART, partial(_told_in, extraction, place, read))) is not None
    ]
    if parts:
        return combine(parts)
    if not extraction.explanations:
        _explain_how(extraction, looked=_RETURNED in places)
    return None


def _explain_how(extraction: Extraction, *, looked: bool) -> None:
    """Say what was expected of a task that could have left a document, and how to leave one."""
    task = extraction.task
    kind = returning(type(task))
    if kind is None or extraction.kind is EventKind.START:
        return
    if extraction.kind is EventKind.FAIL and kind not in _PUSH_ON_FAILURE:
        missing = (
            "A task that fails returns nothing: let it write the document to the file of [lineage_kit] document_file."
        )
    elif not task.do_xcom_push:
        missing = "It was not looked for, since the task has do_xcom_push=False."
    elif looked:
        missing = "There was none."
    else:
        missing = (
            f"It was not looked for: name {task.task_type} in [lineage_kit] document_operators, or let the word "
            f"`{KEY}` stand in the task's own text."
        )
    extraction.explain(
        Reason.NOT_AVAILABLE,
        f"What {task.task_type} read and wrote is known from a lineage document only, a JSON object with the key "
        f"`{KEY}` in {RETURNING[kind].partition(': ')[2].rstrip('.')}. {missing} Or declare inlets and outlets.",
    )


def returning(operator: type) -> str | None:
    """Return the path of the class in :data:`RETURNING` that an operator belongs to."""
    return nearest_path(operator, RETURNING)


def about(operator: type) -> str:
    """Return where the documents of an operator's tasks are, for the table of operators; empty where nobody looks."""
    path = returning(operator)
    return f"{RETURNING[path]} The datasets are those of a [lineage document](containers.md) in it." if path else ""


def _places(extraction: Extraction) -> Iterator[tuple[str, Read]]:
    """Yield where a document may be.

    XCom costs a request, and may be of any size, so that it needs a sign that there may be a document in it.
    """
    if extraction.kind is EventKind.START:
        return
    if path := document_path(extraction.task_instance):
        yield "in the file of [lineage_kit] document_file", partial(_written, path)
    task = extraction.task
    kind = returning(type(task))
    sign = _named(type(task)) or _in_code(getattr(task, "python_callable", None))
    if kind is not None:
        if sign or _in_text(task, *_TEXTS) or _in_code(getattr(task, "response_filter", None)):
            yield _RETURNED, partial(_returned, kind)
    elif sign:
        yield "in what the task returned or pushed", _returned_or_pushed
    elif _in_text(task, "bash_command"):
        yield _RETURNED, returned


def _told_in(extraction: Extraction, place: str, read: Read) -> OperatorLineage | None:
    try:
        document = document_in(read(extraction))
        if document is None:
            return None
        from lineage_kit.extractors.contract.datasets import lineage_in

        return lineage_in(extraction, checked(document))
    except (LineageDocumentError, DatasetIdentityError) as error:
        message = f"The lineage document {place} is not used. {error}"
        log.warning(
            "Lineage of task `%s.%s` is incomplete: %s", extraction.task.dag_id, extraction.task.task_id, message
        )
        extraction.omit(_PART, Cause.NOT_AVAILABLE, message)
        extraction.explain(Reason.NOT_AVAILABLE, message)
        return None


def _returned(kind: str, extraction: Extraction) -> Any | None:
    """Return what an operator of a kind in :data:`RETURNING` returned."""
    pushes = extraction.kind is EventKind.FAIL and kind in _PUSH_ON_FAILURE and extraction.task.do_xcom_push
    value = pushed(extraction, "return_value") if pushes else returned(extraction)
    if kind not in _IN_BASE64 or not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        return value


def _returned_or_pushed(extraction: Extraction) -> Any | None:
    """Return what has the document in it: the value that the task returned, or else what it pushed under its name."""
    value = returned(extraction)
    return {KEY: pushed(extraction, KEY)} if document_in(value) is None else value


def _named(operator: type) -> bool:
    """Tell whether ``[lineage_kit] document_operators`` names the operator class or one of its base classes."""
    names = conf.document_operators()
    return bool(names) and any(not names.isdisjoint({cls.__name__, path_of(cls)}) for cls in operator.__mro__)


def _in_text(task: Any, *names: str) -> bool:
    """Tell whether one of some attributes has the document's name in it."""
    return any(KEY in str(getattr(task, name, "")) for name in names)


def _in_code(function: Any) -> bool:
    """Tell whether a function has the document's name in its own code."""
    while function is not None and not hasattr(function, "__code__"):
        # A partial function has it in `func`, a decorated one in `__wrapped__`.
        function = getattr(function, "func", None) or getattr(function, "__wrapped__", None)
    return function is not None and _mentions(function.__code__)


def _mentions(constant: Any) -> bool:
    if isinstance(constant, CodeType):
        return any(_mentions(each) for each in (*constant.co_names, *constant.co_consts))
    if isinstance(constant, (tuple, frozenset)):
        return any(_mentions(each) for each in constant)
    return isinstance(constant, str) and KEY in constant


def document_path(task_instance: Any) -> str | None:
    """Return the file in which a task may leave its document; None where no option names one."""
    return filled(conf.document_file(), task_instance)


def _written(path: str, extraction: Extraction) -> Any | None:
    """Return what the file has in it; None where this try of the task has not written it.

    Raises:
        LineageDocumentError: it is too large, or has no document in it.

    """
    try:
        found = os.stat(path)
    except OSError:
        return None
    started = getattr(extraction.task_instance, "start_date", None)
    if started is not None and found.st_mtime < started.timestamp():
        extraction.explain(Reason.NOT_AVAILABLE, "The file of [lineage_kit] document_file is older than this try.")
        return None
    if found.st_size > MAX_CHARACTERS:
        msg = f"The file has {found.st_size} bytes; {MAX_CHARACTERS} are allowed."
        raise LineageDocumentError(msg)
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    if document_in(text) is None:
        msg = f"It must be one JSON object with the document under `{KEY}`."
        raise LineageDocumentError(msg)
    return text
