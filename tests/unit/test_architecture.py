"""docs/architecture.md names files that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "huimages_app"
TEXT = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
# A path in backticks: a file with an ending, or a folder with a slash at its end.
NAMED = sorted(set(re.findall(r"`([\w./]+(?:\.(?:py|json|conf|toml|md)|/))`", TEXT)))


def test_architecture_page_names_files_that_exist() -> None:
    assert len(NAMED) > 40
    missing = [
        name for name in NAMED if not (PACKAGE / name).exists() and not (ROOT / name).exists()
    ]
    assert missing == []


def test_architecture_page_names_every_package_and_module_at_the_top() -> None:
    entries = {
        path.name + "/" * path.is_dir()
        for path in PACKAGE.iterdir()
        if not path.name.startswith("__") and path.name not in {"locale", "templates", "static"}
    }
    drawing = TEXT.split("```")[1]
    assert [entry for entry in sorted(entries) if entry not in drawing] == []
