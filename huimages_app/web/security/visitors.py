"""The cookies of visitors who are not signed in.

Reading sets no cookie.  The first tag, rating or favourite creates a visitor ID, which a signed
cookie keeps; at sign-in the visitor's annotations move to the account.

The cookie of huImages 2.2, `_hda`, was not signed, and the URL of a visitor's favourites
contained its ID.  An ID in an `_hda` therefore proves nothing: its sender gets a *new* ID and a
copy of the favourites, which were public by their URL.  Tags and ratings stay with the legacy ID:
they count, and cannot be changed.
"""

from __future__ import annotations

import re

from pyramid.request import Request

from ...services.visitors import new_visitor_id
from .cookies import VISITOR, cookie_name, forget, is_https

OLD_COOKIE = "_hda"
_OLD_COOKIE = re.compile(rf'(?:^|;\s*){OLD_COOKIE}="?([^;"]*)')
# base32 of an MD5.  New IDs are lowercase, so that an `_hda` cannot contain one of them.
_OLD_ID = re.compile(r"[A-Z2-7]{26}(?:={6})?")


def begin(request: Request) -> str:
    """Create a visitor with a cookie and the favourites of the legacy one; return its ID."""
    visitor_id = new_visitor_id()
    if request.old_visitor_id:
        request.services.annotations.copy_favorites(request.old_visitor_id, visitor_id)
        forget(request, OLD_COOKIE)
    request.signed_cookies.set_visitor(request, visitor_id)
    return visitor_id


def old_visitor_id(request: Request) -> str:
    """Return the ID in a cookie of huImages 2.2, which anyone can forge; empty if none."""
    # Its commas, bare or as Django wrote them, are not for WebOb's parser.
    found = _OLD_COOKIE.search(request.headers.get("Cookie", ""))
    parts = found[1].replace("\\054", ",").split(",") if found else []
    return parts[1] if len(parts) > 1 and _OLD_ID.fullmatch(parts[1]) else ""


def become(request: Request, visitor_id: str) -> None:
    """Move the visitor's annotations to the account that signs in."""
    visitor = request.signed_cookies.visitor(request)
    if visitor:
        request.services.annotations.move(visitor, visitor_id)
        forget(request, cookie_name(VISITOR, is_https(request)))
    if request.old_visitor_id:
        request.services.annotations.copy_favorites(request.old_visitor_id, visitor_id)
        forget(request, OLD_COOKIE)
