"""nginx: its image_filter as a peer, and its static files as the upper limit.

It also runs in front of huimages, as in production.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import (
    CHECKOUT,
    LIBRARIES,
    UNPACKED,
    NotInstalled,
    PathOf,
    Server,
    box,
    output_of,
    program,
    started,
)

_MODULE = UNPACKED / "usr/lib/nginx/modules/ngx_http_image_filter_module.so"

_MAIN = """
{modules}
daemon off;
worker_processes auto;
# As docs/deploy.md recommends.
pcre_jit on;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  types {{ image/jpeg jpeg; }}
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  open_file_cache max=10000;
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {site}
}}
"""

_FILTER = """
    location ~ "^/resize/(?<width>[0-9]+)x(?<height>[0-9]+)/(?<name>[A-Za-z0-9_.-]+)$" {{
      alias {pictures}/$name;
      image_filter resize $width $height;
      image_filter_jpeg_quality 80;
      image_filter_buffer 64M;
    }}
    location ~ "^/crop/(?<width>[0-9]+)x(?<height>[0-9]+)/(?<name>[A-Za-z0-9_.-]+)$" {{
      alias {pictures}/$name;
      image_filter crop $width $height;
      image_filter_jpeg_quality 80;
      image_filter_buffer 64M;
    }}
"""


@contextmanager
def image_filter(pictures: Path, folder: Path) -> Iterator[Server]:
    """Run the module that scales with libgd."""
    if not _MODULE.exists():
        raise NotInstalled("nginx's image_filter is not installed")
    with _nginx(
        "nginx image_filter",
        folder,
        f"load_module {_MODULE};",
        _server(_FILTER.format(pictures=pictures)),
        lambda original, size: (
            f"/{'crop' if size.crop else 'resize'}/{box(size)}/{original.path.name}"
        ),
    ) as server:
        yield server


@contextmanager
def static(files: Path, folder: Path) -> Iterator[Server]:
    """Run nginx with static files only."""
    with _nginx("nginx static", folder, "", _server(f"root {files};"), lambda *_: "/") as server:
        yield server


@contextmanager
def in_front(url: str, cache: Path, folder: Path) -> Iterator[Server]:
    """Run deploy/nginx.conf, with other ports and folders, in front of huimages at `url`."""
    try:
        text = (CHECKOUT / "deploy/nginx.conf").read_text()
    except FileNotFoundError:
        raise NotInstalled("there is no deploy/nginx.conf") from None
    text = re.sub(r"^ *listen \[::\]:80;\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^ *server 127\.0\.0\.1:654[4-9];\n", "", text, flags=re.MULTILINE)
    text = text.replace("127.0.0.1:6543", url.removeprefix("http://"))
    text = text.replace("/var/lib/huimages/cache", str(cache))

    def site(port: int) -> str:
        return text.replace("listen 80;", f"listen 127.0.0.1:{port};")

    with _nginx("huimages behind nginx", folder, "", site, lambda *_: "/") as server:
        yield server


@contextmanager
def _nginx(
    name: str, folder: Path, modules: str, site: Callable[[int], str], path: PathOf
) -> Iterator[Server]:
    binary = program("nginx")
    version = output_of(binary, "-v").rpartition("/")[2]

    def command(port: int) -> list[str | Path]:
        settings = folder / "nginx.conf"
        settings.write_text(_MAIN.format(modules=modules, folder=folder, site=site(port)))
        return [binary, "-p", folder, "-c", settings]

    with started(name, version, command, path, folder, LIBRARIES) as running:
        yield running


def _server(inside: str) -> Callable[[int], str]:
    return lambda port: f"server {{ listen 127.0.0.1:{port}; {inside} }}"
