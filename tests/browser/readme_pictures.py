"""Write the pictures of the README: `make pictures`.  Not a test."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.support.chromium import Person, chromium
from tests.support.served import ROOT, RunningSite, filled, served

FOLDER = ROOT / "docs/images"
MAX_BYTES = 150_000


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        images = filled(folder, landscapes=20)
        with chromium() as browser, served(folder, images) as site:
            take(browser, site)


def take(browser: Browser, site: RunningSite) -> None:
    FOLDER.mkdir(exist_ok=True)
    desk = {"viewport": {"width": 1200, "height": 750}}
    phone = {"viewport": {"width": 390, "height": 750}, "device_scale_factor": 2}
    rocket = f"/image/{site.images['rocket'].id}/"
    shoot(Person(browser, site.url, **desk), "/", "start.webp")
    shoot(Person(browser, site.url, **desk, color_scheme="dark"), rocket, "image.webp")
    shoot(Person(browser, site.url, **phone), "/image/", "phone.webp")


def shoot(person: Person, path: str, name: str) -> None:
    """Write a picture of the window."""
    page = person.go(path)
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot()))
    file = FOLDER / name
    picture.save(file, quality=82, method=6)
    assert file.stat().st_size <= MAX_BYTES, f"{file} has {file.stat().st_size} bytes"
    person.close()


if __name__ == "__main__":
    main()
