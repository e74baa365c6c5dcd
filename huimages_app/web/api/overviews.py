"""`/api/v1/images/facets`, `/months`: what a list of images can be narrowed and entered by."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from pyramid.request import Request
from pyramid.view import view_config

from ...domain.facet_counts import counts_as_json
from ...domain.filters import query_of
from ...services.permissions import VIEW
from ..presentation.conditional import conditional_json
from ..presentation.dates import KEPT
from ..resources import ApiImages
from .images import CONDITIONS, conditions_of, filters_of
from .parameters import query
from .responses import count_data


@view_config(context=ApiImages, name="facets", request_method="GET", permission=VIEW)
def facets(context: ApiImages, request: Request) -> Any:
    """Return how many images of a list have each value of the filters with few values."""
    parameters = query(request, *CONDITIONS, references=True)
    in_order = partial(query_of, order=parameters.text("order"))
    counts = request.services.images.facet_counts(filters_of(parameters), in_order)
    return conditional_json({"items": counts_as_json(counts)})


@view_config(context=ApiImages, name="months", request_method="GET", permission=VIEW)
def months(context: ApiImages, request: Request) -> Any:
    """Return the months at which a list by time can be entered, with the URL of the list there."""
    conditions = conditions_of(query(request, *CONDITIONS, references=True))
    path = request.resource_url(context).rstrip("/")
    items = [
        {
            "month": str(month),
            "url": f"{path}?{urlencode([*request.GET.items(), ('at', month)])}",
            **(count_data(count) if count else {}),
        }
        for month, count in request.services.images.months(conditions).items()
    ]
    return conditional_json({"items": items}, headers={"Cache-Control": f"private, max-age={KEPT}"})
