"""The IP of a client behind proxies."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from pyramid.request import Request

from ...config.parsers import Network


def is_in(ip: str, networks: Sequence[Network]) -> bool:
    """Return whether an IP is in one of the networks; a Unix socket, which has none, is not."""
    try:
        parsed = ipaddress.ip_address(ip)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


class ClientIps:
    """Reads `X-Forwarded-For` of the proxies in `huimages.proxy_addresses` only."""

    def __init__(self, proxies: Sequence[Network]) -> None:
        self._proxies = proxies

    def is_from_proxy(self, request: Request) -> bool:
        """Return whether the peer itself is one of the proxies."""
        return is_in(request.environ.get("REMOTE_ADDR", ""), self._proxies)

    def client(self, request: Request) -> str:
        """Return the IP of the client: the last hop that is not one of the proxies."""
        ip = str(request.environ.get("REMOTE_ADDR", ""))
        hops = request.headers.get("X-Forwarded-For", "").split(",")
        while hops and is_in(ip, self._proxies):
            ip = hops.pop().strip() or ip
        return ip
