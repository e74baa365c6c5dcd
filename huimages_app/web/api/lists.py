"""`/api/v1/tags`, `/sizes`, `/changes`: lists of other things than images."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...config.rendering_settings import QualitySettings
from ...domain.sizes import Size
from ...domain.text import clean_tag
from ...services.permissions import VIEW
from ..presentation.conditional import conditional_json
from ..resources import Api, ApiTags
from .parameters import query
from .responses import count_data


@view_config(context=ApiTags, request_method="GET", permission=VIEW)
def tags(context: ApiTags, request: Request) -> Response:
    """Return the tags that begin with `prefix`, most used first."""
    parameters = query(request, "prefix", "limit", "count")
    prefix, limit = clean_tag(parameters.text("prefix")), parameters.whole("limit", 100, 1, 1000)
    images = request.services.images
    found = images.tags(prefix, limit)
    spellings = images.spellings([tag for tag, _count in found])
    items = [
        {"tag": tag, "spelling": spellings.get(tag, tag), "count": count} for tag, count in found
    ]
    data: dict[str, Any] = {"items": items}
    if parameters.flag("count"):
        data |= count_data(images.count_tags(prefix))
    return conditional_json(data)


@view_config(context=Api, name="suggestions", request_method="GET", permission=VIEW)
def suggestions(context: Api, request: Request) -> Response:
    """Return how a search that begins with `q` may go on: tags, article numbers, titles."""
    found = request.services.suggestions.of(query(request, "q").text("q"))
    return conditional_json({"items": [asdict(one) for one in found]})


@view_config(context=Api, name="sizes", request_method="GET", permission=VIEW)
def sizes(context: Api, request: Request) -> Response:
    """Return the sizes of this site, named ones first, and whether any other is allowed."""
    query(request)
    settings = request.registry.settings["huimages"]
    policy = request.services.sizes
    named = settings.named_sizes
    others = {str(size): size for size in policy.listed if size not in named.values()}
    items = [
        _size(name, size, settings.quality)
        for name, size in {**named, **others}.items()
        if policy.serves(size)
    ]
    return conditional_json({"items": items, "any": "any" in settings.sizes_allowed})


def _size(name: str, size: Size, quality: QualitySettings) -> dict[str, Any]:
    item: dict[str, Any] = {
        "name": name,
        "size": str(size.box),
        "width": size.width,
        "height": size.height,
        "crop": size.crop,
    }
    if size.preset:
        options = size.options
        item["output"] = {
            "format": options.format.extension if options.format else None,
            "quality": options.resolved_quality(quality.by_extension),
            "adaptive": options.is_adaptive(by_default=quality.is_adaptive),
            "max_bytes": options.max_bytes,
            "sharpen": options.sharpen,
            "grayscale": options.grayscale,
            "watermark": options.watermark,
        }
    return item


@view_config(context=Api, name="changes", request_method="GET", permission=VIEW)
def changes(context: Api, request: Request) -> Response:
    """Return the images that changed since an earlier response, each once."""
    parameters = query(request, "since", "limit")
    limit = parameters.whole("limit", 1000, 1, 1000)
    changes = request.services.images.changes(parameters.text("since"), limit)
    items = [{"id": image_id, "gone": image_id in changes.gone} for image_id in changes.ids]
    following = urlencode({"since": changes.since, "limit": limit})
    return conditional_json(
        {"items": items, "since": changes.since, "next": f"{request.path_url}?{following}"}
    )
