"""Saved searches of the backend that uses the API of a site over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from urllib.parse import quote

from ..client.saved_searches import SavedSearchBackend, SavedSearchInfo
from ..domain.searches import Search
from .transport import Transport


class HttpSavedSearches(SavedSearchBackend):
    """Uses `/api/v1/searches`."""

    @property
    @abstractmethod
    def transport(self) -> Transport:
        """The API of the site."""

    def saved_searches(self) -> list[SavedSearchInfo]:
        items = self.transport.api("GET", "/searches").json()["items"]
        return [
            SavedSearchInfo(item["id"], item["name"], item["query"], item["order"])
            for item in items
        ]

    def save_search(self, name: str, search: Search) -> str:
        body = {"name": name, "query": search.values, "order": search.order or "newest"}
        return str(self.transport.api("POST", "/searches", json=body).json()["id"])

    def rename_saved_search(self, search_id: str, name: str) -> None:
        self.transport.api("PATCH", _path(search_id), json={"name": name})

    def remove_saved_search(self, search_id: str) -> None:
        self.transport.api("DELETE", _path(search_id))


def _path(search_id: str) -> str:
    return f"/searches/{quote(search_id, safe='')}"
