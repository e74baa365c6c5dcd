"""Transfers from and to S3 with a time limit, which detect missing bytes."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

_CHUNK = 1 << 18  # bytes

# Exceptions raised when the store is unreachable, slow or returns garbage.  An OSError may
# also come from the local disk.
FAILURES = (BotoCoreError, ClientError, ResponseParserError, HTTPError, OSError)


class TooSlow(OSError):
    """A transfer exceeded its time limit."""


class Truncated(OSError):
    """A body ended early."""


class NotS3(OSError):
    """The response did not come from S3."""


def require_keys(response: Mapping[str, Any], *names: str) -> None:
    """Raise NotS3 unless the response has the keys that every response of its kind has.

    boto3 takes any page with status 200, such as one of a proxy, for an empty response.
    """
    for name in names:
        if name not in response:
            raise NotS3(f"the response has no {name}, so it did not come from S3")


class Deadline:
    """The end of a time limit in seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raise TooSlow after the end."""
        if time.monotonic() >= self._end:
            raise TooSlow(f"the transfer took longer than {self._seconds:g} seconds")


def download(response: Any, file: BinaryIO, deadline: Deadline) -> None:
    """Write the body of `response` (of get_object) into `file`.  Raises Truncated, TooSlow.

    The connection goes back to the pool only if the body was complete.
    """
    # boto3's own read methods wait for a full block.  Its timeout begins again with each
    # byte, so a server that trickles would hold a thread for hours (docs/decisions/023).
    raw = response["Body"]._raw_stream
    received = 0
    try:
        while piece := raw.read1(_CHUNK):
            deadline.check()
            file.write(piece)
            received += len(piece)
    except HTTPError as error:
        response["Body"].close()
        raise Truncated(f"the body broke off after {received} bytes: {error}") from error
    except BaseException:
        response["Body"].close()
        raise
    if received != (promised := response.get("ContentLength")):
        raise Truncated(f"the body has {received} bytes; expected {promised}")


class TimedReader:
    """A file to upload; reading it raises TooSlow after the deadline."""

    def __init__(self, file: BinaryIO, deadline: Deadline) -> None:
        self._file = file
        self._deadline = deadline

    def read(self, size: int = -1) -> bytes:
        self._deadline.check()
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()
