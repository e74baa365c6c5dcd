"""The style sheets in static: all values of the design come from tokens.css."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOKENS = ROOT / "static/tokens.css"
SHEETS = sorted(ROOT.glob("static/*.css"))
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DEFINED = re.compile(r"(--[a-z0-9-]+)\s*:")
_USED = re.compile(r"var\((--[a-z0-9-]+)")
_LITERAL = re.compile(
    r"#[0-9a-f]{3,8}\b(?=[^{]*})|\brgba?\(|\bhsla?\(|\b[\d.]+m?s\b", re.IGNORECASE
)


def rules(path: Path) -> str:
    return _COMMENT.sub("", path.read_text("utf-8"))


@pytest.mark.parametrize("sheet", [s for s in SHEETS if s != TOKENS], ids=lambda path: path.name)
def test_style_sheet_has_no_literal_colour_or_duration(sheet: Path) -> None:
    assert _LITERAL.findall(rules(sheet)) == []


def test_every_custom_property_in_use_is_defined() -> None:
    # Some are set by templates and scripts: `style="--w:3"`, `setProperty("--x", …)`.
    others = [*ROOT.glob("templates/*.pt"), *ROOT.glob("static/js/*.js")]
    others.append(ROOT / "static/vendor/photoswipe/photoswipe.css")
    texts = [rules(sheet) for sheet in SHEETS] + [path.read_text("utf-8") for path in others]
    texts.append((ROOT / "huimages_app/web/presentation/grids.py").read_text("utf-8"))
    defined = {name for text in texts for name in _DEFINED.findall(text)}
    defined |= {name for text in texts for name in re.findall(r"[\"'](--[a-z0-9-]+)[\"']", text)}
    used = {name for sheet in SHEETS for name in _USED.findall(rules(sheet))}
    assert used - defined == set()


def test_every_preference_changes_tokens_that_are_defined() -> None:
    blocks = re.findall(r":root \{(.*?)\}", rules(TOKENS), re.DOTALL)
    light, *others = [set(_DEFINED.findall(block)) for block in blocks]
    assert len(others) == 5  # two schemes, high contrast, fingers, and less motion
    for names in others:
        assert names <= light


def test_templates_with_grids_link_their_style_sheet() -> None:
    uses = re.compile(
        r"""macros\['(?:pictures|selectable|choices|tiles)'\]|class="(?:grid|tiles)\b"""
    )
    # The layout of shared pages links it for all of them.
    layout = "use-macro=\"layout['page']\""
    pages = [path for path in ROOT.glob("templates/*.pt") if layout in path.read_text("utf-8")]
    missing = [
        path.name
        for path in pages
        if uses.search(text := path.read_text("utf-8")) and "static('grid.css')" not in text
    ]
    assert missing == []
