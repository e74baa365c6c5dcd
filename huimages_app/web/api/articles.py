"""`/api/v1/articles`: articles, their images in order, order and roles."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.ids import parse_image_id
from ...domain.text import MAX_REFERENCE, clean
from ...errors import BadInput, UnknownArticle
from ...services.articles import MAX_IMAGES, Article
from ...services.permissions import EDIT, VIEW
from ..article_resources import WHICH, ApiArticle, ApiArticles
from ..presentation.articles import article_path, main_seen
from ..presentation.conditional import conditional_json
from ..presentation.showing import seen
from . import bodies
from .parameters import Parameters, query
from .responses import count_data, matches, page_response, page_url
from .serializers import SIZE, Items

_USUAL_LIMIT, _HIGHEST_LIMIT = 60, 200
_ID_LENGTH = 60

_ORDER = {
    "order": (
        f"a list of at most {MAX_IMAGES} image IDs",
        bodies.texts(_ID_LENGTH, MAX_IMAGES),
    )
}
_ROLE = {
    "id": ("an image ID", bodies.text(_ID_LENGTH)),
    "role": ("a role, or null", bodies.removable(40)),
}


@view_config(context=ApiArticles, request_method="GET", permission=VIEW)
def articles(context: ApiArticles, request: Request) -> Any:
    """Return articles of a key, by number: those that begin with `prefix`."""
    parameters = query(request, "key", "prefix", "limit", "cursor", "count", SIZE)
    key = parameters.one_of("key", *context.keys)
    prefix = clean(parameters.text("prefix"))[:MAX_REFERENCE]
    limit = parameters.whole("limit", _USUAL_LIMIT, 1, _HIGHEST_LIMIT)
    page = request.services.articles.page(
        key, limit, parameters.text("cursor") or None, prefix=prefix
    )
    items = Items(request, parameters)
    listed = [
        {
            "key": key,
            "number": article.number,
            "count": article.count,
            "page": _page(request, key, article.number),
            "main": {"id": main.id, **items.urls_of(main)},
        }
        for article in page.articles
        if (main := main_seen(key, article, request))
    ]
    data = {"items": listed}
    if parameters.flag("count"):
        data |= count_data(request.services.articles.count(key, prefix=prefix))
    return page_response(request, data, {"next": page.next})


@view_config(context=ApiArticle, request_method="GET", permission=VIEW)
def article(context: ApiArticle, request: Request) -> Response:
    """Return the images of an article in order."""
    parameters = query(request, "limit", "cursor", "which", SIZE)
    cursor = parameters.text("cursor") or None
    limit = parameters.whole("limit", MAX_IMAGES, 1, MAX_IMAGES)
    found = request.services.articles.find(context.key, context.number, limit, cursor)
    if not found.images and cursor is None:
        raise UnknownArticle(context.key, found.number)
    return _response(request, found, parameters)


@view_config(context=ApiArticle, name="order", request_method="PUT", permission=EDIT)
def put_order(context: ApiArticle, request: Request) -> Response:
    """Put images first, in the order of the list `order`; the others stay after them."""
    parameters = query(request, SIZE)
    order = bodies.object_of(request, _ORDER).get("order")
    if order is None:
        raise BadInput("the body lacks the field 'order'")
    found = request.services.articles.arrange(
        context.key,
        context.number,
        [parse_image_id(image_id) for image_id in order],
        _unchanged(request),
    )
    return _response(request, found, parameters)


@view_config(context=ApiArticle, name="role", request_method="PUT", permission=EDIT)
def put_role(context: ApiArticle, request: Request) -> Response:
    """Give the image `id` of the article the role `role`; null removes it."""
    parameters = query(request, SIZE)
    body = bodies.object_of(request, _ROLE)
    if missing := [name for name in _ROLE if name not in body]:
        raise BadInput(f"the body lacks the field {missing[0]!r}")
    found = request.services.articles.set_role(
        context.key,
        context.number,
        parse_image_id(body["id"]),
        body["role"],
        _unchanged(request),
    )
    return _response(request, found, parameters)


def _unchanged(request: Request) -> Any:
    if "If-Match" not in request.headers:
        return None
    return lambda article: matches(request, article.state)


def _response(request: Request, found: Article, parameters: Parameters) -> Response:
    items = Items(request, parameters)
    images = [
        {
            "id": image.id,
            "at": found.place(image).at,
            "role": found.place(image).role or None,
            **items.urls_of(image),
        }
        for image in seen(found.images, request)
    ]
    url = request.resource_url(request.context).rstrip("/")
    data = {
        "key": found.key,
        "number": found.number,
        "page": _page(request, found.key, found.number),
        "urls": _urls(request, found, items, parameters),
        "images": images,
        "next": page_url(request, url, found.next),
    }
    return conditional_json(data, state=found.state)


def _urls(request: Request, found: Article, items: Items, parameters: Parameters) -> dict[str, str]:
    """Return the stable URLs by size, of the main image or of `which`."""
    which = parameters.text("which")
    if which and not WHICH.fullmatch(which):
        raise BadInput(f"parameter 'which' is {which[:40]!r}; expected a position or a role")
    urls = request.services.article_urls.at(request.application_url)
    return {
        text: urls.url(size, found.key, found.number, which) for text, size in items.sizes.items()
    }


def _page(request: Request, key: str, number: str) -> str:
    return f"{request.host_url}{article_path(request.site, key, number)}"
