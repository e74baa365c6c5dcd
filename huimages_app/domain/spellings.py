"""Spellings of tags: which of several is shown."""

from __future__ import annotations

from collections.abc import Mapping


def shown_spelling(tag: str, uses: int, typed: Mapping[str, int]) -> str:
    """Return the most used spelling of a tag.

    `typed` are the numbers of uses in a spelling other than `tag`; the rest of the `uses` is lower
    case.  Among equally used spellings lower case comes last: visitors may type it for speed only,
    and tags of huImages 2.2 have no other spelling.
    """
    counts = {tag: uses - sum(typed.values()), **typed}
    return min(counts, key=lambda spelling: (-counts[spelling], spelling == tag, spelling))
