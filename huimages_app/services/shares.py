"""Share links: make, list and revoke them, and read what they show."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from ..domain.models import Image, Page
from ..domain.shares import TOKEN, Share, ShareTerms, Target, new_token
from ..errors import BadInput, EndedShare, UnknownArticle, UnknownImage, UnknownShare
from ..storage.interfaces import Document, MetadataBackend
from . import audit
from .collections import Collections
from .images import require_present
from .paging import all_pages
from .passwords import Passwords
from .showing import Showing
from .version_links import VersionLinks

KIND, VIEWS = "share", "share-views"  # of documents
MAX_SHARES = 5000  # share links of a site; their list is read as a whole
MIN_PASSWORD = 6  # characters; guesses are slowed down as at the sign-in
_ID_LENGTH = 12
_BATCH = 500  # images read at once


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Shares:
    """The share links of a site.  Thread-safe.  Every method raises StorageUnavailable."""

    def __init__(
        self,
        metadata: MetadataBackend,
        collections: Collections,
        passwords: Passwords,
        showing: Showing,
        *,
        size: Callable[[str], object],
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._documents = metadata.documents
        self._images = metadata.images
        self._search = metadata.search
        self._links = VersionLinks(metadata)
        self._collections = collections
        self._passwords = passwords
        self._showing = showing
        self._size = size  # raises for a text that is no size which the site serves
        self._now = now

    # -- for editors -------------------------------------------------------------------------

    def add(self, target: Target, terms: ShareTerms, created_by: str = "") -> tuple[Share, str]:
        """Make a share link; return it and its token, which is not stored.

        Raises BadInput, BadSize; UnknownImage, UnknownCollection, UnknownArticle for a target
        that does not exist.
        """
        now = self._now()
        terms = terms.cleaned(now)
        for text in terms.sizes:
            self._size(text)
        title = terms.title or self.title_of(target)
        if sum(1 for _ in self._documents.items(KIND)) >= MAX_SHARES:
            raise BadInput(
                f"there are {MAX_SHARES} share links already; revoke some that are not needed"
            )
        record: Document = {
            "target": {"kind": target.kind, "value": target.value, "key": target.key},
            "title": title,
            "created": now.isoformat(timespec="seconds"),
            "by": created_by,
            "until": terms.until.isoformat(timespec="seconds") if terms.until else "",
            # A text: lists of two revisions would be united, and grant more than either.
            "sizes": " ".join(terms.sizes),
            "originals": terms.originals,
            "password": self._passwords.hash(terms.password, MIN_PASSWORD)
            if terms.password
            else "",
        }
        token = new_token()
        key = _key(token)
        self._documents.save(KIND, key, lambda present: record)
        share = _share(key, record)
        audit.record(
            "share link added",
            share=share.id,
            target=f"{target.kind} {target.value}",
            until=record["until"] or "unlimited",
        )
        return share, token

    def title_of(self, target: Target) -> str:
        """Return the title of what would be shared; may be empty.

        Raises UnknownImage, UnknownCollection, UnknownArticle.
        """
        if target.kind == "image":
            return require_present(self._images.get(target.value)).title
        if target.kind == "collection":
            return self._collections.get(target.value).title
        if target.kind == "article" and not self._first(target):
            raise UnknownArticle(target.key, target.value)
        return "" if target.kind == "list" else target.value

    def all(self) -> list[Share]:
        """Return all share links with their views, the newest first."""
        views = {key: record["count"] for key, record in self._documents.items(VIEWS)}
        shares = [
            _share(key, record, views.get(key, 0)) for key, record in self._documents.items(KIND)
        ]
        return sorted(shares, key=lambda share: (share.created, share.id), reverse=True)

    def revoke(self, share_id: str) -> None:
        """Revoke a share link, from the next request on; raises UnknownShare."""
        for key, _ in list(self._documents.items(KIND)):
            if key[:_ID_LENGTH] == share_id:
                self._documents.save(KIND, key, lambda record: None)
                self._documents.save(VIEWS, key, lambda record: None)
                audit.record("share link revoked", share=share_id)
                return
        raise UnknownShare

    # -- for everyone who has the token --------------------------------------------------------

    def open(self, token: str) -> Share:
        """Return the share link of a token; raises UnknownShare, EndedShare.

        Raises UnknownCollection if that was removed.
        """
        key = _key(token)
        record = self._documents.get(KIND, key) if TOKEN.fullmatch(token) else None
        if record is None:
            raise UnknownShare
        share = _share(key, record)
        if share.has_ended(self._now()):
            raise EndedShare
        if share.target.kind == "collection":
            # The records of its images do not show that a collection was removed.
            self._collections.get(share.target.value)
        return share

    def count_view(self, token: str) -> None:
        """Count a visit.  Only the number is kept."""

        def count(record: Document | None) -> Document:
            return {"count": (record["count"] if record else 0) + 1}

        self._documents.save(VIEWS, _key(token), count)

    def unlocks(self, share: Share, password: str) -> bool:
        """Return whether the password is that of the share link."""
        return self._passwords.verify(share.password, password)

    def page(self, share: Share, limit: int, cursor: str | None = None) -> Page:
        """Return at most `limit` of its images, which may be none; raises BadCursor.

        Images whose rights do not permit to show them now are left out, so a page may be short.
        """
        query = share.target.query
        if query is None:
            image = self._present(share.target.value)
            return Page([image] if image and self._is_visible(image) else [])
        page = self._search.page(query, limit, cursor)
        return replace(page, images=[image for image in page.images if self._is_visible(image)])

    def images(self, share: Share) -> Iterator[Image]:
        """Yield all its images in order."""
        for page in all_pages(partial(self.page, share, _BATCH)):
            yield from page.images

    def image(self, share: Share, image_id: str) -> Image:
        """Return one of its images; raises UnknownImage for every other one."""
        query = share.target.query
        if query is None:
            image = self._present(share.target.value)
        else:
            is_shared = self._search.contains(query, image_id)
            image = self._images.get_many([image_id]).get(image_id) if is_shared else None
        if image is None or image.id != image_id or not self._is_visible(image):
            raise UnknownImage(image_id)
        return image

    def _present(self, image_id: str) -> Image | None:
        """Return the newest version of a shared image; None if it was removed."""
        image = self._images.get_many([image_id]).get(image_id)
        return self._links.newest(image) if image else None

    def _is_visible(self, image: Image) -> bool:
        return image.is_listed and self._showing.is_shown(image)

    def _first(self, target: Target) -> Image | None:
        query = target.query
        return next(iter(self._search.page(query, 1).images), None) if query else None


def _key(token: str) -> str:
    # 192 random bits can't be guessed from their hash, so it needs no salt and no slow hash.
    return hashlib.sha256(token.encode()).hexdigest()


def _share(key: str, record: Document, views: int = 0) -> Share:
    target, until = record["target"], record["until"]
    return Share(
        key[:_ID_LENGTH],
        Target(target["kind"], target["value"], target["key"]),
        record["title"],
        datetime.fromisoformat(record["created"]),
        record["by"],
        datetime.fromisoformat(until) if until else None,
        tuple(record["sizes"].split()),
        record["originals"],
        record["password"],
        views,
    )
