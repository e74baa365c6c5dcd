"""nginx or lighttpd with the files of `deploy/` in front of real processes of huimages."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx

from huimages_app.cli.web_server_maps import WebServerSizes, lighttpd_variables, nginx_maps
from huimages_app.config.settings import Settings
from huimages_app.domain.sizes import Size
from huimages_app.factory import build_services
from huimages_app.services.container import Services
from tests.support.missing import find_program, missing

from .processes import certificates, free_port, frozen, serving
from .site import OPEN, SECRET

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PSERVE = (sys.executable, "-m", "pyramid.scripts.pserve", "site.ini")

NGINX = """\
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/huimages.conf;
}}
"""


@contextmanager
def pserve(folder: Path, port: int, **ini: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the program in `folder`; `ini` as for Site, and `threads`."""
    folder.mkdir(exist_ok=True)
    threads = ini.pop("threads", "8")
    lines = [
        "[app:main]",
        "use = egg:huimages",
        *(f"huimages.{key} = {value.replace('%', '%%')}" for key, value in ini.items()),
        "[server:main]",
        "paste.server_runner = huimages_app.web.server:serve",
        f"listen = 127.0.0.1:{port}",
        f"threads = {threads}",
        "trusted_proxy = 127.0.0.1",
        "trusted_proxy_headers = x-forwarded-for x-forwarded-proto",
    ]
    (folder / "site.ini").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with serving(PSERVE, f"http://127.0.0.1:{port}/healthz", folder=folder) as process:
        yield process


def stored_in(folder: Path) -> dict[str, str]:
    """Return settings, without their prefix, of an open site that keeps all data in `folder`."""
    return {
        **{key.removeprefix("huimages."): value for key, value in OPEN.items()},
        "originals.path": str(folder / "originals"),
        "metadata.path": str(folder / "metadata.sqlite"),
        "cache.path": str(folder / "cache"),
        "var": str(folder),
        "secret": SECRET,
    }


def services_of(ini: dict[str, str]) -> Services:
    """Return the services of such a site, in this process."""
    return build_services(Settings.read({f"huimages.{key}": value for key, value in ini.items()}))


def filled(kind: str, port: int, app_port: int, cache: Path) -> dict[str, str]:
    """Return what every site must replace in the file, by its placeholder: docs/deploy.md."""
    texts = {"/var/lib/huimages/cache": str(cache), "6543": str(app_port), "6544": str(app_port)}
    if kind == "nginx":
        listens = {"listen 80;": f"listen 127.0.0.1:{port};", "    listen [::]:80;\n": ""}
    else:
        listens = {"server.port = 80": f'server.bind = "127.0.0.1"\nserver.port = {port}'}
    return {**texts, **listens}


def of_settings(kind: str, ini: dict[str, str]) -> dict[str, str]:
    """Return the part of the file that `huimages settings --nginx` or `--lighttpd` prints.

    The key is the part in the shipped file, which belongs to production.ini.
    """
    settings = Settings.read({f"huimages.{key}": value for key, value in ini.items()})
    return {shipped_part(kind): part_of(kind, settings)}


def part_of(kind: str, settings: Settings) -> str:
    """Return the output of the command."""
    printed = nginx_maps if kind == "nginx" else lighttpd_variables
    return printed(WebServerSizes.of(settings))


def shipped_part(kind: str) -> str:
    """Return the text between the two comments in the file of `deploy/`."""
    config = (DEPLOY / f"{kind}.conf").read_text(encoding="utf-8")
    begin = f"# -- huimages settings --{kind}\n"
    return config[config.index(begin) + len(begin) : config.index("\n# --\n")]


def require_web_server(kind: str) -> str:
    """Return the path of nginx or lighttpd; skip the test where it is missing."""
    program = find_program(kind)
    if program is None:
        missing(f"{kind} is missing: apt-get install {kind}")
    return program


@contextmanager
def web_server(
    kind: str, folder: Path, port: int, replaced: dict[str, str], *, name: str = ""
) -> Iterator[None]:
    """Run nginx or lighttpd with its file from `deploy/`, or another one, filled in."""
    program = require_web_server(kind)
    folder.mkdir()
    config = (DEPLOY / f"{name or kind}.conf").read_text(encoding="utf-8")
    for old, new in replaced.items():
        assert old in config, old
        config = config.replace(old, new)
    (folder / "huimages.conf").write_text(config, encoding="utf-8")
    command: Sequence[str | Path]
    if kind == "nginx":
        user = "user root root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user))
        command = (program, "-c", folder / "nginx.conf")
    else:
        command = (program, "-D", "-f", folder / "huimages.conf")
    with serving(command, f"http://127.0.0.1:{port}/", folder=folder):
        yield


@dataclass
class Edge:
    """A web server, the application behind it, and the services of the site in this process."""

    kind: str
    url: str
    app_url: str
    folder: Path
    services: Services
    client: httpx.Client
    app: subprocess.Popen[bytes]

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Send a GET; `_` in the names of headers stands for `-`."""
        return self.ask("GET", self.url + path, **headers)

    def ask(self, method: str, url: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, url, headers=named)

    def raw(self, path: str) -> bytes:
        """Return the response to a path that HTTP clients would normalize."""
        host, port = self.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode("latin-1"))
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def upload(self, content: bytes) -> str:
        files = {"uploadfile": ("picture.jpeg", content, "image/jpeg")}
        response = self.client.post(f"{self.url}/upload/api/", files=files)
        assert response.status_code == 200, response.text
        return response.text

    def cached(self, image_id: str, name: str) -> Path:
        return self.folder / "cache" / image_id[:2] / image_id / name

    def signed(self, size: str, path: str, expires: int | None = None) -> str:
        """Return the path, with a signature unless the size is free."""
        return quote(path, safe="/!,@=") + self.services.sizes.query(
            Size.parse(size), path, expires
        )

    def without_application(self) -> AbstractContextManager[None]:
        """Stop the process of the application, so that it does not respond."""
        return frozen(self.app.pid)


@contextmanager
def edge(
    kind: str, folder: Path, replaced: dict[str, str] | None = None, **ini: str
) -> Iterator[Edge]:
    """A site in `folder` behind nginx or lighttpd.

    `replaced`: further texts of the server's file; `ini`: settings, without their prefix.
    """
    require_web_server(kind)  # before the application starts, which takes seconds
    port, app_port = free_port(), free_port()
    settings = {**stored_in(folder), "accel": kind, **ini}
    with ExitStack() as stack:
        app = stack.enter_context(pserve(folder / "app", app_port, **settings))
        texts = {**filled(kind, port, app_port, folder / "cache"), **(replaced or {})}
        stack.enter_context(web_server(kind, folder / kind, port, texts))
        client = stack.enter_context(
            httpx.Client(trust_env=False, verify=certificates(), timeout=30)
        )
        services = services_of(settings)
        stack.callback(services.close)
        yield Edge(
            kind,
            f"http://127.0.0.1:{port}",
            f"http://127.0.0.1:{app_port}",
            folder,
            services,
            client,
            app,
        )
