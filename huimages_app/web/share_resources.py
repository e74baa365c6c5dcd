"""The parts of the URL tree below `/share` and `/api/v1/shares`."""

from __future__ import annotations

from ..domain.ids import parse_image_id
from ..domain.shares import TOKEN
from ..errors import BadImageId
from .resource import Named, Resource


class SharedImage(Resource):
    """One image of a share link."""

    def __init__(self, parent: SharePage, name: str, image_id: str) -> None:
        super().__init__(parent, name)
        self.token = parent.token
        self.image_id = image_id


class SharePage(Resource):
    """The page of a share link: open to every client that has the token."""

    def __init__(self, parent: Resource, token: str) -> None:
        super().__init__(parent, token)
        self.token = token

    def __getitem__(self, name: str) -> SharedImage:
        try:
            return SharedImage(self, name, parse_image_id(name))
        except BadImageId:
            raise KeyError(name) from None


class Shares(Named):
    """The share links of the site, for editors."""

    pattern = TOKEN
    child = SharePage


class ApiShare(Resource):
    """One share link in the API, by its ID."""

    def __init__(self, parent: Resource, name: str) -> None:
        super().__init__(parent, name)
        self.share_id = name


class ApiShares(Resource):
    """All share links in the API."""

    def __getitem__(self, name: str) -> ApiShare:
        return ApiShare(self, name)
