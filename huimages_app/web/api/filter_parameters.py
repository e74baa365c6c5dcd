"""The filters of `domain.filters` as parameters of an OpenAPI document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ...domain.filters import FILTERS, KINDS, MAX_LENGTH, MAX_VALUES, ORDERS, Filter
from ...domain.months import TIMED

# An operation with this key gets the parameters, before its own.  Its value names the orders that
# the operation accepts: "any", or "by time".
MARK = "x-filters"
# The schema of a parameter with this key gets the pattern of a kind of `domain.filters`.
KIND: Final = "x-kind"
_ORDERS: Final = {"any": ORDERS, "by time": TIMED}

_ORDER_TEXT = (
    "rated: highest average first, without unrated images; taken: by the time of taking, latest "
    "first, without images whose time is not known; title: alphabetical by title or file name; "
    "place: the order of an article, which needs exactly one reference."
)


def with_filters(document: dict[str, Any]) -> dict[str, Any]:
    """Add parameters and patterns to the operations of a document that have a mark; return it."""
    operations = [
        operation
        for item in document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
    ]
    for operation in operations:
        for parameter in operation.get("parameters", ()):
            schema = parameter.get("schema", {})
            if kind := schema.pop(KIND, ""):
                schema["pattern"] = KINDS[kind][1]
        if mark := operation.pop(MARK, ""):
            operation["parameters"] = [*_parameters(_ORDERS[mark]), *operation["parameters"]]
    return document


def _parameters(orders: Sequence[str]) -> list[dict[str, Any]]:
    filters = [
        {
            "name": one.name,
            "in": "query",
            "description": one.summary,
            "schema": _schema(one),
        }
        for one in FILTERS
    ]
    order = {"type": "string", "enum": list(orders), "default": "newest"}
    return [
        *filters,
        {"name": "order", "in": "query", "description": _ORDER_TEXT, "schema": order},
    ]


def _schema(one: Filter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if one.choices:
        schema["enum"] = list(one.choices)
    elif one.pattern:
        schema["pattern"] = f"^$|{one.pattern}"  # an empty value is no condition
    else:
        schema["maxLength"] = MAX_LENGTH
    if one.example:
        schema["examples"] = [one.example]
    if one.is_repeatable:
        return {"type": "array", "items": schema, "maxItems": MAX_VALUES // 2}
    return schema
