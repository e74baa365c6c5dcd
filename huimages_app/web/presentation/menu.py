"""The menu of every page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyramid.i18n import TranslationString

from ...services.permissions import ADMIN, EDIT, VIEW
from .i18n import _

if TYPE_CHECKING:
    from .site import Site

# Title, and the path of the page.  The first row is always visible where there is room.
_MAIN = (
    (_("All pictures"), "image"),
    (_("Articles"), "article"),
    (_("Collections"), "collection"),
    (_("Tags"), "tag"),
    (_("Favourites"), "favorites"),
)
# Title, path, and the permission that the page needs.
_MORE = (
    (_("Saved searches"), "saved", VIEW),
    (_("Jobs"), "job", EDIT),
    (_("Share links"), "share", EDIT),
    (_("Duplicates"), "duplicates", EDIT),
    (_("Rights that end"), "ending", EDIT),
    (_("Spreadsheets"), "table", EDIT),
    (_("Trash"), "trash", EDIT),
    (_("Accounts"), "accounts", ADMIN),
)


@dataclass(frozen=True)
class Entry:
    """A link of the menu; `is_here` on its own page."""

    title: TranslationString
    href: str
    is_here: bool


def main_menu(site: Site) -> Iterator[Entry]:
    """Yield the links that every visitor gets."""
    for title, path in _MAIN:
        yield _entry(site, title, path)


def more_menu(site: Site) -> Iterator[Entry]:
    """Yield the links of the pages that the client may see."""
    for title, path, permission in _MORE:
        if site.may(permission):
            yield _entry(site, title, path)


def _entry(site: Site, title: TranslationString, path: str) -> Entry:
    href = site.path(path)
    return Entry(title, href, site.is_here(href))
