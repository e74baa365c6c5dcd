"""What a load balancer asks."""

from __future__ import annotations

from tests.support.site import Site


def test_everything_works(site: Site) -> None:
    assert site.app.get("/healthz").text == "ok\n"
    answer = site.app.get("/readyz")
    assert answer.text == "ready\n"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_store_that_is_gone_is_named_and_no_reason_to_restart(site: Site) -> None:
    site.library.close()
    for file in site.folder.glob("metadata.sqlite*"):
        file.unlink()
    site.settings.metadata_path.write_bytes(b"this is no database" * 1000)
    assert site.app.get("/readyz", status=503).text == "down: metadata\n"
    assert site.app.get("/healthz", status=200).text == "ok\n"
