"""Variants of deploy/*.conf that their comments and docs/deploy.md describe."""

from __future__ import annotations

import http.server
import io
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from huimages_app.config.loading import read_settings
from huimages_app.services.image_patch import ImagePatch
from tests.support import pictures
from tests.support.edge import (
    DEPLOY,
    Edge,
    edge,
    filled,
    of_settings,
    part_of,
    shipped_part,
    web_server,
)
from tests.support.missing import find_program, missing
from tests.support.processes import free_port
from tests.support.site import SECRET

pytestmark = pytest.mark.slow

CHROME = "image/avif,image/webp,image/apng,*/*;q=0.8"
KINDS = ("nginx", "lighttpd")
ANY_AND_EVERYWHERE = {"sizes.allowed": "any", "negotiate": "everywhere"}


@pytest.fixture(scope="module", params=KINDS)
def open_site(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp(request.param)
    replaced = of_settings(request.param, ANY_AND_EVERYWHERE)
    with edge(request.param, folder, replaced, accel="off", **ANY_AND_EVERYWHERE) as site:
        yield site


def test_any_allowed_size_is_sent_without_the_application(open_site: Edge) -> None:
    image_id = open_site.upload(pictures.photo(width=400, height=300))
    sizes = ("33x33", "33x", "x33", "33x33!", "33x33!1,2@2x", "small", "33x33=", "33x33=7@2x")
    for size in (*sizes, "33x33=7,f4f4f4", "33x33=,none@3x", "33x33=7,none!1,2,999,1000"):
        made = open_site.get(f"/{size}/{image_id}.png")
        assert made.status_code == 200
        with open_site.without_application():
            assert open_site.get(f"/{size}/{image_id}.png").content == made.content
    for path in (f"/~480/{image_id}.jpeg", f"/{image_id[:2]}/{image_id}/~480.jpeg"):
        assert open_site.get(path).status_code == 404


def test_last_modified_is_valid_for_server_and_application(open_site: Edge) -> None:
    path = f"/small/{open_site.upload(pictures.photo(width=400, height=300))}.jpeg"
    urls = (open_site.url + path, open_site.app_url + path)
    for first, second in (urls, urls[::-1]):
        date = open_site.ask("GET", first).headers["Last-Modified"]
        for url in (first, second):
            assert open_site.ask("GET", url, If_Modified_Since=date).status_code == 304
            # Not a picture of the same date in pieces of two.
            later = "Fri, 01 Jan 2010 00:00:00 GMT"
            assert open_site.ask("GET", url, If_Modified_Since=later).status_code == 200
            assert open_site.ask("GET", url, Range="bytes=0-9", If_Range=later).status_code == 200


def test_negotiation_everywhere_selects_best_format(open_site: Edge) -> None:
    image_id = open_site.upload(pictures.photo(width=400, height=300, seed=1))
    open_site.get(f"/small/{image_id}.avif")
    open_site.get(f"/small/{image_id}.jpeg")
    with open_site.without_application():
        for ending in ("", ".jpeg", ".jpg", "/name.jpeg", "/name", ".auto", "/name.auto"):
            for accept, contenttype in ((CHROME, "image/avif"), ("*/*", "image/jpeg")):
                response = open_site.get(f"/small/{image_id}{ending}", Accept=accept)
                assert response.headers["Content-Type"] == contenttype
                assert response.headers["Vary"] == "Accept"
        plain = open_site.get(f"/small/{image_id}.avif", Accept="*/*")
    assert plain.headers["Content-Type"] == "image/avif"
    assert "Vary" not in plain.headers


# A padded size in the list of free sizes.
PADDED = "600x600=7"


@pytest.mark.parametrize("kind", KINDS)
def test_listed_padded_size_is_a_hit_with_its_content_box(kind: str, tmp_path: Path) -> None:
    allowed = f"named 150x150! {PADDED}"
    ini = {"sizes.allowed": allowed, "secret": SECRET}
    with edge(kind, tmp_path, of_settings(kind, ini), **ini) as site:
        image_id = site.upload(pictures.photo(width=400, height=300))
        box = ImagePatch(corrected_content=(0.1, 0.2, 0.9, 1.0))
        site.services.editing.update(image_id, box)
        paths = [f"/{PADDED}{rest}/{image_id}/a.jpeg" for rest in ("", "!100,200,900,1000@2x")]
        made = [site.get(path) for path in paths]
        with site.without_application():
            assert [site.get(path).content for path in paths] == [hit.content for hit in made]
        # A content box that is not the stored one leads to it.
        moved = site.get(f"/{PADDED}!1,2,3,4/{image_id}/a.jpeg")
        assert moved.status_code == 302
        assert (
            moved.headers["Location"] == f"{site.url}/{PADDED}!100,200,900,1000/{image_id}/a.jpeg"
        )
        # Another margin or colour is another size.
        for other in ("600x600=8", "600x600=7,f4f4f4", "600x600="):
            assert site.get(f"/{other}/{image_id}/a.jpeg").status_code == 403


@pytest.mark.parametrize("kind", KINDS)
def test_signed_all_refuses_unsigned_urls(kind: str, tmp_path: Path) -> None:
    with edge(kind, tmp_path, of_settings(kind, {"signed": "all"}), signed="all") as site:
        image_id = site.services.uploads.add(
            io.BytesIO(pictures.photo(width=400, height=300))
        ).image.id
        path = f"/small/{image_id}.jpeg"
        for _ in range(2):
            response = site.get(site.signed("small", path))
            assert response.status_code == 200
            assert response.content.startswith(b"\xff\xd8")
        assert site.cached(image_id, "240x160.jpeg").exists()
        for unsigned in (
            path,
            f"/240x160/{image_id}.jpeg",
            f"/small/{image_id}",
            f"/small/{image_id}.auto",
            f"/{image_id[:2]}/{image_id}/240x160.jpeg",
        ):
            assert site.get(unsigned).status_code in (403, 404)


# -- requests that are passed on ------------------------------------------------------------


class Echo(http.server.BaseHTTPRequestHandler):
    """Responds with the path and headers of the request, the number of requests, and its port."""

    requests = 0

    def do_GET(self) -> None:
        body = json.dumps([self.path, dict(self.headers)]).encode()
        Echo.requests += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "public, max-age=60")
        self.send_header("X-Node", str(self.server.server_port))
        self.send_header("X-Asked", str(Echo.requests))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_error(501)

    def do_PUT(self) -> None:
        self.do_POST()

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def echo() -> Iterator[int]:
    """Run a server that responds with the request it got; yield its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("kind", KINDS)
def test_application_gets_real_client_ip(kind: str, tmp_path: Path) -> None:
    port = free_port()
    forged = {
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Proto": "https",
        "Forwarded": "for=192.0.2.1",
        "Host": "pictures.example.com",
    }
    path = "/small/" + "A" * 32 + "01/a%20name.jpeg"
    with echo() as app, web_server(kind, tmp_path / kind, port, filled(kind, port, app, tmp_path)):
        for requested in (path, "/33x33/x?s=1&e=2", "/tag/a%2Fb/", "/"):
            response = httpx.get(
                f"http://127.0.0.1:{port}{requested}", headers=forged, trust_env=False
            )
            received, headers = response.json()
            headers = {name.lower(): value for name, value in headers.items()}
            # The web server may have replaced a named size by its box.
            assert received in (requested, requested.replace("/small/", "/240x160/"))
            assert headers["x-forwarded-for"] == "127.0.0.1"
            assert headers["x-forwarded-proto"] == "http"
            assert headers["host"] == "pictures.example.com"
            assert "forwarded" not in headers
        assert httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).status_code in (
            403,
            404,
        )


@pytest.mark.parametrize("kind", KINDS)
def test_shipped_file_is_the_one_for_production_ini(kind: str) -> None:
    settings = read_settings(DEPLOY.parent / "production.ini", {})
    assert shipped_part(kind) == part_of(kind, settings)


# -- a farm -----------------------------------------------------------------------------------


@contextmanager
def farm(folder: Path) -> Iterator[tuple[httpx.Client, set[str]]]:
    """Yield a client of nginx in front of two nodes, and the names of the nodes."""
    port = free_port()
    with echo() as one, echo() as two:
        replaced = {
            "listen 80;": f"listen 127.0.0.1:{port};",
            "    listen [::]:80;\n": "",
            "10.0.0.11:80": f"127.0.0.1:{one}",
            "10.0.0.12:80": f"127.0.0.1:{two}",
            "    server 10.0.0.13:80 max_fails=2 fail_timeout=1s;\n": "",
            "/var/cache/nginx/huimages": str(folder / "kept"),
        }
        with (
            web_server("nginx", folder / "nginx", port, replaced, name="nginx-farm"),
            httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
        ):
            yield client, {str(one), str(two)}


def test_farm_sends_one_image_to_one_node(tmp_path: Path) -> None:
    with farm(tmp_path) as (client, nodes):
        node_of = {}
        for number in range(40):
            image_id = f"{number:A>32}".translate(str.maketrans("0189", "WXYZ")) + "01"
            paths = (f"/small/{image_id}", f"/vga/{image_id}.webp", f"/o/{image_id}/a.jpeg")
            responses = [client.get(path) for path in paths]
            assert len({response.headers["X-Node"] for response in responses}) == 1
            node_of[image_id] = responses[0].headers["X-Node"]
            again = client.get(paths[0])
            assert again.headers["X-Asked"] == responses[0].headers["X-Asked"]
        assert set(node_of.values()) == nodes
        # Cached by the negotiated format, not by the spelling of the Accept header.
        numbers = [
            client.get(f"/small/{image_id}.auto", headers={"Accept": accept}).headers["X-Asked"]
            for accept in (CHROME, "image/avif", "*/*", "image/png", "image/webp,*/*")
        ]
        assert numbers[0] == numbers[1] != numbers[2] == numbers[3] != numbers[4]


def test_farm_sends_one_article_to_one_node(tmp_path: Path) -> None:
    with farm(tmp_path) as (client, nodes):
        used = set()
        for number in (*map(str, range(10100, 10120)), "4711.12", "a b", "7%252F8", "M\u00fctze"):
            paths = [
                *(f"/small/artnr/{number}{ending}" for ending in ("", ".jpeg", ".webp", ".auto")),
                f"/vga/artnr/{number}/2.jpeg",
                f"/o/artnr/{number}/back.PNG",
            ]
            responses = [client.get(path) for path in paths]
            assert len({response.headers["X-Node"] for response in responses}) == 1, number
            used.add(responses[0].headers["X-Node"])
            # They change at any time, so they are not cached here.
            again = client.get(paths[1])
            assert again.headers["X-Asked"] != responses[1].headers["X-Asked"]
        assert used == nodes


def test_farm_passes_a_better_picture_on(tmp_path: Path) -> None:
    image_id = "A" * 32 + "01"
    with farm(tmp_path) as (client, _):
        for method, path in (
            ("POST", f"/image/{image_id}/replace/"),
            ("PUT", f"/api/v1/images/{image_id}/file"),
        ):
            sent = client.request(method, path, content=bytes(2_000_000))
            assert sent.status_code == 501  # from the node
        assert client.post(f"/image/{image_id}/tag", content=bytes(2_000_000)).status_code == 413


def test_systemd_units_are_valid() -> None:
    program = find_program("systemd-analyze")
    if program is None:
        missing("systemd-analyze is missing: apt-get install systemd")
    for unit in ("huimages@.service", "huimages-cache.service", "purge-nginx-cache.service"):
        done = subprocess.run(
            [program, "verify", "--man=no", DEPLOY / unit],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        # The program itself is not installed where tests run.
        lines = [line for line in done.stderr.splitlines() if "is not executable" not in line]
        assert not [line for line in lines if "huimages" in line]
