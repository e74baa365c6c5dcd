"""Metrics for Prometheus."""

from __future__ import annotations

import contextlib

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...config.settings import Settings
from ...errors import StorageUnavailable
from ...observation.metrics import exposition
from ...services.container import Services
from ..resources import Root
from ..security.client_ip import is_in


@view_config(context=Root, name="metrics", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def metrics(request: Request) -> Response:
    """Return the metrics to the client IPs in `huimages.metrics`; else 404."""
    settings: Settings = request.registry.settings["huimages"]
    if request.subpath or not is_in(request.client_ip, settings.metrics):
        raise HTTPNotFound
    response = Response(exposition(lambda: _of_site(request.services)))
    response.headers["Content-Type"] = CONTENT_TYPE_PLAIN_0_0_4
    response.headers["Cache-Control"] = "no-store"
    return response


def _of_site(services: Services) -> dict[str, float]:
    usage = services.operations.cache_usage()
    values: dict[str, float] = {}
    if usage is not None:
        values = {"cache_files": usage.files, "cache_bytes": usage.bytes}
    # A journal that can't be read must not hide all other metrics.
    with contextlib.suppress(StorageUnavailable):
        if (waiting := services.invalidation.waiting()) is not None:
            values["invalidations_waiting"] = waiting
    return values
