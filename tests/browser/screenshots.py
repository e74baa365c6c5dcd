"""Write pictures of every page into tests/screenshots: `make screenshots`.  Not a test.

    python -m tests.browser.screenshots [--photographs FOLDER] [--widths 360,1280]
        [--language fr] [PAGE …]

Each page is shown at four widths, light and dark.  FOLDER has JPEG files to add to the site.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
    parser.add_argument("--language", default="en", help="of pages that need no click")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"among: {', '.join(PAGES)}")
    options = parser.parse_args(arguments)
    widths = [int(width) for width in options.widths.split(",")]
    SCREENSHOTS.mkdir(exist_ok=True)
    with chromium() as browser:
        camera = Camera(browser, widths, options.language)
        with site(options.photographs) as filled_site:
            for name in options.pages or PAGES:
                if name in PAGES:
                    camera.shoot(filled_site, name)
        if not options.pages or "start-empty" in options.pages:
            with tempfile.TemporaryDirectory() as folder, served(Path(folder), {}) as empty:
                camera.shoot_path(empty, "start-empty", "/")


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


@dataclass(frozen=True)
class Camera:
    """Makes pictures of pages with a browser, at some widths and in a language."""

    browser: Browser
    widths: Sequence[int]
    language: str

    def shoot(self, running: RunningSite, name: str) -> None:
        """Make pictures of one of PAGES; one that needs clicks is known in English only."""
        path, prepare, _complaint = PAGES[name]
        if not prepare or self.language == "en":
            ids = {key: image.id for key, image in running.images.items()}
            self.shoot_path(running, name, path.format(**ids))

    def shoot_path(self, running: RunningSite, name: str, path: str) -> None:
        """Write what a page shows at each width, light and dark."""
        viewport = {"width": 1280, "height": 800}
        person = Person(self.browser, running.url, locale=self.language, viewport=viewport)
        page = person.go(path)
        _path, prepare, complaint = PAGES.get(name, ("", None, ""))
        if prepare:
            prepare(page)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for width in self.widths:
                page.set_viewport_size({"width": width, "height": SIZES.get(width, 800)})
                page.wait_for_load_state("networkidle")
                file = SCREENSHOTS / f"{name}-{self.language}-{width}-{scheme}.jpeg"
                page.screenshot(path=file, type="jpeg", full_page=name not in WINDOW_ONLY)
        if complaint:
            person.expect_complaint(complaint)
        person.close()


if __name__ == "__main__":
    main()
