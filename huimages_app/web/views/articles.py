"""Pages of articles: the list, one article, its order and its roles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.ids import parse_image_id
from ...domain.text import MAX_REFERENCE, clean_reference
from ...errors import BadInput, EditConflict, UnknownArticle
from ...services.articles import MAX_IMAGES, Article
from ...services.permissions import EDIT, UPLOAD, VIEW
from ..article_resources import ArticleNumbers, ArticlePage
from ..presentation.articles import (
    article_path,
    articles_path,
    order_text,
    pictures_of,
    snippets_of,
    tiles_of,
)
from ..presentation.conflicts import Difference, conflict, expected_field
from ..presentation.counts import articles_text, count_at_start
from ..presentation.form_fields import field
from ..presentation.i18n import _
from ..presentation.responses import changed

PER_PAGE = 60
_MOVES = ("first", "earlier", "later")


@view_config(
    context=ArticleNumbers,
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/articles.pt",
)
def articles(context: ArticleNumbers, request: Request) -> dict[str, Any]:
    """Show the articles of a key whose numbers begin with `?q=`."""
    services, key = request.services, context.key
    prefix = clean_reference(request.GET.get("q", ""))[:MAX_REFERENCE]
    cursor = request.GET.get("cursor") or None
    page = services.articles.page(key, PER_PAGE, cursor, prefix=prefix)
    count = count_at_start(
        len(page.articles),
        request,
        is_all=not page.next,
        count=lambda: services.articles.count(key, prefix=prefix),
    )
    return {
        "count": articles_text(count, request.site) if count and page.articles else "",
        "key": key,
        "prefix": prefix,
        "here": articles_path(request.site, key),
        "keys": [(each, articles_path(request.site, each)) for each in services.articles.keys],
        "tiles": tiles_of(key, page.articles, request),
        "next": articles_path(request.site, key, q=prefix, cursor=page.next) if page.next else "",
    }


@view_config(
    context=ArticlePage,
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/article.pt",
)
def article_page(context: ArticlePage, request: Request) -> dict[str, Any]:
    """Show an article from the position `?from=` on.

    One without pictures is 404, and shows the form to add some.
    """
    article = request.services.articles.find(context.key, context.number)
    if not article.images:
        if not request.site.may(UPLOAD) or not article.number:
            raise UnknownArticle(context.key, article.number)
        request.response.status_int = 404
    settings = request.registry.settings["huimages"]
    shown = pictures_of(article, _whole(request.GET.get("from"), 1), request)

    def page(first: int | None) -> str:
        query = {"from": str(first)}
        return article_path(request.site, article.key, article.number, **query) if first else ""

    return {
        "article": article,
        "here": article_path(request.site, article.key, article.number),
        "articles": articles_path(request.site, article.key),
        "shown": shown,
        "previous": page(shown.previous),
        "next": page(shown.next),
        "order": " ".join(_ids(article)),
        "snippets": snippets_of(article, request),
        "roles": request.services.articles.roles,
        "most": MAX_IMAGES,
        "max_bytes": settings.upload.max_bytes,
    }


@view_config(context=ArticlePage, name="order", request_method="POST", permission=EDIT)
def change_order(context: ArticlePage, request: Request) -> Response:
    """Change the order of an article.

    Field `order`: image IDs, separated by blanks; others stay after them.  Or one of `first`,
    `earlier` and `later`, with the ID of the image that moves.  `expected_order`, optional: the
    order that the editor saw, to which the move refers.  `offset`, optional: the number of its
    images that stay before those of `order`.  Returns `ok`, or `{"order": [ID, …]}`.
    """
    seen = expected_field(request, "order")
    wanted = _wanted(context, request, seen)

    def unchanged(article: Article) -> bool:
        return _ids(article) in (_parsed(seen or ""), wanted)

    articles = request.services.articles
    try:
        article = articles.arrange(
            context.key, context.number, wanted, None if seen is None else unchanged
        )
    except EditConflict as error:
        return _order_conflict(context, request, error, wanted)
    return changed(request, text="ok", data={"order": _ids(article)})


def _wanted(context: ArticlePage, request: Request, seen: str | None) -> list[str]:
    if "order" in request.POST:
        part = _parsed(field(request, "order"))
        offset = _whole(request.POST.get("offset", ""), 0)
        others = [image_id for image_id in _parsed(seen or "") if image_id not in part]
        return [*others[:offset], *part, *others[offset:]]
    present = request.services.articles.get(context.key, context.number)
    order = _ids(present) if seen is None else _parsed(seen)
    moves = [name for name in _MOVES if name in request.POST]
    if len(moves) != 1:
        raise BadInput(f"{len(moves)} moves given; expected one of order, {', '.join(_MOVES)}")
    return _moved(order, parse_image_id(field(request, moves[0])), moves[0])


def _whole(text: object, otherwise: int) -> int:
    """Return a number of at most four digits; `otherwise` for all else."""
    is_number = isinstance(text, str) and re.fullmatch("[0-9]{1,4}", text)
    return int(str(text)) if is_number else otherwise


def _parsed(text: str) -> list[str]:
    return [parse_image_id(word) for word in text.split()]


def _moved(order: Sequence[str], image_id: str, to: str) -> list[str]:
    if image_id not in order:
        raise BadInput(f"the image {image_id} is not in the order that was sent")
    index = order.index(image_id)
    others = [other for other in order if other != image_id]
    position = {"first": 0, "earlier": max(index - 1, 0), "later": index + 1}
    others.insert(position[to], image_id)
    return others


def _order_conflict(
    context: ArticlePage, request: Request, error: EditConflict, wanted: Sequence[str]
) -> Response:
    article = request.services.articles.get(context.key, context.number)
    stored = {image.id: image for image in article.images}
    # Pictures that were added or removed meanwhile do not invalidate the editor's order.
    own = [image_id for image_id in dict.fromkeys([*wanted, *stored]) if image_id in stored]
    shown = (
        order_text(article.images, request),
        order_text([stored[image_id] for image_id in own], request),
    )
    difference = Difference("order", _("Order"), " ".join(stored), " ".join(own), shown)
    return conflict(request, error, difference)


@view_config(context=ArticlePage, name="role", request_method="POST", permission=EDIT)
def change_role(context: ArticlePage, request: Request) -> Response:
    """Give a picture of an article a role.

    Fields `id`, of an image, and `role`; empty removes it.  `expected_role`, optional: the role
    that the editor saw.  Returns `ok`, or `{"role": …}`.
    """
    image_id, role = parse_image_id(field(request, "id")), field(request, "role")
    seen = expected_field(request, "role")

    def unchanged(article: Article) -> bool:
        return _role(article, image_id) in {seen, role}

    articles = request.services.articles
    try:
        article = articles.set_role(
            context.key, context.number, image_id, role, None if seen is None else unchanged
        )
    except EditConflict as error:
        stored = _role(articles.get(context.key, context.number), image_id)
        return conflict(request, error, Difference("role", _("Role"), stored, role), id=image_id)
    return changed(request, text="ok", data={"role": _role(article, image_id)})


def _ids(article: Article) -> list[str]:
    return [image.id for image in article.images]


def _role(article: Article, image_id: str) -> str:
    places = [article.place(image) for image in article.images if image.id == image_id]
    return places[0].role if places else ""
