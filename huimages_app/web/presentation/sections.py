"""Sections of a page that a visitor opened or closed, as a script stores them in a cookie.

The value is `tags:0.rights:1`: the section `tags` is closed, `rights` is open.
"""

from __future__ import annotations

import re

SECTIONS_COOKIE = "huimages-sections"
_ENTRY = re.compile(r"([a-z][a-z0-9-]{0,30}):([01])(?:\.|$)")


def open_sections(cookie: str) -> dict[str, bool]:
    """Return which sections the visitor opened (True) or closed.  Ignores all other text."""
    return {name: state == "1" for name, state in _ENTRY.findall(cookie)}
