"""Share links of the backend that uses the API of a site over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from urllib.parse import quote

from ..client.shares import ShareBackend, ShareInfo
from ..domain.shares import ShareTerms, Target
from .transport import Transport


class HttpShares(ShareBackend):
    """Uses `/api/v1/shares`."""

    @property
    @abstractmethod
    def transport(self) -> Transport:
        """The API of the site."""

    def shares(self) -> list[ShareInfo]:
        return [
            ShareInfo(
                item["id"],
                item["kind"],
                item["value"],
                item["title"],
                datetime.fromisoformat(item["until"]) if item["until"] else None,
                int(item["views"]),
            )
            for item in self.transport.api("GET", "/shares").json()["items"]
        ]

    def share(self, target: Target, terms: ShareTerms) -> str:
        body = {
            "kind": target.kind,
            "value": target.value,
            **({"key": target.key} if target.key else {}),
            "title": terms.title,
            "until": terms.until.isoformat() if terms.until else None,
            "sizes": list(terms.sizes),
            "originals": terms.originals,
            "password": terms.password or None,
        }
        return str(self.transport.api("POST", "/shares", json=body).json()["url"])

    def revoke_share(self, share_id: str) -> None:
        self.transport.api("DELETE", f"/shares/{quote(share_id, safe='')}")
