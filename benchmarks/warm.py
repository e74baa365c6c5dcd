"""Cache hits: huimages behind nginx, compared with nginx alone; and huimages by itself, compared
with sharp's server from its memory.

Measured with `wrk`, because a client in Python would be slower than the servers.
"""

from __future__ import annotations

import json
import random
import re
from contextlib import ExitStack
from pathlib import Path

from huimages_app.domain.formats import JPEG
from huimages_app.domain.sizes import Size

from .load import Request, WrongResponse, check, fetched
from .originals import Original
from .peers import NotInstalled, Server, nginx, node, output_of, program
from .peers.huimages import Site

# Sizes that need no signature in production.ini.
_SIZES = [Size.parse(text) for text in ("thumb", "small", "medium", "square")]
_SECONDS = 1
_CLIENTS = 8
_SCRIPT = """
local paths = {paths}
local number = 0
request = function()
  number = number % #paths + 1
  return wrk.format("GET", paths[number])
end
"""


def measure(
    site: Site, found: list[Original], server: Server, folder: Path, rounds: int
) -> dict[str, list[float]]:
    """Return responses per second, by server; empty if nginx or wrk is missing."""
    cache = site.cache("after")
    wanted = [(original, size) for original in found for size in _SIZES]
    by_url = [server.request(original, size) for original, size in wanted]
    by_file = [
        Request(
            f"/{site.ids[original.path][:2]}/{site.ids[original.path]}/{size}.{JPEG.extension}",
            *size.fitted(original.width, original.height),
        )
        for original, size in wanted
    ]
    fetched(server.url, by_url, 2)  # fills the cache
    rates: dict[str, list[float]] = {}
    with ExitStack() as stack:
        try:
            wrk = program("wrk")
            static = stack.enter_context(nginx.static(cache, folder / "static"))
            front = stack.enter_context(nginx.in_front(server.url, cache, folder / "front"))
        except NotInstalled as reason:
            print(f"left out: {reason}")
            return {}
        contestants = [(static, by_file), (front, by_url), (server, by_url)]
        try:
            pictures = found[0].path.parent
            sharp = stack.enter_context(node.sharp_cached(pictures, folder / "cached"))
            by_name = [sharp.request(original, size) for original, size in wanted]
            contestants.append((sharp, by_name))
        except NotInstalled as reason:
            print(f"left out: {reason}")
        for one, requests in contestants:
            # The second time fills the memories of servers that hold what was requested again.
            for _ in range(2):
                fetched(one.url, requests, _CLIENTS)
            _, bodies = fetched(one.url, requests, 1)
            for request, body in zip(requests, bodies, strict=True):
                check(request, body)
        for _ in range(rounds):
            for one, requests in random.sample(contestants, len(contestants)):
                found_rate = _rate(wrk, one.url, requests, folder)
                rates.setdefault(one.name, []).append(found_rate)
    return rates


def _rate(wrk: str, url: str, requests: list[Request], folder: Path) -> float:
    """Return responses per second with eight clients; raises WrongResponse."""
    script = folder / "paths.lua"
    paths = json.dumps([request.path for request in requests])
    script.write_text(_SCRIPT.format(paths="{" + paths[1:-1] + "}"))
    text = output_of(wrk, "-t1", f"-c{_CLIENTS}", f"-d{_SECONDS}s", "-s", script, url)
    rate = re.search(r"Requests/sec: *([0-9.]+)", text)
    if rate is None or "Non-2xx" in text or "Socket errors" in text:
        raise WrongResponse(f"{url}: {text}")
    return float(rate[1])
