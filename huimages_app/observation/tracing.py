"""Traces for OpenTelemetry: one span per request that is no cache hit, one per step in it.

Needs the extra `huimages[otel]`, which is imported only if a collector is set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from ..errors import BadSetting
from . import request_ids, steps

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span

Started = Callable[[str, Mapping[str, str]], Any]

_begin: Started | None = None


def require_packages() -> None:
    """Raise BadSetting if the packages are missing."""
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter
        import opentelemetry.sdk.trace.export  # noqa: F401
    except ImportError as error:
        raise BadSetting(
            f"setting 'huimages.otel.endpoint' needs a package: pip install 'huimages[otel]' "
            f"({error})"
        ) from None


def set_up(endpoint: str, sample: float) -> Callable[[], None]:
    """Send traces to an OTLP/HTTP collector; return the function that sends the last of them.

    `sample` is the share of the requests without a trace of the proxy's.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return trace_to(BatchSpanProcessor(OTLPSpanExporter(endpoint)), sample)


def trace_to(processor: SpanProcessor, sample: float = 1.0) -> Callable[[], None]:
    """Begin to trace; return the function that ends it."""
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
    from opentelemetry.trace import SpanKind, get_current_span
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    global _begin  # noqa: PLW0603 - a process has one tracer
    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES replace the name.
    resource = Resource({SERVICE_NAME: "huimages"}).merge(Resource.create())
    provider = TracerProvider(resource=resource, sampler=ParentBasedTraceIdRatio(sample))
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("huimages")
    propagator = TraceContextTextMapPropagator()

    def begin(name: str, carrier: Mapping[str, str]) -> Any:
        return tracer.start_as_current_span(
            name, context=propagator.extract(carrier), kind=SpanKind.SERVER
        )

    def begin_step(label: str) -> AbstractContextManager[object]:
        # Not in background work, where every call of the storage would be a trace of its own.
        if get_current_span().is_recording():
            return tracer.start_as_current_span(label)
        return nullcontext()

    _begin = begin
    steps.set_tracer(begin_step)

    def end() -> None:
        global _begin  # noqa: PLW0603 - a process has one tracer
        _begin = None
        steps.set_tracer(None)
        provider.shutdown()

    return end


@contextmanager
def request_span(method: str, traceparent: str) -> Iterator[Callable[[str, int], None]]:
    """Trace the request in the block; yield the function that gets its view and status.

    `traceparent` is the header of the proxy, empty for none.
    """
    if _begin is None:
        yield _ignore
        return
    carrier = {"traceparent": traceparent} if traceparent else {}
    with _begin(method, carrier) as span:
        span.set_attribute("http.request.method", method)
        span.set_attribute("huimages.request_id", request_ids.current())
        yield lambda view, status: _finish(span, method, view, status)


def _ignore(view: str, status: int) -> None:
    pass


def _finish(span: Span, method: str, view: str, status: int) -> None:
    from opentelemetry.trace import StatusCode

    span.update_name(f"{method} {view}")
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)
