"""Lists that are read page by page, as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar


class _Page(Protocol):
    @property
    def next(self) -> str | None:
        """The cursor of the next page; None at the end."""


_PageT = TypeVar("_PageT", bound=_Page)


def all_pages(read: Callable[[str | None], _PageT]) -> Iterator[_PageT]:
    """Yield every page of a list; `read` returns the page at a cursor, the first one at None.

    A page is read when it is needed, so memory does not grow with the list.
    """
    cursor: str | None = None
    while True:
        page = read(cursor)
        yield page
        cursor = page.next
        if cursor is None:
            return
