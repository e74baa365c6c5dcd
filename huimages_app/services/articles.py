"""Articles: list them, read their images in order, change order and roles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..domain.articles import MAIN, arranged, with_place, with_role
from ..domain.models import ArticlePage, Count, Image, Place, Query
from ..domain.text import clean_reference
from ..errors import BadInput, EditConflict, UnknownArticle
from ..storage.interfaces import ImageSearch, MetadataBackend
from . import audit

# Images of an article that have an order and a URL by their role or place; bounds the work of
# a request.
MAX_IMAGES = 500


@dataclass(frozen=True)
class Article:
    """The images of an article in order; `next` is the cursor of those after MAX_IMAGES."""

    key: str
    number: str
    images: Sequence[Image]
    next: str | None = None

    @property
    def state(self) -> str:
        """Return a hash of order and roles, which changes with each of them."""
        content = [
            (image.id, self.place(image).at, self.place(image).role) for image in self.images
        ]
        return hashlib.blake2b(json.dumps(content).encode(), digest_size=12).hexdigest()

    def picture(
        self, which: str = "", is_shown: Callable[[Image], bool] = lambda image: True
    ) -> Image | None:
        """Return the main image, the one at a position from 1, or the first with a role.

        The role `main` is that of the main image.  Among several such images, it is the first that
        may be shown now, else the first.  Returns None if there is none.
        """
        if which.isdecimal():
            index = int(which) - 1
            return self.images[index] if index < len(self.images) else None
        if which in {"", MAIN}:
            possible = self.images  # without a copy: this is on the path of every cache hit
        else:
            possible = tuple(image for image in self.images if self.place(image).role == which)
        return next(filter(is_shown, possible), possible[0] if possible else None)

    def place(self, image: Image) -> Place:
        """Return the place of an image in this article."""
        return image.place(self.key, self.number)


Unchanged = Callable[[Article], bool] | None


class Articles:
    """Reads and changes articles.  Thread-safe.  Every method raises StorageUnavailable.

    Changes call `unchanged` with the article: EditConflict unless it is as the client has read it
    (None: not compared).  They write one record at a time.  Each write fails if the place of its
    image changed since the article was read, so two editors never overwrite each other; what was
    written before such a conflict stays.
    """

    def __init__(
        self, metadata: MetadataBackend, keys: Sequence[str], roles: Sequence[str]
    ) -> None:
        self._images = metadata.images
        self._search = metadata.search
        self.keys = tuple(keys)
        self.roles = tuple(roles)

    def page(
        self, key: str, limit: int, cursor: str | None = None, *, prefix: str = ""
    ) -> ArticlePage:
        """Return at most `limit` articles whose numbers begin with a prefix; raises BadCursor."""
        return self._search.articles(key, limit, cursor, prefix=clean_reference(prefix))

    def count(self, key: str, *, prefix: str = "") -> Count:
        """Return the number of articles whose numbers begin with a prefix, exact up to 1,000."""
        return self._search.count_articles(key, prefix=clean_reference(prefix))

    def find(
        self, key: str, number: str, limit: int = MAX_IMAGES, cursor: str | None = None
    ) -> Article:
        """Return the images of an article, which may be none, from a cursor; raises BadCursor."""
        return find_article(self._search, key, number, limit, cursor)

    def get(self, key: str, number: str) -> Article:
        """Return an article; raises UnknownArticle if it has no images."""
        article = self.find(key, number)
        if not article.images:
            raise UnknownArticle(key, article.number)
        return article

    def arrange(
        self, key: str, number: str, order: Sequence[str], unchanged: Unchanged = None
    ) -> Article:
        """Put the images with these IDs first, in this order, and the others after them.

        Raises UnknownArticle, BadInput for an ID that is repeated or not of the article.
        """
        article = self._read(key, number, unchanged)
        places = arranged(_in_order(article, order), key, article.number)
        return self._write(article, places, "article arranged")

    def set_role(
        self, key: str, number: str, image_id: str, role: str, unchanged: Unchanged = None
    ) -> Article:
        """Give an image of the article a role, or none; `main` also moves it to the front.

        Raises UnknownArticle, BadInput.
        """
        if role and role not in self.roles:
            raise BadInput(f"{role[:40]!r} is no role; expected one of {', '.join(self.roles)}")
        article = self._read(key, number, unchanged)
        _require_images(article, [image_id])
        places = with_role(article.images, key, article.number, image_id, role)
        return self._write(article, places, "role changed")

    def _read(self, key: str, number: str, unchanged: Unchanged) -> Article:
        article = self.get(key, number)
        if unchanged and not unchanged(article):
            raise EditConflict.of_article(key, article.number)
        return article

    def _write(self, article: Article, places: Mapping[str, Place], action: str) -> Article:
        if not places:
            return article
        read = {image.id: image for image in article.images}
        now = datetime.now(UTC)
        for image_id, place in places.items():
            self._write_one(article, read[image_id], place, now)
            at = {} if place.at is None else {"at": f"{place.at:g}"}
            name = f"{article.key} {article.number}"
            audit.record(action, image_id, article=name, role=place.role, **at)
        return self.get(article.key, article.number)

    def _write_one(self, article: Article, read: Image, place: Place, now: datetime) -> None:
        def change(image: Image) -> Image:
            is_member = article.number in image.references.get(article.key, ())
            is_shown = not (image.trashed or image.replaced_by)
            if not (is_shown and is_member) or article.place(image) != article.place(read):
                raise EditConflict.of_article(article.key, article.number)
            return replace(with_place(image, article.key, article.number, place), modified=now)

        self._images.update(read.id, change)


def find_article(
    search: ImageSearch,
    key: str,
    number: str,
    limit: int = MAX_IMAGES,
    cursor: str | None = None,
) -> Article:
    """Return the images of an article, which may be none; raises BadCursor."""
    number = clean_reference(number)
    query = Query(references=((key, number),), order="place")
    page = search.page(query, limit, cursor)
    return Article(key, number, tuple(page.images), page.next)


def _in_order(article: Article, order: Sequence[str]) -> list[Image]:
    """Return the images of `order`, then the others."""
    _require_images(article, order)
    images = {image.id: image for image in article.images}
    return [images[image_id] for image_id in dict.fromkeys([*order, *images])]


def _require_images(article: Article, image_ids: Sequence[str]) -> None:
    known = {image.id for image in article.images}
    for index, image_id in enumerate(image_ids):
        if image_id not in known:
            raise BadInput(
                f"{image_id[:40]!r} is no image of {article.key} {article.number}, or not among "
                f"its first {MAX_IMAGES}"
            )
        if image_id in image_ids[:index]:
            raise BadInput(f"the image {image_id} is given twice; expected once")
