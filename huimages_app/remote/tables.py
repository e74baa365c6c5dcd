"""Tables and tags of the backend that uses the API of a site over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from ..client.tables import TableBackend
from ..tables.files import Kind, format_of_name
from .transport import Transport


class HttpTables(TableBackend):
    """Uses `/api/v1/table`, `/images.csv` and `/tags`."""

    @property
    @abstractmethod
    def transport(self) -> Transport:
        """The API of the site."""

    def rename_tag(self, tag: str, into: str) -> str:
        body = {"tag": tag, "into": into}
        return str(self.transport.api("POST", "/tags/rename", json=body).json()["job"])

    def merge_tags(self, tags: Sequence[str], into: str) -> str:
        body = {"tags": list(tags), "into": into}
        return str(self.transport.api("POST", "/tags/merge", json=body).json()["job"])

    def export_table(self, kind: Kind, search: str) -> Iterator[bytes]:
        params = {"q": search} if search else {}
        return self.transport.stream(f"/images.{format_of_name(f'table.{kind}').kind}", params)

    def apply_table(self, file: BinaryIO, *, dry_run: bool) -> dict[str, Any]:
        # In memory, so that the request can be repeated.
        response = self.transport.api(
            "POST",
            "/table",
            params={"dry_run": "true"} if dry_run else {},
            content=file.read(),
            headers={"Content-Type": "application/octet-stream"},
        )
        report: dict[str, Any] = response.json()
        return report
