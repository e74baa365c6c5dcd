"""Tags as people type them, and as they are stored."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import BadInput
from .text import clean_tag

MAX_LENGTH = 64
MAX_TAGS = 50  # of one visitor on one image

_DIVIDERS = re.compile(r"[,\s]+")


def parse_tags(text: str) -> tuple[str, ...]:
    """Return the tags in a text: lowercase, separated by commas and spaces, each once, in order.

    Raises BadInput for a tag that is too long, and for too many.
    """
    tags = tuple(dict.fromkeys(filter(None, _DIVIDERS.split(clean_tag(text)))))
    for tag in tags:
        if len(tag) > MAX_LENGTH:
            raise BadInput(f"the tag {tag[:20]}… is too long: at most {MAX_LENGTH} characters")
    return add_tags((), tags)


def add_tags(present: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    """Return the present tags and then the new ones, each once; raises BadInput for too many."""
    tags = tuple(dict.fromkeys([*present, *new]))
    if len(tags) > MAX_TAGS:
        raise BadInput(f"{len(tags)} tags are too many: at most {MAX_TAGS} to an image")
    return tags
