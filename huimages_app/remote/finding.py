"""Lists of images of the backend that uses the API of a site over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from ..client.finding import Filters, FindingBackend
from ..domain.models import Count
from .transport import Transport

_PAGE = 200  # images read at once


class HttpFinding(FindingBackend):
    """Uses `/api/v1/images`."""

    @property
    @abstractmethod
    def transport(self) -> Transport:
        """The API of the site."""

    def find(self, filters: Filters, order: str) -> Iterator[str]:
        params = [*filters, ("order", order), ("limit", str(_PAGE))]
        cursor: list[tuple[str, str]] = []
        while True:
            page = self.transport.api("GET", "/images", params=[*params, *cursor]).json()
            yield from (str(item["id"]) for item in page["items"])
            if not page["next"]:
                return
            cursor = [("cursor", parse_qs(urlsplit(page["next"]).query)["cursor"][0])]

    def count(self, filters: Filters) -> Count:
        params = [*filters, ("limit", "1"), ("count", "true")]
        page = self.transport.api("GET", "/images", params=params).json()
        return Count(page["count"], page["count_is_exact"])
