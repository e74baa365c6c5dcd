"""Methods of all resources of the API: those of its description are accepted, and in `Allow`."""

from __future__ import annotations

import pytest

from huimages_app.web.api.openapi import document
from tests.support.site import Site

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# IDs that nothing has: which methods there are does not depend on what is stored.
PARTS = {
    "id": "A" * 32 + "01",
    "collection": "a" * 12,
    "search": "0" * 12,
    "share": "a" * 12,
    "job": "a" * 12,
    "key": "artnr",
    "number": "10106",
    "format": "csv",
}
PATHS = document()["paths"]


@pytest.mark.parametrize("path", PATHS)
def test_resource_accepts_the_described_methods_and_names_them(site: Site, path: str) -> None:
    described = {method.upper() for method in PATHS[path]} & {*METHODS}
    url = f"/api/v1{path.format(**PARTS)}"
    expected = sorted(described | ({"HEAD"} if "GET" in described else set()))
    for method in METHODS:
        response = site.app.request(url, method=method, expect_errors=True)
        if method in described:
            assert response.status_int != 405
            assert "There is nothing at this URL." not in response.text
        else:
            assert (response.status_int, response.headers["Allow"]) == (405, ", ".join(expected))


@pytest.mark.parametrize("path", PATHS)
def test_path_below_a_resource_returns_404_for_every_method(site: Site, path: str) -> None:
    url = f"/api/v1{path.format(**PARTS)}/nothing/here"
    for method in METHODS:
        site.app.request(url, method=method, status=404)
