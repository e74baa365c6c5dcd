"""Annotations of visitors: tags, ratings, favourites.

URLs and plain text responses are those of huImages 2.2; see `presentation.responses`.
"""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.tags import MAX_LENGTH, by_tag, parse_tags
from ...domain.text import clean_tag
from ...errors import BadInput
from ...services.permissions import CONTRIBUTE, VIEW
from ..presentation.batch import remove_tags
from ..presentation.form_fields import field, number_field
from ..presentation.responses import changed, json_response
from ..resources import ImagePage, Tags

_SUGGESTIONS = 10


@view_config(context=ImagePage, name="rate", request_method="POST", permission=CONTRIBUTE)
def rate(context: ImagePage, request: Request) -> Response:
    """Field `rating`, a whole number from 0 to 10; empty removes the rating.

    Returns the average as text, or `{"average": 7.5, "count": 2, "own": 8}`.
    """
    own = None
    if field(request, "rating").strip():
        rating = number_field(request, "rating")
        if not rating.is_integer():
            raise BadInput("the field 'rating' is invalid; expected a whole number from 0 to 10")
        own = int(rating)
    summary = request.services.annotations.rate(context.image_id, request.ensure_visitor(), own)
    average = summary.rating
    return changed(
        request,
        text="" if average is None else f"{average:g}",
        data={"average": average, "count": summary.rating_count, "own": own},
    )


@view_config(context=ImagePage, name="favorite", request_method="POST", permission=CONTRIBUTE)
def favorite(context: ImagePage, request: Request) -> Response:
    """Field `rating`: 1 adds the favourite, 0 removes it.

    Returns `ok` as text, or `{"favorite": true}`.
    """
    wanted = field(request, "rating").strip()
    if wanted not in {"0", "1"}:
        raise BadInput("the field 'rating' is invalid; expected 1 for a favourite, 0 for none")
    request.services.annotations.favorite(context.image_id, request.ensure_visitor(), wanted == "1")
    return changed(request, text="ok", data={"favorite": wanted == "1"})


@view_config(context=ImagePage, name="tag", request_method="POST", permission=CONTRIBUTE)
def tag(context: ImagePage, request: Request) -> Response:
    """Field `newtag`, tags separated by commas or spaces.

    Returns the list of them as they are stored, always as JSON.
    """
    tags = parse_tags(field(request, "newtag"))
    if not tags:
        raise BadInput("no tag was given")
    request.services.annotations.tag(context.image_id, request.ensure_visitor(), tags)
    response = changed(request, text="", data=list(by_tag(tags)))
    return response if response.location else json_response(list(by_tag(tags)))


@view_config(context=ImagePage, name="untag", request_method="POST", permission=CONTRIBUTE)
def untag(context: ImagePage, request: Request) -> Response:
    """Field `tag`: remove the visitor's tag; editors remove it for all visitors.

    Returns `ok` as text, or `{"removed": "sea"}`.
    """
    removed = field(request, "tag")
    # A legacy tag may be stored in another form than new ones.
    remove_tags(request, context.image_id, dict.fromkeys([removed, clean_tag(removed)]))
    return changed(request, text="ok", data={"removed": removed})


@view_config(context=ImagePage, name="tag_suggestion", request_method="GET", permission=VIEW)
@view_config(context=Tags, name="suggestions", request_method="GET", permission=VIEW)
def tag_suggestion(request: Request) -> Response:
    """`?tag=pre`: tags with this prefix, as they are shown, most used first, as a JSON list."""
    prefix = clean_tag(request.GET.get("tag", ""))[:MAX_LENGTH]
    images = request.services.images
    tags = [tag for tag, _count in images.tags(prefix, _SUGGESTIONS)] if prefix else []
    spellings = images.spellings(tags)
    return json_response([spellings.get(tag, tag) for tag in tags])
