"""Numbers for Prometheus about this process."""

from __future__ import annotations

import ipaddress
from typing import Any

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from pyramid.events import NewResponse, subscriber
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...config.settings import Settings
from ..resources import Root


@subscriber(NewResponse)
def count_response(event: Any) -> None:
    """Count every response that passes Pyramid; cache hits count themselves."""
    event.request.services.metrics.count_response(event.response.status_int)


@view_config(context=Root, name="metrics", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def metrics(request: Request) -> Response:
    """Return the numbers of this process to the client IPs in `huimages.metrics`; else 404."""
    settings: Settings = request.registry.settings["huimages"]
    try:
        client_ip = ipaddress.ip_address(request.client_ip)
    except ValueError:  # a Unix socket
        raise HTTPNotFound from None
    if request.subpath or not any(client_ip in network for network in settings.metrics):
        raise HTTPNotFound
    services = request.services
    rendering, waiting = services.render_limiter.load()
    response = Response(
        services.metrics.exposition(
            rendering=rendering, rendering_waiting=waiting, jobs_waiting=services.worker.waiting()
        )
    )
    response.headers["Content-Type"] = CONTENT_TYPE_PLAIN_0_0_4
    response.headers["Cache-Control"] = "no-store"
    return response
