"""Where a request comes from, when there is a proxy in front."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from pyramid.request import Request

from ...config.parsers import Network


class Addresses:
    """Believes headers of those proxies that the settings name, and of nobody else."""

    def __init__(self, proxies: Sequence[Network]) -> None:
        self._proxies = proxies

    def is_from_proxy(self, request: Request) -> bool:
        """Whether the peer itself is one of the proxies."""
        return self._is_proxy(request.environ.get("REMOTE_ADDR", ""))

    def client(self, request: Request) -> str:
        """The address of the client: the last one on the way that is none of our proxies."""
        address = str(request.environ.get("REMOTE_ADDR", ""))
        hops = request.headers.get("X-Forwarded-For", "").split(",")
        while hops and self._is_proxy(address):
            address = hops.pop().strip() or address
        return address

    def _is_proxy(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)
