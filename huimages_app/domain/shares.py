"""Share links: what they lead to, until when, and in which sizes."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from ..errors import BadInput
from .collections import ID as COLLECTION_ID
from .filters import query_of
from .ids import parse_image_id
from .models import Query
from .searches import MAX_TEXT, Search
from .tags import MAX_LENGTH
from .text import MAX_REFERENCE, MAX_TITLE, REFERENCE_KEY, clean, clean_reference, clean_tag
from .validity import LAST_YEAR

TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
MAX_SIZES = 10
MAX_SEARCH = 200
MAX_VALUE = MAX_TEXT  # of any kind
DEFAULT_SIZE = "1600x1600"

Kind = Literal["image", "collection", "article", "tag", "search", "list"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Target:
    """The target of a share link.

    `value` is the ID of an image or a collection, an article number, a tag, the words of a
    search, or the text of a `Search`, which is a list with its filters and its order; `key` is
    the reference key of an article.  A tag, a search or a list is looked up at each visit, so it
    also shows pictures that match it later.
    """

    kind: Kind
    value: str
    key: str = ""

    @classmethod
    def parse(cls, kind: str, value: str, key: str = "") -> Target:
        """Return the target as it is stored; raises BadInput, BadImageId."""
        if kind == "image":
            return cls("image", parse_image_id(value))
        if kind == "collection" and COLLECTION_ID.fullmatch(value):
            return cls("collection", value)
        if kind == "article" and REFERENCE_KEY.fullmatch(key):
            number = clean_reference(value)[:MAX_REFERENCE]
            if number:
                return cls("article", number, key)
        if kind == "tag" and (tag := clean_tag(value)[:MAX_LENGTH]):
            return cls("tag", tag)
        if kind == "search" and (words := clean(value)[:MAX_SEARCH]):
            return cls("search", words)
        if kind == "list":
            parsed = Search.parse(value)
            search = Search.of(parsed.filters, parsed.order)
            if search.is_filtered:
                return cls("list", search.text)
        raise BadInput(
            f"{kind[:20]!r} {value[:40]!r} cannot be shared; expected an image, a collection, an "
            "article, a tag, a search, or a list with filters"
        )

    @property
    def query(self) -> Query | None:
        """Return the query of its images; None for a single image.

        Raises BadInput for a list with a filter that this version of the program lacks.
        """
        if self.kind == "collection":
            return Query(collection=self.value, order="place")
        if self.kind == "article":
            return Query(references=((self.key, self.value),), order="place")
        if self.kind == "tag":
            return Query(tag=self.value)
        if self.kind == "list":
            return Search.parse(self.value).query
        # Filters may be among the words, as in "gull tag:sea".
        return query_of([("q", self.value)]) if self.kind == "search" else None


@dataclass(frozen=True)
class ShareTerms:
    """The terms of a share link, which its editor chooses.

    `sizes` are those of downloads; no picture is shown larger than the largest of them.
    `until` is a time; None: until it is revoked.  An empty `password` asks for none.
    """

    title: str = ""
    until: datetime | None = None
    sizes: tuple[str, ...] = (DEFAULT_SIZE,)
    originals: bool = False
    password: str = ""

    def cleaned(self, now: datetime) -> ShareTerms:
        """Return the terms as they can be stored; raises BadInput."""
        title = clean(self.title)
        if len(title) > MAX_TITLE:
            raise BadInput(f"the title is too long: {len(title)} characters, at most {MAX_TITLE}")
        sizes = tuple(dict.fromkeys(self.sizes))
        if not 1 <= len(sizes) <= MAX_SIZES:
            raise BadInput(f"{len(sizes)} sizes are given; expected 1 to {MAX_SIZES}")
        if self.until is not None and self.until <= now:
            raise BadInput("the share link ends in the past; expected a later time")
        if self.until is not None and self.until.year > LAST_YEAR:
            raise BadInput(
                f"the share link ends after the year {LAST_YEAR}; expected an earlier end"
            )
        return ShareTerms(title, self.until, sizes, self.originals, self.password)


@dataclass(frozen=True)
class Share:
    """A share link.  Only the hash of its token is stored, and that of its password."""

    id: str  # the beginning of the hash of the token
    target: Target
    title: str
    created: datetime
    created_by: str  # an account, or empty
    until: datetime | None
    sizes: tuple[str, ...]
    originals: bool
    password: str  # its hash, or empty
    views: int = 0

    def has_ended(self, now: datetime) -> bool:
        """Return whether the end is over."""
        return self.until is not None and self.until <= now


def new_token() -> str:
    """Return a random token of 192 bits."""
    return secrets.token_urlsafe(24)
