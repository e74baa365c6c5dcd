"""A bucket as a former huImages site left it, looked at and not touched.

The credentials need s3:ListBucket and s3:GetObject.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from ...domain.ids import is_image_id
from ...errors import StoreDown, UnknownImage
from ..originals.s3 import OLD_ENDING, S3Place
from ..originals.s3_transfer import FAILURES, demand
from .models import PEEKED, Peek, SiteBucket


class S3SiteBucket(SiteBucket):
    """The objects of a bucket whose keys are IDs, behind the prefix, and `ID.jpeg`."""

    def __init__(self, place: S3Place) -> None:
        self._place = place
        self._client: Any = None
        self.name = f"s3:{place.bucket}" + f"/{place.prefix}" * bool(place.prefix)

    def listed(self) -> Iterator[tuple[str, str]]:
        prefix = self._place.prefix
        with self._translated():
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._place.bucket,
                Prefix=prefix,
                PaginationConfig={"PageSize": self._place.page},
            )
            for page in pages:
                demand(page, "IsTruncated")
                for item in page.get("Contents", []):
                    name = item["Key"][len(prefix) :]
                    if is_image_id(image_id := name.removesuffix(OLD_ENDING)):
                        yield image_id, name

    def peek(self, key: str) -> Peek:
        with self._translated():
            try:
                answer = self._s3.get_object(
                    Bucket=self._place.bucket,
                    Key=self._place.prefix + key,
                    Range=f"bytes=0-{PEEKED - 1}",
                )
            except self._s3.exceptions.NoSuchKey as error:
                raise UnknownImage(f"the object {key} is gone") from error
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == "InvalidRange":
                    return Peek("", b"")  # an object of no bytes
                raise
            with contextlib.closing(answer["Body"]) as body:
                return Peek(answer.get("ContentType", ""), body.read(PEEKED))

    @property
    def _s3(self) -> Any:
        self._client = self._client or self._place.connect()
        return self._client

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except FAILURES as error:
            raise StoreDown(f"the bucket {self._place.bucket!r} can't be read: {error}") from error
