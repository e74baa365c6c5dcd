"""Numbers for Prometheus: what this process did, and what it is at."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from pyramid.events import NewResponse, subscriber
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...config.settings import Settings
from ...services.container import Services
from ..resources import Root

_HELP = {
    "responses": "Answers by status; parts and 304 are counted as 200.",
    "hits": "Renditions that were in the cache.",
    "renderings": "Renditions made, also in vain.",
    "refusals": "Renditions not made because too many were waiting.",
}


@subscriber(NewResponse)
def count_response(event: Any) -> None:
    event.request.services.metrics.count(f'responses{{status="{event.response.status_int}"}}')


@view_config(context=Root, name="metrics", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def metrics(request: Request) -> Response:
    """Each process by itself; for the addresses in `huimages.metrics`, and nobody else."""
    settings: Settings = request.registry.settings["huimages"]
    try:
        address = ipaddress.ip_address(request.client_address)
    except ValueError:  # a Unix socket
        raise HTTPNotFound from None
    if not any(address in network for network in settings.metrics):
        raise HTTPNotFound
    response = Response("".join(_lines(request.services)))
    response.headers["Content-Type"] = "text/plain; version=0.0.4; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(services: Services) -> Iterator[str]:
    sums = services.metrics.sums()
    for name, text in _HELP.items():
        yield f"# HELP huimages_{name}_total {text}\n# TYPE huimages_{name}_total counter\n"
        of_name = {key: sum_ for key, sum_ in sums.items() if key.partition("{")[0] == name}
        # What did not happen yet is 0, but for what has labels: nobody knows which.
        for key, sum_ in sorted((of_name or ({} if name == "responses" else {name: 0})).items()):
            yield f"huimages_{name}_total{key.removeprefix(name)} {sum_}\n"
    for name, seconds in services.metrics.seconds().items():
        yield f"# TYPE huimages_{name}_seconds_total counter\n"
        yield f"huimages_{name}_seconds_total {seconds:.6f}\n"
    working, waiting = services.render_limiter.load()
    for name, number, text in (
        ("rendering", working, "Renditions being made at the moment."),
        ("rendering_waiting", waiting, "Renditions that wait for their turn."),
        ("jobs_waiting", services.worker.waiting(), "Work in the background that is not done."),
    ):
        yield f"# HELP huimages_{name} {text}\n# TYPE huimages_{name} gauge\n"
        yield f"huimages_{name} {number}\n"
