"""Print the costs of each page for a first visitor: `python -m tests.browser.page_weights`.

Not a test.  Bytes are those on the wire, headers and pictures included; first paint is the median
of several visits with an empty cache; the layout shift is the sum of a visit, with scripts.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.support.chromium import Person, chromium
from tests.support.served import RunningSite, filled, served

PATHS = {
    "start": "/",
    "all": "/image/",
    "image": "/image/{coffee}/",
    "tags": "/tag/",
    "articles": "/article/",
    "upload": "/upload/",
    "sign-in": "/login",
    "API": "/api/v1/",
    "search": "/search?q=coffee",
}
VISITS = 5
_OBSERVE = """
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def main() -> None:
    print("page         bytes  of which pictures  requests  first paint (ms)  layout shift")
    with tempfile.TemporaryDirectory() as name:
        images = filled(Path(name), landscapes=20)
        with chromium() as browser, served(Path(name), images) as site:
            for page, path in PATHS.items():
                address = path.format(**{key: image.id for key, image in site.images.items()})
                visit(browser, site, address)  # makes the renditions
                visits = [visit(browser, site, address) for _ in range(VISITS)]
                total, pictures, requests, _paint, shift = visits[-1]
                paint = statistics.median(one[3] for one in visits)
                print(f"{page:10} {total:7} {pictures:18} {requests:9} {paint:17.0f} {shift:13.3f}")


def visit(browser: Browser, site: RunningSite, path: str) -> tuple[int, int, int, float, float]:
    """Visit a page with an empty cache; return bytes, those of pictures, requests, paint, shift."""
    person = Person(browser, site.url)
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session = person.context.new_cdp_session(person.page)
    session.send("Network.enable")

    def received(event: Any) -> None:
        kinds[event["requestId"]] = event["type"]

    def finished(event: Any) -> None:
        sizes[event["requestId"]] = round(event["encodedDataLength"])

    session.on("Network.responseReceived", received)
    session.on("Network.loadingFinished", finished)
    person.page.add_init_script(_OBSERVE)
    page = person.go(path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(100)  # the events of the last requests arrive
    paint, shift = page.evaluate(_PAINT), page.evaluate("window.shift")
    person.close()
    pictures = sum(size for key, size in sizes.items() if kinds.get(key) == "Image")
    return sum(sizes.values()), pictures, len(sizes), paint, shift


if __name__ == "__main__":
    main()
