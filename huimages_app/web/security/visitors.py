"""The cookies of visitors who are not signed in.

Nobody gets a cookie for looking.  The first tag, rating or favourite makes a visitor ID,
which a signed cookie keeps; at sign-in all that the visitor said moves to the account.

The cookie of huImages 2.2, `_hda`, was not signed, and the address of everybody's
favourites told its ID to whoever saw the link.  So an ID in an `_hda` proves nothing:
whoever shows one gets a *new* ID and a copy of the favourites, which its link has shown
to anybody all along.  Tags and ratings stay with the old ID, where they count as ever and
nobody can change them.
"""

from __future__ import annotations

import re

from pyramid.request import Request

from ...services.visitors import new_visitor_id
from .cookies import VISITOR, cookie_name, forget, is_https

OLD_COOKIE = "_hda"
_OLD_COOKIE = re.compile(rf'(?:^|;\s*){OLD_COOKIE}="?([^;"]*)')
# base32 of an MD5.  Ours are lowercase, so that an `_hda` can't name one of them.
_OLD_ID = re.compile(r"[A-Z2-7]{26}(?:={6})?")


def begin(request: Request) -> str:
    """A new visitor, with a cookie in the answer and the favourites of an old one."""
    visitor_id = new_visitor_id()
    if request.old_visitor_id:
        request.services.annotations.copy_favorites(request.old_visitor_id, visitor_id)
        forget(request, OLD_COOKIE)
    request.signed_cookies.set_visitor(request, visitor_id)
    return visitor_id


def old_visitor_id(request: Request) -> str:
    """The ID in a cookie of huImages 2.2; empty if there is none.  It proves nothing."""
    # Its commas, bare or as Django wrote them, are not for WebOb's parser.
    found = _OLD_COOKIE.search(request.headers.get("Cookie", ""))
    parts = found[1].replace("\\054", ",").split(",") if found else []
    return parts[1] if len(parts) > 1 and _OLD_ID.fullmatch(parts[1]) else ""


def become(request: Request, visitor_id: str) -> None:
    """Let all that the visitor said be said by another: the account they sign in to."""
    visitor = request.signed_cookies.visitor(request)
    if visitor:
        request.services.annotations.move(visitor, visitor_id)
        forget(request, cookie_name(VISITOR, is_https(request)))
    if request.old_visitor_id:
        request.services.annotations.copy_favorites(request.old_visitor_id, visitor_id)
        forget(request, OLD_COOKIE)
