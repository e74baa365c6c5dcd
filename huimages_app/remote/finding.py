"""Lists of images of the backend that uses the API of a site over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

from ..client.finding import FindingBackend, Suggestion
from ..domain.facet_counts import FacetCounts
from ..domain.filters import Filters
from ..domain.models import Count
from ..domain.months import Month
from .transport import Transport, count_of


class HttpFinding(FindingBackend):
    """Uses `/api/v1/images`."""

    @property
    @abstractmethod
    def transport(self) -> Transport:
        """The API of the site."""

    def find(self, filters: Filters, order: str, at: str) -> Iterator[str]:
        params = [*filters, ("order", order), *([("at", at)] if at else [])]
        for page in self.transport.pages("/images", params):
            yield from (str(item["id"]) for item in page["items"])

    def suggest(self, text: str) -> list[Suggestion]:
        items = self.transport.api("GET", "/suggestions", params={"q": text}).json()["items"]
        return [Suggestion(item["kind"], item["search"], item["label"]) for item in items]

    def count(self, filters: Filters) -> Count:
        return self.transport.count("/images", filters)

    def facet_counts(self, filters: Filters) -> FacetCounts:
        items = self.transport.api("GET", "/images/facets", params=list(filters)).json()["items"]
        return {(item["filter"], item["value"]): count_of(item) for item in items}

    def months(self, filters: Filters, order: str) -> list[Month]:
        params = [*filters, ("order", order)]
        items = self.transport.api("GET", "/images/months", params=params).json()["items"]
        return [Month(*map(int, item["month"].split("-"))) for item in items]
