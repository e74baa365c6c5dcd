"""Health checks, as a load balancer requests them."""

from __future__ import annotations

from tests.support.site import Site


def test_health_checks_return_200(site: Site) -> None:
    assert site.app.get("/healthz").text == "ok\n"
    response = site.app.get("/readyz")
    assert response.text == "ready\n"
    assert response.headers["Cache-Control"] == "no-store"


def test_unavailable_storage_fails_readyz_not_healthz(site: Site) -> None:
    site.close()
    for file in site.folder.glob("metadata.sqlite*"):
        file.unlink()
    site.settings.metadata_path.write_bytes(b"this is no database" * 1000)
    assert site.app.get("/readyz", status=503).text == "down: metadata\n"
    assert site.app.get("/healthz", status=200).text == "ok\n"
