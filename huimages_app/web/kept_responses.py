"""Responses in memory, which the thread of the connections sends itself.

A thread of the application responds to the first request for a small file, and keeps the response
here with the identity of the file.  Later ones cost a look at the file and one send; they are not
handed to another thread and back, and nothing of them is parsed.  A file that was replaced, removed
or touched is no longer the one that was kept: the request goes to the application.

A response depends on the first line of a request, and of its other lines only on the `variant`,
which the application names.  Lines that are not yet known to mean a variant are parsed.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final

from ..observation import request_ids

# In the environment of a request whose response may be kept: a function that keeps a KeptResponse.
KEEP: Final = "huimages.keep"

_DAY: Final = 24 * 60 * 60  # seconds
_BLOCKS: Final = 1000
_LONGEST: Final = 2000  # bytes of the header lines of a request, or of its first line
_OVERHEAD: Final = 1000  # bytes that a response takes in memory besides its text

Identity = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class KeptResponse:
    """A response of status 200, with the file of its body.

    `variant` is what it depends on besides the first line of the request.  `headers` are without
    Date and the ID of the request.
    """

    variant: str
    file: str
    identity: Identity
    headers: Sequence[tuple[str, str]]
    body: bytes

    @functools.cached_property
    def start(self) -> bytes:
        """Return the header up to the date."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return f"HTTP/1.1 200 OK\r\n{lines}Date: ".encode("latin-1")


class KeptResponses:
    """Keeps at most `max_bytes` of responses; drops the least recently used first.  Thread-safe.

    `count` is called with the seconds that each response took.
    """

    def __init__(self, max_bytes: int, count: Callable[[float], None]) -> None:
        self._max_bytes = max_bytes
        self._count = count
        self._lock = threading.Lock()
        self._variants: OrderedDict[bytes, str] = OrderedDict()
        self._responses: OrderedDict[tuple[bytes, str], KeptResponse] = OrderedDict()
        self._bytes = 0

    def keep(self, request: bytes, response: KeptResponse) -> None:
        """Keep the response to a request, which is given as it was received."""
        line, _, block = request.partition(b"\r\n")
        if len(line) > _LONGEST or len(block) > _LONGEST:
            return
        key = line, response.variant
        with self._lock:
            self._variants[block] = response.variant
            if len(self._variants) > _BLOCKS:
                self._variants.popitem(last=False)
            self._forget(key)
            self._responses[key] = response
            self._bytes += _size(key, response)
            while self._bytes > self._max_bytes:
                self._forget(next(iter(self._responses)))

    def find(self, request: bytes) -> bytes | None:
        """Return the response to a request, which is given as it was received; None: not kept."""
        begun = time.perf_counter()
        line, _, block = request.partition(b"\r\n")
        with self._lock:
            variant = self._variants.get(block)
            if variant is None:
                return None
            self._variants.move_to_end(block)
            response = self._responses.get((line, variant))
            if response is None:
                return None
            self._responses.move_to_end((line, variant))
        now = time.time()
        if not _is_current(response, now):
            with self._lock:
                self._forget((line, variant))
            return None
        text = b"".join(
            (
                response.start,
                _date(int(now)),
                _ID_LINE,
                request_ids.new().encode(),
                b"\r\n\r\n",
                response.body,
            )
        )
        self._count(time.perf_counter() - begun)
        return text

    def _forget(self, key: tuple[bytes, str]) -> None:
        if response := self._responses.pop(key, None):
            self._bytes -= _size(key, response)


_ID_LINE: Final = f"\r\n{request_ids.HEADER}: ".encode()


def identity(status: os.stat_result) -> Identity:
    """Return what differs between a file and another one that took its place.

    Also the time of the last change, since the number of a removed file is used again.
    """
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def _is_current(response: KeptResponse, now: float) -> bool:
    try:
        status = os.stat(response.file)  # noqa: PTH116 - a Path takes as long as the call
    except OSError:
        return False
    # Once a day the application notes that the file is used: see `cache/eviction.py`.
    return identity(status) == response.identity and now - status.st_atime < _DAY


def _size(key: tuple[bytes, str], response: KeptResponse) -> int:
    return len(key[0]) + len(response.start) + len(response.body) + _OVERHEAD


@functools.lru_cache(maxsize=1)
def _date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()
