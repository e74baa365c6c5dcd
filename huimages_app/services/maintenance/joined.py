"""Ascending lists of image IDs, joined in one pass."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import TypeVar

Name = TypeVar("Name")


def joined(lists: Mapping[Name, Iterable[str]]) -> Iterator[tuple[str, set[Name]]]:
    """Yield each ID of the lists, ascending, and the names of the lists that have it."""
    first = itemgetter(0)
    pairs = (zip(ids, itertools.repeat(name)) for name, ids in lists.items())
    for image_id, group in itertools.groupby(heapq.merge(*pairs, key=first), key=first):
        yield image_id, {name for _, name in group}
