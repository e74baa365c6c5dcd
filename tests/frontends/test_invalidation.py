"""A removed image leaves nginx's cache, too: real nginx, real processes, one and two nodes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support import pictures
from tests.support.couch import Site as Databases
from tests.support.couch import pouchdb
from tests.support.edge import DEPLOY, pserve, require_web_server, stored_in, web_server
from tests.support.processes import free_port, serving
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

# Spellings of URLs of one image that a cache keeps apart.
PATHS = ("/small/{}", "/small/{}.webp", "/vga/{}/red-chair.jpeg", "/75x75!30,70/{}.png")
FAR = "X-Cache"


@contextmanager
def purger(folder: Path, port: int) -> Iterator[None]:
    """Run purge-nginx-cache for a cache folder."""
    logs = folder.with_name("purger")
    logs.mkdir(exist_ok=True)
    command = [sys.executable, DEPLOY / "purge-nginx-cache", "--listen", f"127.0.0.1:{port}"]
    with serving([*command, folder], f"http://127.0.0.1:{port}/", folder=logs):
        yield


@contextmanager
def farm(folder: Path, nodes: list[int]) -> Iterator[tuple[str, Path]]:
    """Run nginx with nginx-farm.conf; yield its URL and its cache folder."""
    port, cache = free_port(), folder / "kept"
    cache.mkdir()
    first, *others = nodes
    second = f"server 127.0.0.1:{others[0]} max_fails=2 fail_timeout=1s;" if others else ""
    texts = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "    listen [::]:80;\n": "",
        "10.0.0.11:80": f"127.0.0.1:{first}",
        "server 10.0.0.12:80 max_fails=2 fail_timeout=1s;": second,
        "    server 10.0.0.13:80 max_fails=2 fail_timeout=1s;\n": "",
        "/var/cache/nginx/huimages": str(cache),
        # Shows whether nginx responds by itself.
        "        proxy_cache huimages;\n": (
            f"        proxy_cache huimages;\n        add_header {FAR} $upstream_cache_status;\n"
        ),
    }
    with web_server("nginx", folder / "nginx", port, texts, name="nginx-farm"):
        yield f"http://127.0.0.1:{port}", cache


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client


def upload(client: httpx.Client, url: str, seed: int) -> str:
    content = pictures.photo(width=900, height=600, seed=seed)
    response = client.post(
        f"{url}/upload/api/", files={"uploadfile": ("a.jpeg", content, "image/jpeg")}
    )
    assert response.status_code == 200, response.text
    return response.text


def statuses(client: httpx.Client, url: str, image_id: str) -> set[int]:
    return {client.get(url + path.format(image_id)).status_code for path in PATHS}


def fill(client: httpx.Client, url: str, image_id: str) -> None:
    """Put all spellings of the URL into nginx's cache."""
    for path in PATHS:
        assert client.get(url + path.format(image_id)).status_code == 200
        assert client.get(url + path.format(image_id)).headers[FAR] == "HIT"


def test_trashed_image_leaves_nginx_even_after_a_restart(
    tmp_path: Path, client: httpx.Client
) -> None:
    require_web_server("nginx")
    app_port, purge_port = free_port(), free_port()
    settings = {
        **stored_in(tmp_path),
        "chain": "off",
        "invalidate.http": f"PURGE http://127.0.0.1:{purge_port}/{{id}}",
        "invalidate.again": "0",
    }
    app_url = f"http://127.0.0.1:{app_port}"
    with ExitStack() as stack:
        with pserve(tmp_path / "app", app_port, **settings):
            url, cache = stack.enter_context(farm(tmp_path, [app_port]))
            trashed, kept = upload(client, app_url, 1), upload(client, app_url, 2)
            for image_id in (trashed, kept):
                fill(client, url, image_id)
            # The purger is down: the site works on, and nginx still has the image.
            assert client.post(f"{app_url}/image/{trashed}/trash").status_code in {200, 303}
            assert client.get(app_url + PATHS[0].format(trashed)).status_code == 404
            assert statuses(client, url, trashed) == {200}
        # Another process sends what the ended one could not.
        stack.enter_context(purger(cache, purge_port))
        stack.enter_context(pserve(tmp_path / "app", app_port, **settings))
        wait_until(lambda: statuses(client, url, trashed) == {404})
        for path in PATHS:
            assert client.get(url + path.format(kept)).headers[FAR] == "HIT"


