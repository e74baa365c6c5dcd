"""Originals in S3 or a compatible store.

The key is a prefix and the ID; some installations of huImages 2.2 wrote `ID.jpeg`, which
is looked up second.  Objects are private: no ACL is ever set.  An original is downloaded
completely and verified by its SHA-1, which the ID encodes.

The credentials need s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket; without
the last one S3 reports a missing object as a forbidden one.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import quote

from botocore.exceptions import ClientError

from ...domain.files import same_bytes
from ...domain.ids import is_image_id, parse_image_id
from ...errors import CorruptOriginal, IdCollision, StorageUnavailable, UnknownImage
from ...observation.steps import storage_call
from ..interfaces import OriginalInfo, Originals, require_intact
from .s3_location import S3Location
from .s3_transfer import FAILURES, Deadline, TimedReader, Truncated, download, require_keys

log = logging.getLogger(__name__)

__all__ = ["S3Location", "S3Originals"]

LEGACY_SUFFIX = ".jpeg"  # of keys of some installations of huImages 2.2
_ATTEMPTS = 2  # at a download
_CONFLICTS = 10  # attempts to put while other clients put or delete the same key
_PAUSE = 0.02  # seconds longer after each of them


@dataclass(frozen=True)
class _Found:
    """An object: its key, number of bytes and stored type."""

    key: str
    length: int
    contenttype: str


class S3Originals(Originals):
    """Originals in a bucket.  Connects on first use."""

    def __init__(self, location: S3Location) -> None:
        self._location = location
        self._guard = threading.Lock()
        self._client: Any = None
        self._process = 0  # that created the client: it must not be shared across a fork
        self._conditional = True  # whether the store supports If-None-Match, as far as known

    def put(self, image_id: str, content: BinaryIO, info: OriginalInfo) -> bool:
        with _call("put", f"the original {image_id} can't be stored"):
            for attempt in range(_CONFLICTS):
                time.sleep(attempt * _PAUSE)
                # First, so that stores which ignore If-None-Match overwrite nothing either,
                # and an original that exists is not sent again.
                if (found := self._find(image_id)) is None:
                    if self._put(image_id, content, info):
                        return True
                    continue
                with contextlib.suppress(UnknownImage):  # removed just now
                    self._require_same(image_id, found, content)
                    return False
        raise StorageUnavailable(
            f"the original {image_id} can't be stored: other clients keep changing it"
        )

    @contextlib.contextmanager
    def open(self, image_id: str) -> Iterator[BinaryIO]:
        with contextlib.ExitStack() as stack:
            with _call("open", f"the original {image_id} can't be read"):
                file = stack.enter_context(tempfile.TemporaryFile())
                self._download(image_id, file)
            yield file

    def length(self, image_id: str) -> int | None:
        with _call("length", f"the original {image_id} can't be looked up"):
            found = self._find(image_id)
            if found is None:
                # A HEAD has no body to distinguish a missing object from a missing bucket.
                self.check()
        return None if found is None else found.length

    def delete(self, image_id: str) -> None:
        with _call("delete", f"the original {image_id} can't be removed"):
            # One request each: many stores do not support DeleteObjects.
            for key in self._keys(image_id):
                self._s3.delete_object(Bucket=self._location.bucket, Key=key)

    def ids(self, after: str = "") -> Iterator[str]:
        prefix, last = self._location.prefix, after
        with _translated("the originals can't be listed"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._location.bucket,
                Prefix=prefix,
                StartAfter=prefix + after,
                PaginationConfig={"PageSize": self._location.page},
            )
            for page in pages:
                require_keys(page, "IsTruncated")
                for item in page.get("Contents", []):
                    image_id = item["Key"][len(prefix) :].removesuffix(LEGACY_SUFFIX)
                    # ID.jpeg follows ID directly.
                    if image_id > last and is_image_id(image_id):
                        last = image_id
                        yield image_id

    def check(self) -> None:
        if not self._has_bucket():
            raise StorageUnavailable(f"there is no bucket {self._location.bucket!r} {self._where}")

    def setup(self) -> list[str]:
        """Create the bucket if it is missing; this needs s3:CreateBucket."""
        bucket = self._location.bucket
        if self._has_bucket():
            return [f"{bucket}: bucket exists"]
        with _call("setup", f"the bucket {bucket!r} can't be created"):
            region = self._s3.meta.region_name
            # AWS demands the region of the bucket, except for its oldest one, where it refuses it.
            where = {"CreateBucketConfiguration": {"LocationConstraint": region}}
            self._s3.create_bucket(Bucket=bucket, **({} if region == "us-east-1" else where))
        return [f"{bucket}: bucket created"]

    def _has_bucket(self) -> bool:
        bucket = self._location.bucket
        with _call("check", f"the bucket {bucket!r} can't be reached"):
            try:
                self._s3.head_bucket(Bucket=bucket)
            except ClientError as error:
                if _status(error) == 403:
                    raise StorageUnavailable(
                        f"the credentials give no access to the bucket {bucket!r} {self._where}"
                    ) from error
                if _status(error) != 404:
                    raise
                return False
        return True

    def close(self) -> None:
        with self._guard:
            if self._client is not None and self._process == os.getpid():
                self._client.close()
            self._client = None

    def presigned_url(self, image_id: str, *, filename: str, seconds: int) -> str | None:
        with _call("presign", f"the original {image_id} can't be looked up"):
            found = self._find(image_id)
            # Legacy objects may lack the type: then the server has to detect it.
            if found is None or not found.contenttype.startswith("image/"):
                return None
            url: str = self._s3.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._location.bucket,
                    "Key": found.key,
                    "ResponseContentDisposition": (
                        f"inline; filename*=UTF-8''{quote(filename, safe='')}"
                    ),
                    "ResponseContentType": found.contenttype,
                },
                ExpiresIn=seconds,
            )
            return url

    # -- objects -------------------------------------------------------------------------

    def _keys(self, image_id: str) -> tuple[str, str]:
        key = self._location.prefix + parse_image_id(image_id)  # the bucket may hold other objects
        return key, key + LEGACY_SUFFIX

    def _find(self, image_id: str) -> _Found | None:
        """Return the object; None if there is none, or no bucket."""
        for key in self._keys(image_id):
            try:
                head = self._s3.head_object(Bucket=self._location.bucket, Key=key)
            except ClientError as error:
                if _status(error) != 404:
                    raise
            else:
                require_keys(head, "ETag", "ContentLength")
                return _Found(key, head["ContentLength"], head.get("ContentType", ""))
        return None

    def _put(self, image_id: str, content: BinaryIO, info: OriginalInfo) -> bool:
        """Create the object; return False if it exists by now."""
        content.seek(0)
        condition = {"IfNoneMatch": "*"} if self._conditional else {}
        try:
            response = self._s3.put_object(
                Bucket=self._location.bucket,
                Key=self._keys(image_id)[0],
                Body=TimedReader(content, Deadline(self._location.deadline)),
                ContentType=info.contenttype,
                Metadata={"width": str(info.width), "height": str(info.height)},
                **condition,
            )
        except ClientError as error:
            if _status(error) in {409, 412}:
                return False
            if _status(error) == 501 and self._conditional:
                log.info("S3 store without If-None-Match: going on without it")
                self._conditional = False
                return False
            raise
        require_keys(response, "ETag")
        return True

    def _require_same(self, image_id: str, found: _Found, content: BinaryIO) -> None:
        """Raise IdCollision unless the object has these bytes."""
        content.seek(0, os.SEEK_END)
        same = content.tell() == found.length
        if same:
            try:
                with self.open(image_id) as stored:
                    same = same_bytes(content, stored)
            except CorruptOriginal:
                same = False
        if not same:
            raise IdCollision(image_id)

    def _download(self, image_id: str, file: BinaryIO) -> None:
        """Write the verified bytes into `file`, and seek to its start."""
        deadline = Deadline(self._location.deadline)
        for attempt in range(1, _ATTEMPTS + 1):
            file.seek(0)
            file.truncate()
            try:
                # boto3 retries requests, but not a body that breaks off.
                download(self._get(image_id), file, deadline)
            except Truncated as error:
                if attempt == _ATTEMPTS:
                    raise
                log.warning(
                    "download of an original broke off, retrying: id=%s error=%s", image_id, error
                )
            else:
                break
        require_intact(image_id, file)

    def _get(self, image_id: str) -> Any:
        for key in self._keys(image_id):
            with contextlib.suppress(self._s3.exceptions.NoSuchKey):
                return self._s3.get_object(Bucket=self._location.bucket, Key=key)
        raise UnknownImage.without_original(image_id)

    # -- the connection ------------------------------------------------------------------

    @property
    def _s3(self) -> Any:
        with self._guard:
            if self._client is None or self._process != os.getpid():
                self._client = self._location.connect()
                self._process = os.getpid()
            return self._client

    @property
    def _where(self) -> str:
        return f"at {self._location.endpoint_url or 'AWS'}"


@contextlib.contextmanager
def _call(operation: str, failure: str) -> Iterator[None]:
    with storage_call("s3", operation), _translated(failure):
        yield


@contextlib.contextmanager
def _translated(failure: str) -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        raise StorageUnavailable(f"{failure}: {error}") from error


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
