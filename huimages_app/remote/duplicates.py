"""Images that look alike, of the backend that uses the API of a site over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from ..client.duplicates import DuplicateBackend
from ..domain.models import Count
from .transport import Transport

# The most that the API allows.
_LIMIT = 60


class HttpDuplicates(DuplicateBackend):
    """Uses `/api/v1/duplicates`."""

    @property
    @abstractmethod
    def transport(self) -> Transport:
        """The API of the site."""

    def duplicates(self) -> list[list[str]]:
        pages = self.transport.pages("/duplicates", limit=_LIMIT)
        return [
            [str(image["id"]) for image in group["images"]]
            for page in pages
            for group in page["items"]
        ]

    def count_duplicates(self) -> Count:
        return self.transport.count("/duplicates")

    def alike(self, image_id: str) -> list[str]:
        found = self.transport.api("GET", f"/images/{image_id}/alike").json()
        return [str(item["id"]) for item in found["items"]]

    def dismiss_duplicates(self, image_ids: Sequence[str]) -> None:
        self.transport.api("POST", "/duplicates/dismissed", json={"ids": list(image_ids)})

    def undismiss_duplicates(self, image_ids: Sequence[str]) -> None:
        self.transport.api("POST", "/duplicates/undismissed", json={"ids": list(image_ids)})
