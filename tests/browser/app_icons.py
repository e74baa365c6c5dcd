"""Draw the icons of the installed app from static/icon.svg: `python -m tests.browser.app_icons`.

Run it after a change of the logo.  `any` is the logo alone; `maskable` is white on its colour,
within the circle that a phone may cut out.  Not a test.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.chromium import chromium

STATIC = Path(__file__).parents[2] / "static"
SIDES = (192, 512)


def main() -> None:
    logo = (STATIC / "icon.svg").read_text(encoding="utf-8")
    colour = re.search(r'fill="(#\w+)"', logo)[1]  # type: ignore[index]
    kinds = {
        "any": (logo, "transparent", 90),
        "maskable": (logo.replace(colour, "#fff"), colour, 56),
    }
    folder = STATIC / "app-icons"
    folder.mkdir(exist_ok=True)
    with chromium() as browser:
        for kind, (drawing, ground, share) in kinds.items():
            for side in SIDES:
                page = browser.new_page(viewport={"width": side, "height": side})
                page.set_content(
                    f"<style>body {{ margin: 0; height: 100vh; display: grid; place-items: center;"
                    f" background: {ground} }} svg {{ width: {share}% }}</style>{drawing}"
                )
                page.screenshot(path=folder / f"{kind}-{side}.png", omit_background=True)
                page.close()


if __name__ == "__main__":
    main()
