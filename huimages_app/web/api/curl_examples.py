"""Commands of curl that show how an operation of the API is called."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

Resolve = Callable[[dict[str, Any]], dict[str, Any]]


def curl_example(method: str, url: str, bodies: dict[str, Any], resolve: Resolve) -> str:
    """Return a command with a token and a body, if the operation has one.

    `bodies` are schemas by content type, of which the first is shown; `resolve` follows a `$ref`.
    """
    words = ["curl", *([f"-X {method}"] if method != "GET" else [])]
    words.append('-H "Authorization: Bearer $TOKEN"')
    for content_type, body in list(bodies.items())[:1]:
        words += _body(content_type, body["schema"], resolve)
    return " ".join([*words, url])


def example_of(schema: dict[str, Any], resolve: Resolve) -> Any:
    """Return a value that is valid by a schema: of an object, the fields that it requires.

    Of one that requires nothing the first field, so that the request is not empty.
    """
    schema = resolve(schema)
    if examples := schema.get("examples"):
        return examples[0]
    if "enum" in schema:
        return schema["enum"][0]
    if alternatives := schema.get("oneOf") or schema.get("anyOf"):
        return example_of(alternatives[0], resolve)
    if properties := schema.get("properties"):
        names = schema.get("required") or list(properties)[: max(1, schema.get("minProperties", 1))]
        return {name: example_of(properties[name], resolve) for name in names}
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "array":
        count = max(1, schema.get("minItems", 1))
        return [example_of(schema["items"], resolve) for _ in range(count)]
    values = {"integer": schema.get("minimum", 1), "number": 1, "boolean": True, "object": {}}
    return values.get(kind, "…")


def _body(content_type: str, schema: dict[str, Any], resolve: Resolve) -> list[str]:
    if content_type == "application/json":
        example = json.dumps(example_of(schema, resolve), ensure_ascii=False)
        return ["--json", shlex.quote(example)]
    name = "table.csv" if content_type == "text/csv" else "picture.jpeg"
    content_type = content_type.replace("/*", "/jpeg")
    return [f'-H "Content-Type: {content_type}"', f"--data-binary @{name}"]
