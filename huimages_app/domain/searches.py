"""Searches as texts: filters and an order that are kept, to be looked up again later."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode

from ..errors import BadInput
from .filters import query_of
from .models import Query
from .text import clean

ID: Final = re.compile(r"[0-9a-f]{12}")
MAX_NAME: Final = 100
MAX_TEXT: Final = 2000  # characters of a search as text

Filters = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Search:
    """Names and values of `domain.filters`, and an order; empty: the newest image first."""

    filters: Filters = ()
    order: str = ""

    @classmethod
    def of(cls, filters: Iterable[tuple[str, str]], order: str = "") -> Search:
        """Return the search of filters and an order; raises BadInput."""
        given = tuple((name, value.strip()) for name, value in filters if value.strip())
        search = cls(given, "" if order == "newest" else order)
        if len(search.text) > MAX_TEXT:
            raise BadInput(
                f"the filters have {len(search.text):,} characters; expected at most {MAX_TEXT:,}"
            )
        query_of(search.filters, search.order)
        return search

    @classmethod
    def parse(cls, text: str) -> Search:
        """Return the search of a `text`, which may be of another version of the program.

        Its filters are not checked; `query` does that.
        """
        pairs = parse_qsl(text)
        orders = [value for name, value in pairs if name == "order"]
        return cls(tuple(pair for pair in pairs if pair[0] != "order"), *orders[:1])

    @property
    def text(self) -> str:
        """The search as the query of a URL."""
        order = [("order", self.order)] if self.order else []
        return urlencode([*self.filters, *order])

    @property
    def query(self) -> Query:
        """The query for the storage; raises BadInput for filters that this program lacks."""
        return query_of(self.filters, self.order)

    @property
    def is_filtered(self) -> bool:
        """True if a filter leaves images out, not the order alone; raises BadInput as `query`."""
        return replace(self.query, order="newest") != Query()

    @property
    def values(self) -> dict[str, list[str]]:
        """The filters as JSON has them: the values of each name."""
        found: dict[str, list[str]] = {}
        for name, value in self.filters:
            found.setdefault(name, []).append(value)
        return found


@dataclass(frozen=True)
class SavedSearch:
    """A search under a name.

    `owner` is the visitor ID of the account that alone sees it; empty: everyone does.  `by` is the
    account, token or program that saved it.
    """

    id: str
    name: str
    search: Search
    created: datetime
    by: str = ""
    owner: str = ""

    @property
    def is_shared(self) -> bool:
        """True if everyone sees it."""
        return not self.owner


def new_search_id() -> str:
    """Return a random ID."""
    return secrets.token_hex(6)


def clean_name(text: str) -> str:
    """Return the name of a saved search as it is stored; raises BadInput."""
    name = clean(text)
    if not 1 <= len(name) <= MAX_NAME:
        raise BadInput(f"the name has {len(name)} characters; expected 1 to {MAX_NAME}")
    return name
