"""The curl commands on the page of the API."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from webtest import TestApp

from huimages_app.web.api.curl_examples import curl_example, example_of
from huimages_app.web.api.openapi import document, operations


def commands(browser: TestApp) -> dict[str, list[str]]:
    """Return the words of each command by the name of its operation."""
    page = browser.get("/api/v1/").html
    return {
        section["id"]: shlex.split(section.select_one(".example code").text)
        for section in page.select("section.operation")
    }


def test_every_operation_has_a_command_with_its_method_and_url(browser: TestApp) -> None:
    found = commands(browser)
    assert found.keys() == {operation.name for operation in operations()}
    for operation in operations():
        words = found[operation.name]
        assert words[0] == "curl"
        assert words[-1] == f"http://localhost/api/v1{operation.path}"
        assert ("-X" in words) == (operation.method != "GET")
        assert "Authorization: Bearer $TOKEN" in words


def test_commands_send_the_fields_that_are_required(browser: TestApp) -> None:
    found = commands(browser)
    assert json.loads(found["turnImage"][found["turnImage"].index("--json") + 1]) == {"degrees": 90}
    for operation in operations():
        json_body = operation.body_schemas.get("application/json")
        words = found[operation.name]
        if json_body is None:
            assert "--json" not in words
            continue
        sent = json.loads(words[words.index("--json") + 1])
        schema = json_body["schema"]
        name = schema.get("$ref", "").rpartition("/")[2]
        schema = document()["components"]["schemas"][name] if name else schema
        assert sent
        assert set(schema.get("required", [])) <= sent.keys() <= schema["properties"].keys()


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "…"),
        ({"enum": ["a", "b"]}, "a"),
        ({"type": ["integer", "null"], "minimum": 3}, 3),
        ({"type": "boolean"}, True),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, 1),
        ({"type": "array", "minItems": 2, "items": {"type": "string"}}, ["…", "…"]),
        ({"type": "object", "properties": {"a": {"type": "string"}, "b": {}}}, {"a": "…"}),
        ({"type": "object", "examples": [{"tag": "sea"}]}, {"tag": "sea"}),
    ],
)
def test_example_is_a_value_of_its_schema(schema: dict[str, Any], expected: object) -> None:
    assert example_of(schema, lambda found: found) == expected


def test_command_for_a_file_names_its_type() -> None:
    bodies = {"image/*": {"schema": {"type": "string"}}}
    command = curl_example("PUT", "https://x.de/file", bodies, lambda schema: schema)
    assert '-H "Content-Type: image/jpeg" --data-binary @picture.jpeg https://x.de/file' in command
