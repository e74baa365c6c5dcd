"""Connections of urllib3 whose read timeout covers the whole response.

The timeout of urllib3 begins again with each read, so a server that trickles would hold a
thread for hours.
"""

from __future__ import annotations

import io
import ssl
import time
from http.client import HTTPResponse
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection


def pool_manager(connections: int, tls: ssl.SSLContext | None = None) -> urllib3.PoolManager:
    """Return a pool of connections that keeps so many idle ones for each host."""
    pools = urllib3.PoolManager(maxsize=connections, ssl_context=tls)
    pools.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return pools


class _DeadlineReader(io.RawIOBase):
    """Applies the timeout of a socket to all reads together."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._deadline = time.monotonic() + sock.gettimeout()
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the response took too long")
        self._sock.settimeout(remaining)
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineResponse(HTTPResponse):
    """A response whose read timeout covers the whole response; urllib3's covers one read."""

    def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_DeadlineReader(sock))


class _Connection(HTTPConnection):
    response_class = _DeadlineResponse


class _TlsConnection(HTTPSConnection):
    response_class = _DeadlineResponse


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection
