"""Settings: one function for each option of ``[lineage_kit]``.

Every read passes the declared default as fallback, because Airflow 2.11 and 3.0 do not know the defaults of provider
packages while policies are loaded. A value that cannot be read costs one WARNING and counts as the default.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any

from lineage_kit.provider_info import OPTIONS, SECTION

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

#: Knowledge about kinds of operators beside SQL ones.
FAMILY_PARTS = (
    "transfers",  # from one system to another
    "checks",  # results of data quality checks
    "dbt",
    "great_expectations",
    "services",  # operators of a cloud or data service
    "sensors",  # what a sensor waited for
    "contract",  # documents that containers and remote commands return
)

#: What ``disabled_parts`` may name.
PARTS = frozenset({"sql", "schema", "column_lineage", "observed", "declared", "reason", *FAMILY_PARTS})

#: What ``declared`` may say: how inlets and outlets and what else is found go together.
DECLARED_MODES = ("merge", "override", "fallback")

_TRUE = frozenset({"t", "true", "1", "yes", "on"})
_FALSE = frozenset({"f", "false", "0", "no", "off"})


def _boolean(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(text)


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(";") if name.strip())


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise ValueError(text)
    return seconds


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise ValueError(text)
    return count


def _mode(text: str) -> str:
    if text.lower() not in DECLARED_MODES:
        raise ValueError(text)
    return text.lower()


def _read(option: str, convert: Callable[[str], Any]) -> Any:
    from airflow.configuration import conf

    default = OPTIONS[option]["default"] or ""
    text = str(conf.get(SECTION, option, fallback=default)).strip()
    try:
        return convert(text)
    except ValueError:
        _warn_once(
            f"[{SECTION}] {option} = {text!r} is not a {OPTIONS[option]['type']}; {default!r} is used instead. "
            f"Set it to a value like {OPTIONS[option]['example'] or default!r}."
        )
        return convert(default)


@cache
def _warn_once(message: str) -> None:
    """Report a mistake the first time it is met; options are read for every event."""
    log.warning("%s", message)


def enabled() -> bool:
    """``[lineage_kit] enabled``."""
    return bool(_read("enabled", _boolean))


def disabled_parts() -> frozenset[str]:
    """``[lineage_kit] disabled_parts``; names that are no part are reported once and ignored."""
    named: frozenset[str] = _read("disabled_parts", _names)
    if unknown := named - PARTS:
        _warn_once(
            f"[{SECTION}] disabled_parts names {', '.join(sorted(unknown))}, which is no part of lineage-kit. "
            f"The parts are {', '.join(sorted(PARTS))}."
        )
    return named & PARTS


def disabled_operators() -> frozenset[str]:
    """``[lineage_kit] disabled_operators``: class names and full import paths."""
    names: frozenset[str] = _read("disabled_operators", _names)
    return names


def operator_disabled(operator: type) -> bool:
    """Tell whether ``[lineage_kit] disabled_operators`` names the operator class."""
    return not disabled_operators().isdisjoint({operator.__name__, f"{operator.__module__}.{operator.__qualname__}"})


def time_budget() -> float:
    """``[lineage_kit] time_budget``, in seconds; at most half of ``[openlineage] execution_timeout``."""
    from airflow.configuration import conf

    try:
        timeout = float(conf.get("openlineage", "execution_timeout", fallback="10"))
    except ValueError:
        timeout = 10.0
    return min(float(_read("time_budget", _seconds)), timeout / 2)


def max_event_bytes() -> int:
    """``[lineage_kit] max_event_bytes``; 0 means no limit."""
    return int(_read("max_event_bytes", _count))


def declared() -> str:
    """``[lineage_kit] declared``: one of :data:`DECLARED_MODES`."""
    return str(_read("declared", _mode))


def max_files() -> int:
    """``[lineage_kit] max_files``; 0 means no limit."""
    return int(_read("max_files", _count))


def dbt_artifacts() -> str | None:
    """``[lineage_kit] dbt_artifacts``, with its placeholders; None where it is not set."""
    return str(_read("dbt_artifacts", str)) or None


def document_operators() -> frozenset[str]:
    """``[lineage_kit] document_operators``: class names and full import paths."""
    names: frozenset[str] = _read("document_operators", _names)
    return names


def document_file() -> str | None:
    """``[lineage_kit] document_file``, with its placeholders; None where it is not set."""
    return str(_read("document_file", str)) or None


def inject_openlineage_env() -> bool:
    """``[lineage_kit] inject_openlineage_env``."""
    return bool(_read("inject_openlineage_env", _boolean))


def mask_sql_literals() -> bool:
    """``[lineage_kit] mask_sql_literals``."""
    return bool(_read("mask_sql_literals", _boolean))


def snowflake_query_tag() -> bool:
    """``[lineage_kit] snowflake_query_tag``."""
    return bool(_read("snowflake_query_tag", _boolean))
