"""Lists of images of the backend that uses the API of a site over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

from ..client.finding import Filters, FindingBackend, Suggestion
from ..domain.models import Count
from .transport import Transport


class HttpFinding(FindingBackend):
    """Uses `/api/v1/images`."""

    @property
    @abstractmethod
    def transport(self) -> Transport:
        """The API of the site."""

    def find(self, filters: Filters, order: str) -> Iterator[str]:
        for page in self.transport.pages("/images", [*filters, ("order", order)]):
            yield from (str(item["id"]) for item in page["items"])

    def suggest(self, text: str) -> list[Suggestion]:
        items = self.transport.api("GET", "/suggestions", params={"q": text}).json()["items"]
        return [Suggestion(item["kind"], item["search"], item["label"]) for item in items]

    def count(self, filters: Filters) -> Count:
        params = [*filters, ("limit", "1"), ("count", "true")]
        page = self.transport.api("GET", "/images", params=params).json()
        return Count(page["count"], page["count_is_exact"])
