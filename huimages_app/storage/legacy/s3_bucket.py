"""Read-only inspection of the bucket of a legacy huImages site.

The credentials need s3:ListBucket and s3:GetObject.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from ...domain.ids import is_image_id
from ...errors import StorageUnavailable, UnknownImage
from ..originals.s3 import LEGACY_SUFFIX, S3Location
from ..originals.s3_transfer import FAILURES, require_keys
from .models import PEEKED, LegacyBucket, Peek


class S3LegacyBucket(LegacyBucket):
    """The objects of a bucket whose keys are the prefix and an ID, or `ID.jpeg`."""

    def __init__(self, location: S3Location) -> None:
        self._location = location
        self._client: Any = None
        self.name = f"s3:{location.bucket}" + f"/{location.prefix}" * bool(location.prefix)

    def listed(self) -> Iterator[tuple[str, str]]:
        prefix = self._location.prefix
        with self._translated():
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._location.bucket,
                Prefix=prefix,
                PaginationConfig={"PageSize": self._location.page},
            )
            for page in pages:
                require_keys(page, "IsTruncated")
                for item in page.get("Contents", []):
                    name = item["Key"][len(prefix) :]
                    if is_image_id(image_id := name.removesuffix(LEGACY_SUFFIX)):
                        yield image_id, name

    def peek(self, key: str) -> Peek:
        with self._translated():
            try:
                response = self._s3.get_object(
                    Bucket=self._location.bucket,
                    Key=self._location.prefix + key,
                    Range=f"bytes=0-{PEEKED - 1}",
                )
            except self._s3.exceptions.NoSuchKey as error:
                raise UnknownImage.with_message(f"the object {key} is gone") from error
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == "InvalidRange":
                    return Peek("", b"")  # an object of no bytes
                raise
            with contextlib.closing(response["Body"]) as body:
                return Peek(response.get("ContentType", ""), body.read(PEEKED))

    @property
    def _s3(self) -> Any:
        self._client = self._client or self._location.connect()
        return self._client

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except FAILURES as error:
            raise StorageUnavailable(
                f"the bucket {self._location.bucket!r} can't be read: {error}"
            ) from error
