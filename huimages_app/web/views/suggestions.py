"""Suggestions while a search is typed."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...services.permissions import VIEW
from ..presentation.responses import json_response
from ..resources import Root


@view_config(context=Root, name="suggestions", request_method="GET", permission=VIEW)
def search_suggestions(request: Request) -> Response:
    """`?q=beginning`: tags, article numbers and titles, as a JSON list of search and label."""
    found = request.services.suggestions.of(request.GET.get("q", ""))
    return json_response([{"search": one.search, "label": one.label} for one in found])
