from __future__ import annotations

from pathlib import Path

import pytest
from webtest import TestApp

from tests.support import pictures
from tests.support.site import Site


def numbers(app: TestApp) -> dict[str, float]:
    answer = app.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_metrics_count_work(tmp_path: Path) -> None:
    site = Site(tmp_path, metrics="192.0.2.0/24 ::1", chain="off")
    app = TestApp(site.app.app, extra_environ={"REMOTE_ADDR": "192.0.2.7"})
    image_id = site.upload(pictures.photo(width=60, height=40))
    before = numbers(app)
    assert before["huimages_hits_total"] == before["huimages_renderings_total"] == 0
    for _ in range(3):
        site.app.get(f"/30x30/{image_id}")
    site.app.get(f"/30x30/{image_id}", headers={"Range": "bytes=0-9"})
    site.app.get("/nothing", status=404)
    after = numbers(app)
    assert after["huimages_renderings_total"] == 1
    assert after["huimages_rendering_seconds_sum"] > 0
    assert after["huimages_rendering_seconds_count"] == 1
    assert after['huimages_rendering_seconds_bucket{le="+Inf"}'] == 1
    assert not [name for name in after if name.endswith("_created")]
    assert after["huimages_hits_total"] == 3
    assert after["huimages_refusals_total"] == 0
    assert after['huimages_responses_total{status="404"}'] == 1
    # The upload, one miss, three hits (a part is one), and the first look at the numbers.
    assert after['huimages_responses_total{status="200"}'] == 6
    gauges = ("rendering", "rendering_waiting", "jobs_waiting")
    assert [after[f"huimages_{name}"] for name in gauges] == [0, 0, 0]
    site.services.close()


@pytest.mark.parametrize("address", ["192.0.3.1", "::2", "", "a socket"])
def test_metrics_are_returned_to_named_client_ips_only(tmp_path: Path, address: str) -> None:
    site = Site(tmp_path, metrics="192.0.2.0/24 ::1")
    TestApp(site.app.app, extra_environ={"REMOTE_ADDR": address}).get("/metrics", status=404)
    site.services.close()


def test_metrics_are_closed_by_default(site: Site) -> None:
    site.app.get("/metrics", extra_environ={"REMOTE_ADDR": "127.0.0.1"}, status=404)
