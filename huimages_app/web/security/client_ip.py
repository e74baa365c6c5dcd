"""The IP of a client behind proxies."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from pyramid.request import Request

from ...config.parsers import Network


class ClientIps:
    """Reads `X-Forwarded-For` of the proxies in `huimages.proxy_addresses` only."""

    def __init__(self, proxies: Sequence[Network]) -> None:
        self._proxies = proxies

    def is_from_proxy(self, request: Request) -> bool:
        """Whether the peer itself is one of the proxies."""
        return self._is_proxy(request.environ.get("REMOTE_ADDR", ""))

    def client(self, request: Request) -> str:
        """Return the IP of the client: the last hop that is not one of the proxies."""
        ip = str(request.environ.get("REMOTE_ADDR", ""))
        hops = request.headers.get("X-Forwarded-For", "").split(",")
        while hops and self._is_proxy(ip):
            ip = hops.pop().strip() or ip
        return ip

    def _is_proxy(self, ip: str) -> bool:
        try:
            parsed = ipaddress.ip_address(ip)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)
