"""The actor of audit log entries, for requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import EXCVIEW

from ...services import audit
from .client_ip import ClientIps


class Auditing:
    """A tween that records changes under the client of the request."""

    def __init__(self, handler: Callable[[Request], Response], registry: Any) -> None:
        self._handler = handler
        self._client_ips: ClientIps = registry["huimages.client_ips"]

    @classmethod
    def install(cls, config: Any, client_ips: ClientIps) -> None:
        config.registry["huimages.client_ips"] = client_ips
        config.add_tween(f"{__name__}.{cls.__name__}", under=EXCVIEW)

    def __call__(self, request: Request) -> Response:
        def describe() -> Mapping[str, str]:
            identity = request.identity
            actor = {
                "account": identity.account,
                "token": identity.token,
                "visitor": "" if identity.account or identity.token else identity.visitor_id,
                "address": self._client_ips.client(request),
            }
            return {f"by_{key}": value for key, value in actor.items() if value}

        with audit.acting_as(describe):
            return self._handler(request)
