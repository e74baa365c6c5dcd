"""axe-core, which checks the accessibility of a page."""

from __future__ import annotations

import functools
from pathlib import Path

from playwright.sync_api import Page

from tests.support.missing import missing

SCRIPT = Path(__file__).parents[2] / ".services/axe/node_modules/axe-core/axe.min.js"
# WCAG 2.2, levels A and AA, and the best practices of axe.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """Return the violations on the present page: rule, element and remedy."""
    page.evaluate(_source())
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", _RULES
    )
    return [
        f"{violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@functools.cache
def _source() -> str:
    if not SCRIPT.exists():
        missing("axe-core is missing: make services (needs npm)")
    return SCRIPT.read_text(encoding="utf-8")
