"""Moving bytes from and to S3 within a time, and noticing when some are missing."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

_CHUNK = 1 << 18  # bytes

# What a store does that is down, slow or mad.  An OSError may also come from our own disk.
FAILURES = (BotoCoreError, ClientError, ResponseParserError, HTTPError, OSError)


class TooSlow(OSError):
    """A transfer took longer than it may."""


class Truncated(OSError):
    """A body broke off."""


class NotS3(OSError):
    """Whatever answered, S3 was it not."""


def demand(answer: Mapping[str, Any], *names: str) -> None:
    """Raises NotS3 unless the answer has what every answer of its kind has.

    boto3 takes any page with status 200, a proxy's say, for an answer without content.
    """
    for name in names:
        if name not in answer:
            raise NotS3(f"the answer has no {name}, so it is not S3 that answers")


class Deadline:
    """A moment in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raises TooSlow from that moment on."""
        if time.monotonic() >= self._end:
            raise TooSlow(f"the transfer was not done in {self._seconds:g} seconds")


def download(answer: Any, file: BinaryIO, deadline: Deadline) -> None:
    """Write the body of `answer` (of get_object) into `file`.  Raises Truncated, TooSlow.

    The connection goes back to the pool only if all came through.
    """
    # Of boto3's own ways to read all wait for a full piece, so that a server which
    # trickles holds them for hours: the timeout counts for each byte anew.
    raw = answer["Body"]._raw_stream
    received = 0
    try:
        while piece := raw.read1(_CHUNK):
            deadline.check()
            file.write(piece)
            received += len(piece)
    except HTTPError as error:
        answer["Body"].close()
        raise Truncated(f"the body broke off after {received} bytes: {error}") from error
    except BaseException:
        answer["Body"].close()
        raise
    if received != (promised := answer.get("ContentLength")):
        raise Truncated(f"the body has {received} bytes, and {promised} were promised")


class TimedReader:
    """A file to be sent, which raises TooSlow when that takes too long."""

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
