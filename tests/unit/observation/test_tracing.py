from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from webtest import TestApp

from huimages_app.errors import BadSetting
from huimages_app.observation import tracing
from tests.support import pictures
from tests.support.site import Site

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    end = tracing.trace_to(SimpleSpanProcessor(exporter))
    yield exporter
    end()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, proxy_addresses="192.0.2.7", chain="off")
    site.app = TestApp(site.app.app, extra_environ={"REMOTE_ADDR": "192.0.2.7"})
    yield site
    site.close()


def by_name(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


def test_miss_is_a_span_with_its_steps(site: Site, exporter: InMemorySpanExporter) -> None:
    image_id = site.upload(pictures.photo(60, 40))
    exporter.clear()
    site.app.get(
        f"/30x30/{image_id}?s=secret", headers={"X-Request-ID": "edge-1", "traceparent": PARENT}
    )
    spans = by_name(exporter)
    request = spans["GET image_files.image_file"]
    assert request.parent is not None
    assert f"{request.context.trace_id:032x}" == PARENT.split("-")[1]
    assert dict(request.attributes or {}) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "huimages.request_id": "edge-1",
    }
    assert {"wait", "fetch", "files.open", "decode", "scale", "encode"} <= spans.keys()
    opened, fetch = spans["files.open"], spans["fetch"]
    assert opened.parent is not None
    assert opened.parent.span_id == fetch.context.span_id
    assert {span.context.trace_id for span in spans.values()} == {request.context.trace_id}
    assert "secret" not in "".join(span.to_json() for span in spans.values())


def test_failed_request_is_an_error(site: Site, exporter: InMemorySpanExporter) -> None:
    image_id = site.upload(pictures.photo(60, 40))
    (site.folder / "originals").rename(site.folder / "elsewhere")
    site.app.get(f"/30x30/{image_id}", status=503)
    (site.folder / "elsewhere").rename(site.folder / "originals")
    request = by_name(exporter)["GET image_files.image_file"]
    assert request.status.status_code.name == "ERROR"


def test_trace_of_other_client_is_not_continued(
    tmp_path: Path, exporter: InMemorySpanExporter
) -> None:
    site = Site(tmp_path)
    site.app.get("/healthz", headers={"traceparent": PARENT})
    (request,) = exporter.get_finished_spans()
    assert request.parent is None
    site.close()


def test_cache_hits_and_background_work_are_not_traced(
    site: Site, exporter: InMemorySpanExporter
) -> None:
    image_id = site.upload(pictures.photo(60, 40))
    site.app.get(f"/30x30/{image_id}")
    exporter.clear()
    site.app.get(f"/30x30/{image_id}")
    site.services.images.get(image_id)
    assert exporter.get_finished_spans() == ()


def test_sample_of_zero_traces_nothing(site: Site) -> None:
    exporter = InMemorySpanExporter()
    end = tracing.trace_to(SimpleSpanProcessor(exporter), 0)
    site.app.get("/healthz")
    site.app.get("/healthz", headers={"traceparent": PARENT})
    end()
    (request,) = exporter.get_finished_spans()
    assert request.parent is not None


def test_missing_package_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(BadSetting, match=r"pip install 'huimages\[otel\]'"):
        tracing.require_packages()


@pytest.mark.slow
def test_nothing_is_imported_without_settings(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.support.site import Site\n"
        "site = Site(Path(sys.argv[1]))\n"
        "site.app.get('/healthz')\n"
        "found = [n for n in sys.modules if n.split('.')[0] in ('opentelemetry', 'sentry_sdk')]\n"
        "assert found == [], found\n"
        "site.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