def test_image_trashed_on_one_node_leaves_both_nodes_and_nginx(
    tmp_path: Path, client: httpx.Client
) -> None:
    require_web_server("nginx")
    purge_port, ports = free_port(), [free_port(), free_port()]
    with ExitStack() as stack:
        (tmp_path / "couch").mkdir()
        couch_url, _ = stack.enter_context(pouchdb(tmp_path / "couch", free_port()))
        databases = Databases(couch_url)
        databases.make()
        shared = {
            **stored_in(tmp_path),
            "chain": "off",
            "metadata": "couchdb",
            "couchdb.url": couch_url,
            "couchdb.database": databases.images,
            "couchdb.visitor_database": databases.visitors,
            "couchdb.accounts_database": databases.accounts,
            "cache.follow": "0.5",
            "invalidate.http": f"PURGE http://127.0.0.1:{purge_port}/{{id}}",
            # Nothing but the order of the nodes' own purges removes what nginx fetches meanwhile.
            "invalidate.again": "0",
        }
        for port in ports:
            node = tmp_path / str(port)
            node.mkdir()
            own = {"cache.path": str(node / "cache"), "var": str(node / "var")}
            stack.enter_context(pserve(node / "app", port, **{**shared, **own}))
        url, cache = stack.enter_context(farm(tmp_path, ports))
        stack.enter_context(purger(cache, purge_port))
        image_ids = [upload(client, url, seed) for seed in range(3, 7)]
        for image_id in image_ids:
            fill(client, url, image_id)
            # Trashed on a node that may not be the one that nginx asks for this image.  Until
            # that one follows, nginx fetches its rendition again.
            trash = f"http://127.0.0.1:{ports[0]}/image/{image_id}/trash"
            assert client.post(trash).status_code in {200, 303}
            client.get(url + PATHS[0].format(image_id))
        wait_until(lambda: all(statuses(client, url, image_id) == {404} for image_id in image_ids))


def purge(port: int, path: str, method: str = "PURGE") -> httpx.Response:
    return httpx.request(method, f"http://127.0.0.1:{port}{path}", trust_env=False)


def test_purger_deletes_files_of_one_image_only(tmp_path: Path) -> None:
    image, other = "A" * 32 + "01", "B" * 32 + "01"
    cache = tmp_path / "cache"
    for name, key in {
        "a": f"http://h/small/{image}.jpeg#",
        "b": f"http://h/vga/{image}/x.webp#avif",
        "c": f"http://h/small/{other}.jpeg#",
        "d": f"http://h/?q={image}",
    }.items():
        file = cache / "0" / name / f"{name}.file"
        file.parent.mkdir(parents=True)
        file.write_bytes(b"\0" * 340 + f"\nKEY: {key}\nHTTP/1.1 200 OK\r\n/{image}".encode())
    (cache / "other").write_bytes(b"")
    port = free_port()
    with purger(cache, port):
        assert purge(port, f"/{image}").text == "deleted 2\n"
        assert sorted(path.name for path in cache.rglob("*.file")) == ["c.file", "d.file"]
        assert purge(port, f"/{image}").text == "deleted 0\n"
        for path in ("/", "/..", f"/{image}/x", "/" + "a" * 34):
            assert purge(port, path).status_code == 400
        assert purge(port, f"/{other}", "GET").status_code == 501
    assert (cache / "0" / "c" / "c.file").exists()


def test_purger_refuses_other_clients(tmp_path: Path) -> None:
    image = "A" * 32 + "01"
    port = free_port()
    command = [sys.executable, DEPLOY / "purge-nginx-cache", "--listen", f"127.0.0.1:{port}"]
    command += ["--allow", "192.0.2.0/24"]
    with serving([*command, tmp_path], f"http://127.0.0.1:{port}/", folder=tmp_path):
        assert purge(port, f"/{image}").status_code == 403


def test_purger_without_folder_exits_with_2(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, DEPLOY / "purge-nginx-cache", tmp_path / "missing"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"there is no folder {tmp_path / 'missing'}" in done.stderr
