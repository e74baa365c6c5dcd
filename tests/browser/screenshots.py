"""Write pictures of every page into tests/screenshots: `make screenshots`.  Not a test.

    python -m tests.browser.screenshots [--photographs FOLDER] [--widths 360,1280] [PAGE …]

Each page is shown at four widths, light and dark.  FOLDER has JPEG files to add to the site.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser

from huimages_app.config.settings import Settings
from huimages_app.factory import build_services
from tests.browser.test_every_page import PAGES
from tests.support.chromium import Person, chromium
from tests.support.served import RunningSite, filled, served
from tests.support.services import add

SCREENSHOTS = Path(__file__).parents[1] / "screenshots"
# What lies over the window would be in the middle of the page; and a page that is too long.
WINDOW_ONLY = {
    "menu", "selected", "image-share", "image-more", "image-keys", "image-full-screen", "api",
}  # fmt: skip
SIZES = {360: 740, 768: 1024, 1280: 800, 1920: 1080}
SCHEMES = ("light", "dark")
_START = datetime(2026, 4, 1, 9, tzinfo=UTC)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=Path, help="folder with JPEG files to add")
    parser.add_argument("--widths", default=",".join(map(str, SIZES)))
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"among: {', '.join(PAGES)}")
    options = parser.parse_args(arguments)
    widths = [int(width) for width in options.widths.split(",")]
    SCREENSHOTS.mkdir(exist_ok=True)
    with chromium() as browser:
        with site(options.photographs) as filled_site:
            for name in options.pages or PAGES:
                if name in PAGES:
                    shoot(browser, filled_site, name, widths)
        if not options.pages or "start-empty" in options.pages:
            with tempfile.TemporaryDirectory() as folder, served(Path(folder), {}) as empty:
                shoot_path(browser, empty, "start-empty", "/", widths)


@contextmanager
def site(photographs: Path | None) -> Iterator[RunningSite]:
    """A site with the pictures of the tests, and the photographs in a folder."""
    with tempfile.TemporaryDirectory() as folder:
        images = filled(Path(folder), landscapes=20)
        with served(Path(folder), images) as running:
            if photographs:
                add_photographs(running.settings, photographs)
            yield running


def add_photographs(settings: Settings, folder: Path) -> None:
    """Add the files as the newest pictures, some with an article number."""
    services = build_services(settings)
    for number, path in enumerate(sorted(folder.glob("*.jpeg"))):
        title = path.stem.replace("-", " ").replace("_", " ").capitalize()
        add(
            services,
            path.read_bytes(),
            title=title,
            filename=path.name,
            tags=[*path.stem.replace("_", "-").split("-"), "photograph"],
            references={"artnr": [f"201{number % 7:02}"]} if number % 2 else {},
            timestamp=_START + timedelta(days=number),
        )
    services.close()


def shoot(browser: Browser, running: RunningSite, name: str, widths: Sequence[int]) -> None:
    path = PAGES[name][0].format(**{key: image.id for key, image in running.images.items()})
    shoot_path(browser, running, name, path, widths)


def shoot_path(
    browser: Browser, running: RunningSite, name: str, path: str, widths: Sequence[int]
) -> None:
    """Write what a page shows at each width, light and dark."""
    person = Person(browser, running.url, viewport={"width": 1280, "height": 800})
    page = person.go(path)
    _path, prepare, complaint = PAGES.get(name, ("", None, ""))
    if prepare:
        prepare(page)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in widths:
            page.set_viewport_size({"width": width, "height": SIZES.get(width, 800)})
            page.wait_for_load_state("networkidle")
            file = SCREENSHOTS / f"{name}-{width}-{scheme}.jpeg"
            page.screenshot(path=file, type="jpeg", full_page=name not in WINDOW_ONLY)
    if complaint:
        person.expect_complaint(complaint)
    person.close()


if __name__ == "__main__":
    main()
