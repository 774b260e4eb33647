"""The lineage document: found in what a task returned, printed or wrote, and checked against its schema."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from lineage_kit import facets
from lineage_kit.exceptions import LineageDocumentError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

#: The document stands under this name: in an object that is returned, printed or written, and as a key of XCom.
KEY = "lineage_kit"
#: Of the document as JSON. Lineage of a thousand columns takes about half of it.
MAX_CHARACTERS = 262_144

_SCHEMA = "LineageDocument.json"
#: A field that the schema does not have may be anything; what looks like a name may be told.
_NAME = re.compile(r"[A-Za-z_]\w{0,39}")


def document_in(value: Any) -> Any | None:
    """Return the document that a value carries, unchecked; None where it carries none.

    Args:
        value: an object; text that is one, or whose last line is; or a list of which the last item is such.

    Raises:
        LineageDocumentError: text begins as an object and has the document's name in it, but is not JSON.

    """
    if isinstance(value, (list, tuple)):
        value = value[-1] if value else None
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, str):
        value = _object_in(value)
    return value.get(KEY) if isinstance(value, dict) else None


def _object_in(text: str) -> Any | None:
    if f'"{KEY}"' not in text:
        return None
    whole = text.strip()
    last = whole.rpartition("\n")[2].strip()
    candidates = [each for each in dict.fromkeys((whole, last)) if each.startswith("{") and f'"{KEY}"' in each]
    if not candidates:
        return None
    short = [each for each in candidates if len(each) <= MAX_CHARACTERS]
    if not short:
        msg = f"The text around the document is longer than {MAX_CHARACTERS} characters; write it on the last line."
        raise LineageDocumentError(msg)
    found = next((each for each in map(_json, short) if each is not None), None)
    if found is None:
        msg = f"The text with `{KEY}` in it is not JSON. The whole text, or its last line, must be one JSON object."
        raise LineageDocumentError(msg)
    return found


def _json(text: str) -> Any | None:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def checked(document: Any) -> dict[str, Any]:
    """Return the document as plain JSON.

    Raises:
        LineageDocumentError: it is too large, or not what the schema asks for.

    """
    try:
        text = json.dumps(document)
    except (TypeError, ValueError, RecursionError):
        msg = "The document has values in it that JSON does not know."
        raise LineageDocumentError(msg) from None
    if len(text) > MAX_CHARACTERS:
        msg = f"The document has {len(text)} characters; {MAX_CHARACTERS} are allowed."
        raise LineageDocumentError(msg)
    plain: dict[str, Any] = json.loads(text)
    error = min(_validator().iter_errors(plain), key=_position, default=None)
    if error is not None:
        raise LineageDocumentError(_sentence(error))
    return plain


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(files(facets).joinpath(_SCHEMA).read_text(encoding="utf-8")))


def _position(error: ValidationError) -> tuple[list[str], bool]:
    """Return what sorts the errors by the place in the document; a misspelt field comes before what it leaves out."""
    path = [f"{each:05}" if isinstance(each, int) else each for each in error.absolute_path]
    return path, error.validator != "additionalProperties"


def _sentence(error: ValidationError) -> str:
    """Return what is wrong, in words of the schema only: the document may have secrets in it by mistake."""
    where = error.json_path.removeprefix("$").lstrip(".") or "The document"
    if error.validator == "additionalProperties":
        unknown = sorted(set(error.instance) - set(error.schema["properties"]))
        names = [f"`{name}`" for name in unknown if _NAME.fullmatch(name)] or ["a field"]
        return f"{where} has {', '.join(names)}, which the schema does not know."
    if error.validator == "oneOf":
        return f"{where} needs either `uri`, or `namespace` and `name`, or `connection` and `table`."
    if error.validator == "required":
        missing = [f"`{name}`" for name in error.validator_value if name not in error.instance]
        return f"{where} lacks {', '.join(missing)}."
    return f"{where} does not keep to `{error.validator}` of the schema: {json.dumps(error.validator_value)}."
