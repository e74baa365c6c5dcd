"""Requests whose decoder crashes or hangs, and all decoding in workers."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from webtest import TestApp, TestResponse

from tests.support import pictures
from tests.support.site import Site

pytestmark = pytest.mark.slow


@pytest.fixture
def isolated(tmp_path: Path) -> Iterator[Site]:
    site = Site(
        tmp_path,
        metrics="192.0.2.0/24",
        chain="off",
        **{"decoding.isolated": "on", "render.at_once": "1"},
    )
    site.services.decoder.start()
    yield site
    site.close()


def interrupted(
    site: Site, request: Callable[[], TestResponse], number: signal.Signals
) -> TestResponse:
    """Return the response to a request whose worker gets a signal at work."""
    pool = site.services.decoder._pool  # type: ignore[attr-defined]
    for worker in pool._idle:
        os.kill(worker.process_id, signal.SIGSTOP)
    idle = list(pool._idle)
    responses: list[TestResponse] = []
    thread = threading.Thread(target=lambda: responses.append(request()))
    thread.start()
    deadline = time.monotonic() + 60
    while not (taken := [worker for worker in idle if worker not in pool._idle]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for worker in idle:
        if worker in taken:
            os.kill(worker.process_id, number)
        os.kill(worker.process_id, signal.SIGCONT)
    thread.join(60)
    return responses[0]


def failures(site: Site) -> float:
    reader = TestApp(site.app.app, extra_environ={"REMOTE_ADDR": "192.0.2.7"})
    lines = dict(line.rsplit(" ", 1) for line in reader.get("/metrics").text.splitlines())
    return float(lines['huimages_decoder_failures_total{kind="crash"}'])


def test_decoder_that_crashes_on_an_upload_fails_that_upload_only(
    isolated: Site, caplog: pytest.LogCaptureFixture
) -> None:
    photo = pictures.photo(60, 40)
    before = failures(isolated)

    def upload() -> TestResponse:
        files = [("uploadfile", "picture.jpeg", photo)]
        return isolated.app.post("/upload/api/", upload_files=files, status="*")

    response = interrupted(isolated, upload, signal.SIGSEGV)
    assert response.status_int == 415
    assert "decoder crashed" in response.text
    assert failures(isolated) == before + 1
    assert "decoder failed kind=crash job=inspect" in caplog.text
    assert "signal SIGSEGV" in caplog.text
    assert isolated.upload(photo)


def test_decoder_that_crashes_on_a_rendition_fails_that_request_only(isolated: Site) -> None:
    image_id = isolated.upload(pictures.photo(60, 40))
    path = f"/30x30/{image_id}"
    before = failures(isolated)
    response = interrupted(isolated, lambda: isolated.app.get(path, status="*"), signal.SIGSEGV)
    assert (response.status_int, response.headers["Cache-Control"]) == (502, "no-store")
    assert failures(isolated) == before + 1
    assert isolated.cached() == []
    assert isolated.app.get(path).content_type == "image/jpeg"


def test_previews_and_renditions_in_the_background_are_made_by_workers(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"decoding.isolated": "on", "upload.sizes": "small"})
    site.upload(pictures.photo(3000, 2000))
    site.services.worker.join()
    assert site.cached() == ["240x160.jpeg", "~1600.jpeg", "~480.jpeg", "~800.jpeg"]
    site.close()
