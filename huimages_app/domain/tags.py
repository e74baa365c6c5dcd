"""Tags as people type them, and as they are stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..errors import BadInput
from .models import Annotation
from .text import clean

MAX_LENGTH = 64
MAX_TAGS = 50  # of one visitor on one image

_DIVIDERS = re.compile(r"[,\s]+")


def parse_tags(text: str) -> tuple[str, ...]:
    """Return the tags in a text as they are typed, each once in any case, in order.

    They are separated by commas and spaces.  Raises BadInput for a tag that is too long, and for
    too many.
    """
    typed = tuple(by_tag(filter(None, _DIVIDERS.split(clean(text)))).values())
    for spelling in typed:
        if max(len(spelling), len(spelling.lower())) > MAX_LENGTH:
            raise BadInput(f"the tag {spelling[:20]}… is too long: at most {MAX_LENGTH} characters")
    require_few(typed)
    return typed


def parse_tag(text: str) -> str:
    """Return the only tag in a text, as it is typed; raises BadInput."""
    typed = parse_tags(text)
    if len(typed) != 1:
        raise BadInput(f"{text[:40]!r} is not one tag; expected a text without blanks and commas")
    return typed[0]


def by_tag(typed: Iterable[str]) -> dict[str, str]:
    """Return spellings by the tag that is stored; of several spellings the last one."""
    return {spelling.lower(): spelling for spelling in typed}


def require_few(tags: Iterable[str]) -> None:
    """Raise BadInput for more tags than a visitor may give one image."""
    if (count := len(list(tags))) > MAX_TAGS:
        raise BadInput(f"{count} tags are too many: at most {MAX_TAGS} to an image")


def with_tags(annotation: Annotation, typed: Iterable[str]) -> Annotation:
    """Return the annotation with tags as `parse_tags` returns them; raises BadInput for too many.

    A tag that it has already gets the new spelling.
    """
    new = by_tag(typed)
    tags = tuple(dict.fromkeys([*annotation.tags, *new]))
    require_few(tags)
    return spelled(replace(annotation, tags=tags), {**annotation.spellings, **new})


def without_tags(annotation: Annotation, tags: Iterable[str]) -> Annotation:
    """Return the annotation without these tags, given in any case."""
    removed = by_tag(tags)
    kept = tuple(tag for tag in annotation.tags if tag not in removed)
    return spelled(replace(annotation, tags=kept), annotation.spellings)


def with_renamed_tag(annotation: Annotation, tag: str, spelling: str) -> Annotation:
    """Return the annotation with another tag in the place of `tag`; unchanged if it lacks it."""
    if tag not in annotation.tags:
        return annotation
    new = spelling.lower()
    tags = tuple(dict.fromkeys(new if old == tag else old for old in annotation.tags))
    return spelled(replace(annotation, tags=tags), {**annotation.spellings, new: spelling})


def spelled(annotation: Annotation, spellings: Mapping[str, str]) -> Annotation:
    """Return the annotation with those of the spellings that belong to its tags."""
    kept = {
        tag: spelling
        for tag in annotation.tags
        if (spelling := spellings.get(tag, tag)) != tag and spelling.lower() == tag
    }
    return replace(annotation, spellings=kept)
