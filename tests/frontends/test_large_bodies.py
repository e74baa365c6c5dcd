"""Large request bodies behind nginx: accepted for permitted uploads only, else not even read."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.support import pictures
from tests.support.edge import Edge, edge

pytestmark = pytest.mark.slow

MEGABYTE = 1 << 20
UPLOADS = ["/upload", "/upload/", "/upload/api/", "/api/v1/images"]
ID = "A" * 32 + "01"
REPLACEMENTS = [f"/image/{ID}/replace/", f"/api/v1/images/{ID}/file"]


@pytest.fixture(scope="module")
def closed_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """A site where only editors upload."""
    settings = {"who.upload": "editor", "hosts": "127.0.0.1"}
    with edge("nginx", tmp_path_factory.mktemp("closed"), **settings) as site:
        yield site


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with edge("nginx", tmp_path_factory.mktemp("open")) as site:
        yield site


def response_without_body(
    site: Edge, path: str, length: int, *, host: str = "127.0.0.1", **headers: str
) -> tuple[int, str]:
    """Return status and text of the response to a POST whose body is announced but not sent."""
    ip, port = site.url.removeprefix("http://").split(":")
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {host}",
        f"Content-Length: {length}",
        "Content-Type: multipart/form-data; boundary=x",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    with socket.create_connection((ip, int(port)), timeout=5) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        text = connection.recv(65536).decode()
    return int(text.split()[1]), text


@pytest.mark.parametrize("path", ["/login", "/image/A/tag", "/api/v1/images/A", "/uploads", "/"])
def test_large_body_elsewhere_is_refused_unread(open_site: Edge, path: str) -> None:
    assert response_without_body(open_site, path, MEGABYTE + 1)[0] == 413


@pytest.mark.parametrize("path", [*UPLOADS, *REPLACEMENTS])
def test_upload_without_permission_is_refused_unread(closed_site: Edge, path: str) -> None:
    status, text = response_without_body(closed_site, path, 500 * MEGABYTE)
    assert status == 401
    assert "WWW-Authenticate: Bearer" in text
    assert "Content-Type: application/problem+json" in text


def test_upload_form_of_expired_session_redirects_unread_to_sign_in(closed_site: Edge) -> None:
    status, text = response_without_body(
        closed_site, "/upload/", 500 * MEGABYTE, Accept="text/html,*/*"
    )
    assert status == 303
    assert "Location: /login?back=/upload/\r\n" in text
    assert closed_site.get("/login?back=/upload/").status_code == 200


def test_upload_to_unknown_host_is_refused_unread(closed_site: Edge) -> None:
    status, text = response_without_body(
        closed_site, "/upload/", 500 * MEGABYTE, host="evil.example"
    )
    assert status == 503, text


@pytest.mark.parametrize("path", UPLOADS)
def test_upload_with_wrong_scope_is_refused_unread(closed_site: Edge, path: str) -> None:
    _token, text = closed_site.services.tokens.add("viewer", ["read"], None)
    headers = {"Authorization": f"Bearer {text}"}
    assert response_without_body(closed_site, path, 500 * MEGABYTE, **headers)[0] == 403


@pytest.mark.parametrize("path", UPLOADS)
def test_upload_beyond_limit_is_refused_unread(open_site: Edge, path: str) -> None:
    assert response_without_body(open_site, path, 2000 * MEGABYTE)[0] == 413


def test_permitted_replacement_of_several_megabytes_is_stored(open_site: Edge) -> None:
    image_id = open_site.upload(pictures.photo(40, 30, seed=1))
    client = httpx.Client(base_url=open_site.url, timeout=30, trust_env=False)
    with client:
        content = pictures.photo(40, 30, seed=2) + bytes(3 * MEGABYTE)
        form = {"uploadfile": ("a.jpeg", content)}
        sent = client.post(f"/image/{image_id}/replace/", files=form)
        assert sent.status_code == 200, sent.text
        headers = {"Content-Type": "image/jpeg"}
        content = pictures.photo(40, 30, seed=3) + bytes(3 * MEGABYTE)
        sent = client.put(f"/api/v1/images/{image_id}/file", content=content, headers=headers)
        assert sent.status_code == 201, sent.text


@pytest.mark.parametrize("path", UPLOADS)
def test_permitted_upload_of_several_megabytes_is_stored(open_site: Edge, path: str) -> None:
    content = pictures.photo(40, 30) + bytes(3 * MEGABYTE)
    name = "image" if path.startswith("/api") else "uploadfile"
    url = open_site.url + path
    sent = httpx.post(url, files={name: ("a.jpeg", content)}, timeout=30, trust_env=False)
    assert sent.status_code in {200, 201}, sent.text


def test_spreadsheet_of_several_megabytes_reaches_the_application(open_site: Edge) -> None:
    rows = b"id,title\n" + b"x,y\n" * 500_000
    sent = httpx.post(
        f"{open_site.url}/api/v1/table?dry_run=true",
        content=rows,
        headers={"Content-Type": "text/csv"},
        timeout=60,
        trust_env=False,
    )
    assert sent.status_code == 200, sent.text
    assert sent.json()["errors"][0]["column"] == "id"
