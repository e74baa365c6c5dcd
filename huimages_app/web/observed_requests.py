"""Request IDs, metrics, slow requests and traces: what surrounds every request.

Pyramid's execution policy, the outermost code of the application.  A cache hit gets an ID and
is counted; everything else is observed only for requests that pass Pyramid.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import quote

from pyramid.router import default_execution_policy
from pyramid.viewderivers import INGRESS

from ..config.parsers import Network
from ..observation import metrics, request_ids, steps, tracing
from .cache_hits import CacheHits, Environ
from .secret_paths import loggable
from .security.client_ip import is_in

log = logging.getLogger(__name__)

_VIEW = "huimages.view"  # in the environment of a request
_NO_VIEW = "none"


class ObservedRequests:
    """The execution policy: returns plain cache hits, passes all else to the router.

    IDs and traces are continued if a proxy in `proxies` sent them.  Requests that take `slow`
    seconds or more are logged; 0: none.
    """

    def __init__(self, hits: CacheHits, proxies: Sequence[Network], slow: float) -> None:
        self._hits = hits
        self._slow = slow
        self._is_proxy = functools.lru_cache(maxsize=1000)(lambda ip: is_in(ip, proxies))

    def __call__(self, environ: Environ, router: Any) -> Any:
        begun = time.perf_counter()
        is_from_proxy = self._is_proxy(environ.get("REMOTE_ADDR", ""))
        request_ids.begin(environ.get("HTTP_X_REQUEST_ID", "") if is_from_proxy else "")
        if (hit := self._hits.response(environ)) is not None:
            metrics.count_hit_response(environ["REQUEST_METHOD"], time.perf_counter() - begun)
            return hit
        traceparent = environ.get("HTTP_TRACEPARENT", "") if is_from_proxy else ""
        return self._routed(environ, router, begun, traceparent)

    def _routed(self, environ: Environ, router: Any, begun: float, traceparent: str) -> Any:
        method, status = environ["REQUEST_METHOD"], 500
        with tracing.request_span(method, traceparent) as end_span, steps.recorded() as durations:
            try:
                response = default_execution_policy(environ, router)
                status = response.status_int
                response.headers[request_ids.HEADER] = request_ids.current()
            finally:
                view = environ.get(_VIEW, _NO_VIEW)
                end_span(view, status)
        seconds = time.perf_counter() - begun
        if self._slow and seconds >= self._slow:
            _log_slow(environ, view, status, seconds, durations)

        def respond(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            def start(status: str, *rest: Any) -> Any:
                # Only here 200 becomes 206 or 304.
                metrics.count_response(view, method, int(status[:3]), seconds)
                return start_response(status, *rest)

            body: Iterable[bytes] = response(environ, start)
            return body

        return respond


def _log_slow(
    environ: Environ, view: str, status: int, seconds: float, durations: dict[str, float]
) -> None:
    named = " ".join(f"{name}={duration:.3f}" for name, duration in durations.items())
    log.warning(
        "slow request method=%s path=%s view=%s status=%d seconds=%.3f%s",
        environ["REQUEST_METHOD"],
        # Without the query, which may hold a signature.
        quote(loggable(environ.get("PATH_INFO", "")).encode("latin-1"), safe="/!,@=:"),
        view,
        status,
        seconds,
        f" {named}" if named else "",
    )


def includeme(config: Any) -> None:
    """Note the name of the view that responds to each request."""
    config.add_view_deriver(_name_view, name="name_view", under=INGRESS, over="secured_view")


def _name_view(view: Callable[[Any, Any], Any], info: Any) -> Callable[[Any, Any], Any]:
    # The view of an error must not replace the name of the view that failed.
    if info.exception_only or info.original_view is None:
        return view
    name = name_of(info.original_view)

    def named(context: Any, request: Any) -> Any:
        request.environ[_VIEW] = name
        return view(context, request)

    return named


def name_of(view: Any) -> str:
    """Return the name of a view in metrics: its module below `web`, and its function."""
    module = view.__module__.removeprefix(f"{__package__}.").removeprefix("views.")
    name = getattr(view, "__name__", type(view).__name__)
    return f"{module}.{name}"
