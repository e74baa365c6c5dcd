from __future__ import annotations

from pathlib import Path

import pytest
from webtest import TestApp

from huimages_app.observation import metrics
from tests.support import pictures
from tests.support.metrics import increase, parsed
from tests.support.site import Site


def numbers(app: TestApp) -> dict[str, float]:
    response = app.get("/metrics")
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return parsed(response.text)


def grown(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {name: value - before.get(name, 0) for name, value in after.items()}


def test_metrics_count_work(tmp_path: Path) -> None:
    site = Site(tmp_path, metrics="192.0.2.0/24 ::1", chain="off")
    app = TestApp(site.app.app, extra_environ={"REMOTE_ADDR": "192.0.2.7"})
    before = numbers(app)
    image_id = site.upload(pictures.photo(width=60, height=40))
    for _ in range(3):
        site.app.get(f"/30x30/{image_id}")
    site.app.get(f"/30x30/{image_id}", headers={"Range": "bytes=0-9"}, status=206)
    site.app.get("/nothing/at/all", status=404)
    after = numbers(app)
    work = grown(before, after)
    assert work['huimages_renditions_total{result="made"}'] == 1
    assert work["huimages_rendition_seconds_sum"] > 0
    assert work["huimages_rendition_seconds_count"] == 1
    for step in ("wait", "fetch", "decode", "scale", "encode"):
        assert work[f'huimages_step_seconds_count{{step="{step}"}}'] >= 1, step
    assert not [name for name in after if name.endswith("_created")]
    assert work["huimages_cache_hits_total"] == 3
    assert work['huimages_uploads_total{result="new"}'] == 1

    def requests(view: str, status: int, method: str = "GET") -> float:
        name = f'method="{method}",status="{status}",view="{view}"'
        return work[f"huimages_requests_total{{{name}}}"]

    assert requests("cache_hit", 200) == 2
    assert requests("image_files.image_file", 200) == 1
    assert requests("image_files.image_file", 206) == 1
    assert requests("none", 404) == 1
    assert work['huimages_request_seconds_count{view="cache_hit"}'] == 2
    read, put = (
        f'huimages_storage_seconds_count{{backend="{backend}",operation="{operation}"}}'
        for backend, operation in (("sqlite", "read"), ("files", "put"))
    )
    assert work[read] >= 1
    assert work[put] == 1
    assert after["process_open_fds"] > 3
    site.close()


def test_cache_usage_is_counted_from_the_first_pruning_on(tmp_path: Path) -> None:
    site = Site(tmp_path, metrics="127.0.0.1", chain="off")
    app = TestApp(site.app.app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
    assert "huimages_cache_bytes" not in numbers(app)
    site.services.operations.prune_cache()
    image_id = site.upload(pictures.photo(width=60, height=40))
    for size in ("30x30", "20x20"):
        site.app.get(f"/{size}/{image_id}")
    after = numbers(app)
    files = list((tmp_path / "cache").rglob("*.jpeg"))
    assert after["huimages_cache_files"] == len(files) == 2
    assert after["huimages_cache_bytes"] == sum(file.stat().st_size for file in files)
    with increase(2, "huimages_cache_evicted_files_total"):
        site.services.operations.prune_cache(0)
    site.app.get(f"/30x30/{image_id}")
    site.services.editing.trash(image_id)
    after = numbers(app)
    assert after["huimages_cache_files"] == after["huimages_cache_bytes"] == 0
    site.close()


def test_labels_contain_no_text_of_clients(site: Site) -> None:
    for path in ("/evil-view", "/image/evil/evil-view", "/api/v1/evil", "/@@evil", "/upload/evil"):
        site.app.get(path, status="*")
    TestApp(site.app.app, lint=False).request("/", method="EVIL", status="*")
    text = metrics.exposition(dict).decode()
    assert "evil" not in text.lower()
    assert 'method="other"' in text


@pytest.mark.parametrize(
    ("content", "result"), [(b"no picture", "refused"), (pictures.photo(20, 20, seed=9), "known")]
)
def test_uploads_are_counted_by_result(site: Site, content: bytes, result: str) -> None:
    site.upload(pictures.photo(20, 20, seed=9))
    with increase(1, "huimages_uploads_total", result=result):
        site.app.post("/upload/api/", upload_files=[("uploadfile", "a.jpeg", content)], status="*")


def test_sign_ins_are_counted_by_result(site: Site) -> None:
    site.services.accounts.add("eve", "viewer", "the right password")

    def sign_in(password: str) -> int:
        browser = site.browser()
        form = browser.get("/login").forms[1]
        form["name"], form["password"] = "eve", password
        return int(form.submit(status="*").status_int)

    with increase(1, "huimages_sign_ins_total", result="accepted"):
        assert sign_in("the right password") == 303
    with (
        increase(5, "huimages_sign_ins_total", result="refused"),
        increase(1, "huimages_sign_ins_total", result="throttled"),
    ):
        assert [sign_in("wrong") for _ in range(6)][-1] == 429


def test_failed_storage_call_is_counted(tmp_path: Path) -> None:
    site = Site(tmp_path, chain="off")
    image_id = site.upload(pictures.photo(width=60, height=40))
    (site.folder / "originals").rename(site.folder / "elsewhere")
    with increase(1, "huimages_storage_errors_total", backend="files", operation="open"):
        site.app.get(f"/31x31/{image_id}", status=503)
    (site.folder / "elsewhere").rename(site.folder / "originals")
    site.close()


@pytest.mark.parametrize("client_ip", ["192.0.3.1", "::2", "", "a socket"])
def test_metrics_are_returned_to_named_client_ips_only(tmp_path: Path, client_ip: str) -> None:
    site = Site(tmp_path, metrics="192.0.2.0/24 ::1")
    TestApp(site.app.app, extra_environ={"REMOTE_ADDR": client_ip}).get("/metrics", status=404)
    site.close()


def test_metrics_are_closed_by_default(site: Site) -> None:
    site.app.get("/metrics", extra_environ={"REMOTE_ADDR": "127.0.0.1"}, status=404)
