"""The document itself: where it stands in a value, and what is said about one that breaks the schema."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lineage_kit import facets
from lineage_kit.exceptions import LineageDocumentError
from lineage_kit.extractors.contract.document import MAX_CHARACTERS, checked, document_in

DOCUMENT = {"version": 1, "inputs": [{"uri": "s3://lake/in.csv"}]}
OBJECT = {"rows": 3, "lineage_kit": DOCUMENT}
LINE = json.dumps(OBJECT)


def schema() -> dict[str, Any]:
    """Return the schema that the package ships."""
    content: dict[str, Any] = json.loads(files(facets).joinpath("LineageDocument.json").read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize(
    "value",
    [
        OBJECT,
        LINE,
        LINE.encode(),
        f"\n{json.dumps(OBJECT, indent=2)}\n",
        f"one line\nand another\n{LINE}\n",
        f'{{"level": "info"}}\n{LINE}',
        ["one line", LINE],
        ("one line", OBJECT),
    ],
)
def test_found(value: Any) -> None:
    """It is under its name in an object, in text that is one, on the last line of text, and in the last of a list."""
    assert document_in(value) == DOCUMENT


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        [],
        {},
        {"lineage": DOCUMENT},
        {"lineage_kit": None},
        "done",
        "we use lineage_kit here",
        '{"library": "lineage_kit"}',
        'warning: "lineage_kit" is not installed',
        [LINE, "done"],
        '{"nested": {"lineage_kit": {}}}',
        b"\xff\xfe",
        object(),
    ],
)
def test_not_there(value: Any) -> None:
    """Anything else is somebody's return value, and no mistake."""
    assert document_in(value) is None


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text() | st.binary(), st.lists))
def test_any_value(value: Any) -> None:
    """No value of any kind is an error unless it has the document's name in it."""
    assert document_in(value) is None


@pytest.mark.parametrize(
    "text", ['{"lineage_kit": {"version": 1', '{"a": "b"}\n{"lineage_kit": nothing}', f"{LINE}\ndone"]
)
def test_broken_text(text: str) -> None:
    """What begins as an object with the document's name in it was meant to be one."""
    with pytest.raises(LineageDocumentError, match="is not JSON"):
        document_in(text)


def test_deep_text() -> None:
    """Text that is nested deeper than Python can read costs the document only."""
    with pytest.raises(LineageDocumentError, match="is not JSON"):
        document_in('{"lineage_kit": ' + "[" * 100_000)


def test_long_text() -> None:
    """Text is not read whole whatever its length; a short last line is."""
    padding = "x" * MAX_CHARACTERS

    assert document_in(f"{padding}\n{LINE}") == DOCUMENT
    with pytest.raises(LineageDocumentError, match="longer than"):
        document_in(json.dumps({"padding": padding, **OBJECT}))


def test_schema_is_a_schema() -> None:
    """The file is correct JSON schema of the draft that it names, and its address says its version."""
    content = schema()

    Draft202012Validator.check_schema(content)
    assert content["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert content["$id"] == "urn:airflow-provider-lineage-kit:1-0-0:LineageDocument.json"


def test_plain() -> None:
    """What comes out is JSON, whatever containers it came in; what went in is not changed."""
    told = {"version": 1, "inputs": ({"uri": "s3://b/k"},)}

    assert checked(told) == {"version": 1, "inputs": [{"uri": "s3://b/k"}]}
    assert told["inputs"] == ({"uri": "s3://b/k"},)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], 'The document does not keep to `type` of the schema: "object".'),
        ({}, "The document lacks `version`."),
        ({"version": 2}, "version does not keep to `const` of the schema: 1."),
        ({"version": 1, "input": []}, "The document has `input`, which the schema does not know."),
        (
            {"version": 1, "inputs": [{"uri": "s3://b/k"}, {}]},
            "inputs[1] needs either `uri`, or `namespace` and `name`, or `connection` and `table`.",
        ),
        (
            {"version": 1, "inputs": [{"uri": "s3://b/k", "namespace": "n", "name": "n"}]},
            "inputs[0] needs either `uri`, or `namespace` and `name`, or `connection` and `table`.",
        ),
        (
            {"version": 1, "outputs": [{"uri": "s3://b/k", "columns": [{"name": "a", "from": [{}]}]}]},
            "outputs[0].columns[0].from[0] lacks `column`.",
        ),
        (
            {"version": 1, "outputs": [{"uri": "s3://b/k", "row_count": -1}]},
            "outputs[0].row_count does not keep to `minimum` of the schema: 0.",
        ),
        (
            {"version": 1, "outputs": [{"uri": " "}]},
            'outputs[0].uri does not keep to `pattern` of the schema: "\\\\S".',
        ),
    ],
)
def test_sentence(document: Any, sentence: str) -> None:
    """What is wrong is told with the field and the rule."""
    with pytest.raises(LineageDocumentError) as caught:
        checked(document)
    assert str(caught.value) == sentence


def test_half_an_identity() -> None:
    """A namespace beside an address is a mistake, and named."""
    with pytest.raises(LineageDocumentError, match=r"^inputs\[0\] does not keep to `dependentRequired`"):
        checked({"version": 1, "inputs": [{"uri": "s3://b/k", "namespace": "n"}]})


@pytest.mark.parametrize(
    "document",
    [
        {"version": "hunter2"},
        {"version": 1, "hunter2 = password": 1},
        {"version": 1, "inputs": "hunter2"},
        {"version": 1, "inputs": [{"uri": {"password": "hunter2"}}]},
        {"version": 1, "inputs": [{"uri": "s3://b/k", "id": 5, "columns": [{"name": "hunter2", "type": ["hunter2"]}]}]},
        {"version": 1, "outputs": [{"uri": "s3://b/k", "columns": [{"from": [{"transformation": "hunter2"}]}]}]},
    ],
)
def test_values_are_not_quoted(document: Any) -> None:
    """A document may have a secret in it by mistake; the message about it does not."""
    with pytest.raises(LineageDocumentError) as caught:
        checked(document)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("document", [{"version": 1, "inputs": {1, 2}}, {"version": object()}])
def test_not_json(document: Any) -> None:
    """Values that a function returned may be anything."""
    with pytest.raises(LineageDocumentError, match="JSON does not know"):
        checked(document)


def test_too_large() -> None:
    """A document is small, however it came."""
    inputs = [{"uri": f"s3://bucket/{'x' * 1000}/{number}"} for number in range(300)]

    with pytest.raises(LineageDocumentError, match=f"{MAX_CHARACTERS} are allowed"):
        checked({"version": 1, "inputs": inputs})


def test_documentation() -> None:
    """The example of the page is a document."""
    page = (Path(__file__).parents[4] / "docs" / "containers.md").read_text(encoding="utf-8")
    example = re.search(r"```json\n(.*?)```", page, re.DOTALL)

    assert example is not None
    assert checked(document_in(example[1]))["version"] == 1
    assert f"{MAX_CHARACTERS:,} characters" in page
