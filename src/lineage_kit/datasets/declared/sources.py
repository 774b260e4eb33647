"""URIs of the systems that hold data, as authors have them: with users, passwords and options of drivers."""

from __future__ import annotations

import re
from typing import Any

from lineage_kit.datasets.declared.values import text_of
from lineage_kit.datasets.naming import without_secrets
from lineage_kit.datasets.templates import is_template, without_templates
from lineage_kit.exceptions import DeclarationError

_FORM = 'source="postgres://host:5432"'
#: Options of JDBC, ODBC and the like, behind the address.
_OPTIONS = re.compile(r";\s*[\w .-]+=.*", re.DOTALL)
_HOST = r"(?:\[[0-9A-Fa-f:.%\w]+\]|[\w.-]+)(?::\d*)?"
#: What is left where nothing can be a secret. Keys of object stores and paths of folders may have `=` in them.
_ADDRESSES = (
    re.compile(rf"[A-Za-z][\w+.:-]*://(?:{_HOST}(?:,{_HOST})*)?(?:/[^\s?#;@=&]*)?"),
    re.compile(r"(?:s3|s3a|s3n|gs|gcs|file|hdfs)://[^\s/:@;?#=&]*(?::\d+)?(?:/[^@;?#&]*)?"),
    re.compile(r"(?:abfss?|wasbs?)://[^\s/:@;?#=&]+(?:@[\w.-]+)?(?:/[^@;?#&]*)?"),
    re.compile(r"spanner://[\w.-]+:[\w-]+"),
    re.compile(r"(?:arn|urn):[\w:./-]+"),
)


def source_of(given: Any) -> str | None:
    """Return the URI of a system without user, password and options; None for None.

    Raises:
        DeclarationError: it is no URI. What it is is not quoted: a data source name has passwords in it.

    """
    text = text_of(given, "a data source", _FORM, none=True)
    if text is None:
        return None
    bare = without_secrets(_OPTIONS.sub("", text))
    # Nothing is known of a source that is told whole when the task runs.
    whole = is_template(text) and without_templates(text, "").strip() == ""
    samples = [without_templates(bare, word) for word in ("x", "0")]
    if not whole and not any(each.fullmatch(sample) for each in _ADDRESSES for sample in samples):
        msg = f"This is no URI of a data source; write the system and the host, without options: {_FORM}."
        raise DeclarationError(msg)
    return bare
