"""Write pictures of every page into tests/screenshots: `make screenshots`.  Not a test.

    python -m tests.browser.screenshots [--photographs FOLDER] [--widths 360,1280]
        [--language fr] [PAGE …]

Each page is shown at four widths, light and dark.  FOLDER has JPEG files, from which the newest 120
pictures of the site are made.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from tests.browser.gallery import add_photographs
from tests.browser.pages import PAGES, ShownPage, site_of
from tests.support.chromium import Person, chromium
from tests.support.served import RunningSite, filled, served

SCREENSHOTS = Path(__file__).parents[1] / "screenshots"
SIZES = {360: 740, 768: 1024, 1280: 800, 1920: 1080}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


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
                camera.shoot_page(empty, "start-empty", ShownPage("/"))


@contextmanager
def site(photographs: Path | None) -> Iterator[RunningSite]:
    """A site with the pictures of the tests, and the photographs in a folder."""
    with tempfile.TemporaryDirectory() as folder:
        images = filled(Path(folder), landscapes=20)
        with served(Path(folder), images) as running:
            if photographs:
                add_photographs(running.settings, photographs)
            yield running


@dataclass(frozen=True)
class Camera:
    """Makes pictures of pages with a browser, at some widths and in a language."""

    browser: Browser
    widths: Sequence[int]
    language: str

    def shoot(self, running: RunningSite, name: str) -> None:
        """Make pictures of one of PAGES; one that needs clicks is known in English only."""
        shown = PAGES[name]
        if shown.prepare and self.language != "en":
            return
        ids = {key: image.id for key, image in running.images.items()}
        with site_of(shown, running) as in_use:
            self.shoot_page(in_use, name, shown._replace(path=shown.path.format(**ids)))

    def shoot_page(self, running: RunningSite, name: str, shown: ShownPage) -> None:
        """Write pictures of a page at each width, light and dark."""
        viewport = {"width": 1280, "height": 800}
        person = Person(self.browser, running.url, locale=self.language, viewport=viewport)
        page = person.go(shown.path)
        if shown.prepare:
            shown.prepare(page)
        for width in self.widths:
            page.set_viewport_size({"width": width, "height": SIZES.get(width, 800)})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.wait_for_load_state("networkidle")
                file = SCREENSHOTS / f"{name}-{self.language}-{width}-{scheme}.jpeg"
                page.screenshot(path=file, type="jpeg", full_page=not shown.one_window)
        if shown.complaint:
            person.expect_complaint(shown.complaint)
        person.close()


if __name__ == "__main__":
    main()
