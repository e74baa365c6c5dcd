"""The description of the API: an OpenAPI document, and a page made from it."""

from __future__ import annotations

import copy
import functools
import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..errors import STATUSES
from ..presentation.compression import accepts_gzip, compressed, set_compressed
from ..presentation.conditional import conditional_json
from ..resources import Api, Apis
from .curl_examples import curl_example
from .filter_parameters import with_filters

# The document describes the program, not the site, so it needs no permission.
_METHODS = ("get", "post", "put", "patch", "delete")


@functools.cache
def document() -> dict[str, Any]:
    """Return the content of `openapi.json`, with the filters of lists."""
    text = resources.files(__package__).joinpath("openapi.json").read_text(encoding="utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return with_filters(parsed)


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation."""

    name: str
    location: str
    kind: str
    text: str
    is_required: bool


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    name: str
    method: str
    path: str
    summary: str
    text: str
    scope: str
    parameters: list[Parameter]
    bodies: list[str]
    body_schemas: dict[str, Any]  # by content type
    responses: list[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """One field of a schema."""

    name: str
    kind: str
    text: str


@view_config(
    context=Api, name="openapi.json", request_method="GET", permission=NO_PERMISSION_REQUIRED
)
def openapi(request: Request) -> Response:
    """Return the document, with the URL and the named sizes of this site."""
    here = copy.deepcopy(document())
    here["servers"] = [{"url": f"{request.application_url}/api/v1"}]
    _, names = here["components"]["schemas"]["Size"]["anyOf"]
    names["enum"] = [*request.registry.settings["huimages"].named_sizes, "o"]
    return conditional_json(here, headers={"Cache-Control": "public, max-age=300"})


@view_config(context=Apis, request_method="GET", permission=NO_PERMISSION_REQUIRED)
def versions(context: Apis, request: Request) -> HTTPSeeOther:
    """Redirect to the only version."""
    return HTTPSeeOther(request.resource_path(context, "v1", ""))


@view_config(
    context=Api,
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer="huimages_app:templates/api.pt",
)
def page(request: Request) -> dict[str, Any]:
    """Show the document as a page."""
    request.add_response_callback(_compress)
    schemas = document()["components"]["schemas"]
    return {
        "about": document()["info"]["description"],
        "document": request.resource_path(request.context, "openapi.json"),
        "operations": operations(),
        "curl": functools.partial(_curl, request=request),
        "schemas": [
            (name, schema.get("description", ""), _fields(schema))
            for name, schema in schemas.items()
        ],
        "problems": [(kind.slug, status, kind.__doc__) for kind, status in STATUSES],
    }


def _compress(request: Request, response: Response) -> None:
    """Compress the page: it is long, and has neither tokens nor words of the request."""
    response.vary = [*(response.vary or ()), "Accept-Encoding"]
    if accepts_gzip(request):
        set_compressed(response, compressed(response.body))


def _curl(operation: Operation, request: Request) -> str:
    """Return a command that calls an operation of this site."""
    url = f"{request.application_url}/api/v1{operation.path}"
    return curl_example(operation.method, url, operation.body_schemas, _resolved)


def operations() -> list[Operation]:
    """Return all operations, in the order of the document."""
    return [
        _operation(path, method, item[method], item.get("parameters", []))
        for path, item in document()["paths"].items()
        for method in _METHODS
        if method in item
    ]


def _operation(
    path: str, method: str, data: dict[str, Any], common: list[dict[str, Any]]
) -> Operation:
    parameters = [_resolved(entry) for entry in [*common, *data.get("parameters", [])]]
    responses = [(status, _resolved(response)) for status, response in data["responses"].items()]
    return Operation(
        name=data["operationId"],
        method=method.upper(),
        path=path,
        summary=data["summary"],
        text=data.get("description", ""),
        scope=data["security"][-1]["token"][0],
        parameters=[
            Parameter(
                entry["name"],
                entry["in"],
                _kind(entry["schema"]),
                entry.get("description", ""),
                entry.get("required", False),
            )
            for entry in parameters
        ],
        bodies=[
            f"{contenttype}: {_kind(body['schema'])}"
            for contenttype, body in data.get("requestBody", {}).get("content", {}).items()
        ],
        body_schemas=data.get("requestBody", {}).get("content", {}),
        responses=[(status, response["description"]) for status, response in responses],
    )


def _resolved(entry: dict[str, Any]) -> dict[str, Any]:
    if reference := entry.get("$ref"):
        _, _, kind, name = reference.split("/")
        found: dict[str, Any] = document()["components"][kind][name]
        return found
    return entry


def _fields(schema: dict[str, Any]) -> list[Field]:
    return [
        Field(name, _kind(field), field.get("description", ""))
        for name, field in schema.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    """Return a short description of a schema."""
    if reference := schema.get("$ref"):
        return str(reference.rpartition("/")[2])
    if choices := schema.get("enum"):
        return " | ".join(choices)
    if alternatives := schema.get("oneOf") or schema.get("anyOf"):
        return " | ".join(_kind(alternative) for alternative in alternatives)
    if properties := schema.get("properties"):
        return f"{{{', '.join(properties)}}}"
    if "contentMediaType" in schema:
        return "bytes"
    kind = schema["type"]
    text = " | ".join(kind) if isinstance(kind, list) else str(kind)
    if text == "array":
        return f"list of {_kind(schema['items'])}"
    if (low := schema.get("minimum")) is not None and (high := schema.get("maximum")) is not None:
        text += f" {low}…{high}"
    return f"{text} ({schema['format']})" if "format" in schema else text
