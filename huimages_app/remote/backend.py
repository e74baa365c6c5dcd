"""The backend that uses the API of a site over HTTP."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, quote, urlsplit

from ..client.backend import Backend
from ..client.values import ArticleImage, Details, EndingImage, ImageChange, RenditionInfo
from ..domain.articles import to_segment
from ..domain.content import ContentBox
from ..domain.ids import parse_image_id
from ..domain.models import Count, Image, Neighbours
from ..domain.rights import Rights
from ..domain.validity import parse_day
from ..errors import (
    BadSetting,
    EditConflict,
    RightsEnded,
    RightsNotBegun,
    UnknownArticle,
    UnknownImage,
)
from .collections import HttpCollections
from .duplicates import HttpDuplicates
from .finding import HttpFinding
from .jobs import HttpJobs
from .saved_searches import HttpSavedSearches
from .shares import HttpShares
from .tables import HttpTables
from .transport import Transport

# By the field `showing`, which older sites lack.
_NOT_SHOWN = {"future": RightsNotBegun, "ended": RightsEnded}
_PAGE = 200  # images in a response
_ATTEMPTS = 5  # to change an image that others change at the same time


class HttpBackend(
    HttpCollections,
    HttpDuplicates,
    HttpFinding,
    HttpJobs,
    HttpSavedSearches,
    HttpShares,
    HttpTables,
    Backend,
):
    """Uses the site of `configure`, else that of HUIMAGES_REMOTE_URL."""

    def __init__(self) -> None:
        self._transport: Transport | None = None

    def configure(self, url: str, token: str = "", timeout: float = 10.0, **transport: Any) -> None:
        """Use the site at `url` from now on; `timeout` is in seconds.

        Further arguments are those of `transport.Transport`.
        """
        self._transport = Transport(url, token, timeout, **transport)

    @property
    def transport(self) -> Transport:
        """The API of the site; raises BadSetting if no site is configured."""
        if self._transport is None:
            url = os.environ.get("HUIMAGES_REMOTE_URL")
            if not url:
                raise BadSetting("no site: call configure(URL), or set HUIMAGES_REMOTE_URL")
            self.configure(url, os.environ.get("HUIMAGES_REMOTE_TOKEN", ""))
        return self._transport  # type: ignore[return-value]

    def save(self, file: BinaryIO, details: Details) -> str:
        values = {
            "title": details.title,
            "filename": details.filename,
            "type": details.type,
            "created": _api_time(details.timestamp),
        }
        params = [(name, value) for name, value in values.items() if value]
        for key, references in (details.references or {}).items():
            params += [(f"ref.{key}", reference) for reference in references]
        # In memory, so that the request can be repeated.
        content = file.read()
        headers = {"Content-Type": "application/octet-stream"}
        response = self.transport.api(
            "POST", "/images", params=params, content=content, headers=headers
        )
        return str(response.json()["id"])

    def update(self, image_id: str, details: Details) -> None:
        for attempt in itertools.count(1):
            response = self.transport.api("GET", _path(image_id))
            headers = {"If-Match": response.headers["ETag"]}
            patch = _merged(response.json(), details)
            try:
                self.transport.api("PATCH", _path(image_id), json=patch, headers=headers)
            except EditConflict:
                if attempt == _ATTEMPTS:
                    raise
            else:
                return

    def set_title(self, image_id: str, title: str) -> None:
        self.transport.api("PATCH", _path(image_id), json={"title": title})

    def set_rights(self, image_id: str, rights: Mapping[str, str]) -> None:
        fields = {name: text or None for name, text in rights.items()}
        self.transport.api("PATCH", _path(image_id), json={"rights": fields})

    def set_content(self, image_id: str, box: ContentBox | None) -> None:
        value = None if box is None else list(box)
        self.transport.api("PATCH", _path(image_id), json={"corrected_content": value})

    def history(self, image_id: str) -> list[ImageChange]:
        items = self.transport.api("GET", _path(image_id, "history")).json()["items"]
        return [
            ImageChange(
                item["id"],
                datetime.fromisoformat(item["at"]),
                item["by"] or "",
                item["field"],
                item["before"],
                item["after"],
            )
            for item in items
        ]

    def take_back(self, image_id: str, change_id: str) -> None:
        self.transport.api("POST", _path(image_id, "history"), json={"take_back": change_id})

    def replace(self, image_id: str, file: BinaryIO, filename: str) -> str:
        # In memory, so that the request can be repeated.
        response = self.transport.api(
            "PUT",
            _path(image_id, "file"),
            params={"filename": filename},
            content=file.read(),
            headers={"Content-Type": "application/octet-stream"},
        )
        return str(response.json()["id"])

    def turn(self, image_id: str, degrees: int) -> str:
        path = _path(image_id, "turn")
        return str(self.transport.api("POST", path, json={"degrees": degrees}).json()["id"])

    def go_back(self, image_id: str) -> None:
        self.transport.api("PUT", _path(image_id, "newest"))

    def versions(self, image_id: str) -> list[str]:
        items = self.transport.api("GET", _path(image_id, "versions")).json()["items"]
        return [str(item["id"]) for item in items]

    def delete(self, image_id: str) -> None:
        self.transport.api("DELETE", _path(image_id))

    def image(self, image_id: str) -> Image:
        item = self._item(image_id)
        return Image(
            id=item["id"],
            created=datetime.fromisoformat(item["created"]),
            modified=datetime.fromisoformat(item["modified"]),
            width=item["width"],
            height=item["height"],
            titles=tuple(item["titles"]),
            alt=item["alt_own"] or "",
            references={key: tuple(values) for key, values in item["references"].items()},
            types=tuple(item["types"]),
            filename=item["filename"],
            length=item["bytes"] or 0,
            contenttype=item["contenttype"] or "",
            sha256=item["sha256"] or "",
            rights=Rights.of(item.get("rights", {})),
            taken=datetime.fromisoformat(item["taken"]) if item.get("taken") else None,
            camera=item.get("camera") or "",
            replaced_by=item.get("replaced_by") or "",
            versions=tuple(item.get("versions", ())),
            uploader=item.get("uploader") or "",
            uploaded=datetime.fromisoformat(item["uploaded"]) if item.get("uploaded") else None,
        )

    def length(self, image_id: str) -> int:
        # Metadata of huImages 2.2 lacks the length.
        return self._item(image_id)["bytes"] or self.transport.length(self.url(image_id, "o"))

    def url(self, image_id: str, size: str) -> str:
        # Only the site knows the key that signs URLs.
        return str(self._item(image_id, size)["urls"][size]["url"])

    def content(self, image_id: str, size: str) -> bytes:
        return self.transport.fetch(self.url(image_id, size))

    def rendition(self, image_id: str, size: str) -> RenditionInfo:
        item = self._item(image_id, size)
        if error := _NOT_SHOWN.get(item.get("showing", "shown")):
            raise error(image_id)
        rendition = item["urls"][size]
        return RenditionInfo(rendition["url"], rendition["width"], rendition["height"], item["alt"])

    def article(self, key: str, number: str) -> list[ArticleImage]:
        try:
            article = self.transport.api("GET", _article_path(key, number)).json()
        except UnknownArticle:
            return []
        return [
            ArticleImage(image["id"], image["at"], image["role"] or "")
            for image in article["images"]
        ]

    def count_articles(self, key: str, prefix: str) -> Count:
        return self.transport.count("/articles", [("key", key), ("prefix", prefix)])

    def article_url(self, key: str, number: str, size: str, which: str) -> str:
        # Only the site knows the key that signs URLs.
        params = {"size": size, "limit": 1, **({"which": which} if which else {})}
        article = self.transport.api("GET", _article_path(key, number), params=params).json()
        return str(article["urls"][size])

    def arrange(self, key: str, number: str, order: Sequence[str]) -> None:
        path = _article_path(key, number, "order")
        self.transport.api("PUT", path, json={"order": list(order)})

    def set_role(self, key: str, number: str, image_id: str, role: str) -> None:
        path = _article_path(key, number, "role")
        self.transport.api("PUT", path, json={"id": image_id, "role": role or None})

    def ending(self, days: int) -> list[EndingImage]:
        found: list[EndingImage] = []
        params: dict[str, Any] | None = {"days": days, "limit": _PAGE}
        while params:
            page = self.transport.api("GET", "/images/ending", params=params).json()
            found += [
                EndingImage(item["id"], parse_day(item["rights"]["until"]))
                for item in page["items"]
            ]
            params = page["next"] and dict(parse_qsl(urlsplit(page["next"]).query))
        return found

    def count_ending(self, days: int) -> Count:
        return self.transport.count("/images/ending", [("days", str(days))])

    def random(self) -> str | None:
        try:
            return str(self.transport.api("GET", "/images/random").json()["id"])
        except UnknownImage:
            return None

    def neighbours(self, image_id: str) -> Neighbours:
        try:
            response = self.transport.api("GET", _path(image_id, "neighbours"))
        except UnknownImage:
            return Neighbours()
        neighbours = response.json()
        return Neighbours(neighbours["previous"], neighbours["next"])

    def _item(self, image_id: str, size: str = "") -> dict[str, Any]:
        """The image as the API returns it, with the URL of a size if one is given."""
        params = {"size": size} if size else {}
        item: dict[str, Any] = self.transport.api("GET", _path(image_id), params=params).json()
        return item


def _path(image_id: str, *further: str) -> str:
    return "/".join(["/images", quote(parse_image_id(image_id)), *further])


def _article_path(key: str, number: str, *further: str) -> str:
    return "/".join(["/articles", quote(key), quote(to_segment(number), safe=""), *further])


def _merged(item: dict[str, Any], details: Details) -> dict[str, Any]:
    """The fields to change so that the image has the details in addition to its own."""
    patch: dict[str, Any] = {
        "references": {
            key: list(dict.fromkeys([*item["references"].get(key, []), *values]))
            for key, values in (details.references or {}).items()
        },
        "types": list(dict.fromkeys([*item["types"], *filter(None, [details.type])])),
    }
    if details.title:
        patch["title"] = details.title
    if details.timestamp:
        patch["created"] = _api_time(details.timestamp)
    return patch


def _api_time(time: datetime | None) -> str:
    """A time in UTC in the format of the API; empty for None."""
    return time.isoformat().replace("+00:00", "Z") if time else ""
