"""Metrics of this process for Prometheus, or of all processes of the machine together.

A process serves one site, so the metrics belong to the process.  docs/monitoring.md explains
each of them; deploy/ has the dashboard and the alert rules that use them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from . import multiprocess, steps

multiprocess.prepare()

from prometheus_client import (  # noqa: E402 - reads the variable that `prepare` checks
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
    values,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

# One more series per counter, which nothing uses.
disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
if multiprocess.folder() is None:
    # CPU time, memory and descriptors; of several processes only each can report its own.
    ProcessCollector(registry=REGISTRY)
else:
    values.ValueClass = values.MultiProcessValue(multiprocess.process_id)  # type: ignore[no-untyped-call]

# Seconds.  A hit takes less than 1 ms, a small rendition 10 ms, the largest several seconds.
_REQUESTS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_WORK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_CALLS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(f"huimages_{name}", text, labels, registry=REGISTRY)


def _gauge(name: str, text: str) -> Gauge:
    return Gauge(f"huimages_{name}", text, registry=REGISTRY, multiprocess_mode="livesum")


def _histogram(name: str, text: str, buckets: Iterable[float], *labels: str) -> Histogram:
    return Histogram(f"huimages_{name}", text, labels, buckets=tuple(buckets), registry=REGISTRY)


REQUESTS = _counter(
    "requests",
    "Requests, by the function that responds, method and status.",
    "view",
    "method",
    "status",
)
REQUEST_SECONDS = _histogram(
    "request_seconds", "Time until the response begins.", _REQUESTS, "view"
)
RENDITIONS = _counter(
    "renditions", "Requests for renditions that were not cached: made, failed, refused.", "result"
)
RENDITION_SECONDS = _histogram(
    "rendition_seconds", "Time to make a rendition, without waiting.", _WORK
)
RENDITIONS_RUNNING = _gauge("renditions_running", "Renditions that are being made.")
RENDITIONS_WAITING = _gauge("renditions_waiting", "Renditions that wait in the queue.")
STEP_SECONDS = _histogram(
    "step_seconds", "Time of the steps: wait, fetch, decode, scale, encode.", _WORK, "step"
)
CACHE_HITS = _counter("cache_hits", "Renditions found in the cache.")
CACHE_EVICTED_FILES = _counter("cache_evicted_files", "Files removed to make room.")
CACHE_EVICTED_BYTES = _counter("cache_evicted_bytes", "Bytes removed to make room.")
CACHE_FAULTS = _counter("cache_faults", "Failures of the cache's disk.", "operation")
STORAGE_SECONDS = _histogram(
    "storage_seconds", "Time of the calls of storage.", _CALLS, "backend", "operation"
)
STORAGE_ERRORS = _counter("storage_errors", "Calls of storage that failed.", "backend", "operation")
BACKGROUND_WAITING = _gauge("background_waiting", "Background jobs that are not completed.")
BACKGROUND_JOBS = _counter(
    "background_jobs", "Background jobs: done, failed, dropped from a full queue.", "result"
)
DECODER_FAILURES = _counter(
    "decoder_failures",
    "Isolated decoders that were replaced: crash, timeout, memory, message, error.",
    "kind",
)
UPLOADS = _counter("uploads", "Uploaded files: new, known, refused, failed.", "result")
SIGN_INS = _counter("sign_ins", "Attempts to sign in: accepted, refused, throttled.", "result")

INVALIDATIONS = _counter(
    "invalidations", "Requests to caches in front: sent, failed, given_up.", "result"
)

# Series that exist from the start, so that the first event is an increase.
for _metric, _results in (
    (RENDITIONS, ("made", "failed", "refused")),
    (CACHE_FAULTS, ("start", "read", "write", "lock", "count", "prune", "remove", "note use")),
    (BACKGROUND_JOBS, ("done", "failed", "dropped")),
    (DECODER_FAILURES, ("crash", "timeout", "memory", "message", "error")),
    (UPLOADS, ("new", "known", "refused", "failed")),
    (SIGN_INS, ("accepted", "refused", "throttled")),
    (INVALIDATIONS, ("sent", "failed", "given_up")),
):
    for _result in _results:
        _metric.labels(_result)
for _name in ("wait", "fetch", "decode", "scale", "encode"):
    STEP_SECONDS.labels(_name)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HIT = {method: REQUESTS.labels("cache_hit", method, "200") for method in ("GET", "HEAD")}
_HIT_SECONDS = REQUEST_SECONDS.labels("cache_hit")


def count_hit_response(method: str, seconds: float) -> None:
    """Count a response that did not pass Pyramid: GET or HEAD, status 200."""
    _HIT[method].inc()
    _HIT_SECONDS.observe(seconds)


def count_kept_hit(seconds: float) -> None:
    """Count a GET of a cached rendition that did not reach the application."""
    CACHE_HITS.inc()
    count_hit_response("GET", seconds)


def count_response(view: str, method: str, status: int, seconds: float) -> None:
    """Count a response; `view` is one of the program's, never a text of the client."""
    REQUESTS.labels(view, method if method in _METHODS else "other", str(status)).inc()
    REQUEST_SECONDS.labels(view).observe(seconds)


@contextmanager
def rendering() -> Iterator[None]:
    """Count the block as a rendition in progress, and then as made or failed."""
    result = "failed"
    RENDITIONS_RUNNING.inc()
    try:
        with RENDITION_SECONDS.time():
            yield
        result = "made"
    finally:
        RENDITIONS_RUNNING.dec()
        RENDITIONS.labels(result).inc()


def _observe_step(step: steps.Step) -> None:
    if not step.backend:
        STEP_SECONDS.labels(step.name).observe(step.seconds)
        return
    STORAGE_SECONDS.labels(step.backend, step.name).observe(step.seconds)
    # Also without an error, so that the series exists before the first one.
    STORAGE_ERRORS.labels(step.backend, step.name).inc(int(step.failed))


steps.add_observer(_observe_step)


class _Site:
    """Gauges of a site that its processes share; read when the metrics are read."""

    def __init__(self, values: Mapping[str, tuple[str, float]]) -> None:
        self._values = values

    def collect(self) -> Iterator[Metric]:
        for name, (text, value) in self._values.items():
            yield GaugeMetricFamily(f"huimages_{name}", text, value=value)


SITE_GAUGES = {
    "cache_files": "Files in the cache of this machine.",
    "cache_bytes": "Bytes in the cache of this machine.",
    "invalidations_waiting": "Images that caches in front have not removed yet.",
}


def exposition(site: Callable[[], Mapping[str, float]]) -> bytes:
    """Return all metrics in the text format of Prometheus 0.0.4.

    `site` returns values of SITE_GAUGES; what it leaves out is unknown.
    """
    values = {name: (SITE_GAUGES[name], value) for name, value in site().items()}
    shared = CollectorRegistry()
    shared.register(_Site(values))
    folder = multiprocess.folder()
    if folder is None:
        return generate_latest(REGISTRY) + generate_latest(shared)
    with multiprocess.exclusive(folder):
        multiprocess.merge_dead(folder)
        MultiProcessCollector(shared, str(folder))  # type: ignore[no-untyped-call]
        return generate_latest(shared)
