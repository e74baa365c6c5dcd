"""Share links of the backend that works on the storage directly."""

from __future__ import annotations

from ..domain.shares import ShareTerms, Target
from .process import services_of_process
from .shares import ShareBackend, ShareInfo


class LocalShares(ShareBackend):
    """Uses the services of this process."""

    def shares(self) -> list[ShareInfo]:
        return [
            ShareInfo(one.id, one.target.kind, one.target.value, one.title, one.until, one.views)
            for one in services_of_process().shares.all()
        ]

    def share(self, target: Target, terms: ShareTerms) -> str:
        _, token = services_of_process().shares.add(target, terms)
        return f"/share/{token}/"

    def revoke_share(self, share_id: str) -> None:
        services_of_process().shares.revoke(share_id)
