"""A client of the API that validates every request and response against `openapi.json`."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
from webtest import TestApp, TestResponse

from huimages_app.web.api.openapi import document

PREFIX = "/api/v1"


class Contract:
    """`openapi.json`, as the validator of one request and its response at a time."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._paths = {
            re.compile(re.sub(r"\{[a-z]+\}", "[^/]+", path)): item
            for path, item in document["paths"].items()
        }

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """Return the operation of a method and a path, by the longest matching path."""
        found = [item for pattern, item in self._paths.items() if pattern.fullmatch(path)]
        assert found, f"{path} is not in the document"
        item = found[0]
        assert method.lower() in item, f"{method} {path} is not in the document"
        operation = item[method.lower()]
        return {
            **operation,
            "parameters": [*item.get("parameters", []), *operation.get("parameters", [])],
        }

    def check_request(self, method: str, url: str, body: Any) -> None:
        """Fail unless the request is valid by the document."""
        operation = self.operation(method, urlsplit(url).path.removeprefix(PREFIX))
        parameters = [self._resolved(entry) for entry in operation["parameters"]]
        known = {entry["name"]: entry["schema"] for entry in parameters if entry["in"] == "query"}
        for name, value in parse_qsl(urlsplit(url).query):
            if name.startswith("ref."):
                continue
            schema = self._resolved(known[name])
            kind = self._resolved(schema.get("items", schema))
            is_text = kind.get("type", "string") == "string"
            self._validate(kind, value if is_text else json.loads(value))
        if isinstance(body, dict):
            self._validate(operation["requestBody"]["content"]["application/json"]["schema"], body)

    def check_response(self, method: str, url: str, response: TestResponse) -> None:
        """Fail unless the document describes the response, with its body and headers."""
        operation = self.operation(method, urlsplit(url).path.removeprefix(PREFIX))
        described = operation["responses"].get(str(response.status_int))
        assert described, f"{method} {url} returned {response.status}, which is not in the document"
        described = self._resolved(described)
        for name in described.get("headers", {}):
            assert name in response.headers or name == "Link", f"no {name} in the response"
        if "content" not in described:
            assert not response.body
            return
        self._validate(described["content"][response.content_type]["schema"], response.json)

    def _resolved(self, entry: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in entry:
            return entry
        found: Any = self._document
        for part in entry["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return found  # type: ignore[no-any-return]

    def _validate(self, schema: dict[str, Any], value: Any) -> None:
        components = {"components": self._document["components"]}
        jsonschema_rs.Draft202012Validator(
            {**schema, **components}, validate_formats=True
        ).validate(value)


class Api:
    """A client of the API of a site, without cookies; `token` is the text of an API token."""

    def __init__(self, app: TestApp, token: str = "") -> None:
        self._app = TestApp(app.app)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._contract = Contract(document())

    def get(self, path: str, **headers: str) -> TestResponse:
        return self("GET", path, headers=headers)

    def __call__(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | bytes | None = None,
        *,
        status: int | None = None,
        headers: dict[str, str] | None = None,
        may_fail: bool = False,
    ) -> TestResponse:
        """Send a request; `status` is an expected failure, `_` in headers stands for `-`."""
        url = path if path.startswith("http") else PREFIX + path
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if status is None or status < 400:
            self._contract.check_request(method, url, body)
        content = json.dumps(body).encode() if isinstance(body, dict) else body or b""
        if content:
            default = "application/json" if isinstance(body, dict) else "image/jpeg"
            sent.setdefault("Content-Type", default)
        self._app.reset()  # no cookies
        response = self._app.request(
            url,
            method=method,
            body=content,
            headers={**self._headers, **sent},
            status=status or "*",
        )
        self._contract.check_response(method, url, response)
        assert may_fail or status is not None or response.status_int < 400, response.text
        return response


def ids(response: TestResponse) -> list[str]:
    """Return the IDs of the listed images."""
    return [item["id"] for item in response.json["items"]]
