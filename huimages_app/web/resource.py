"""The base of all resources."""

from __future__ import annotations


class Resource:
    """A node of the tree: its name in the path, and its parent."""

    __name__: str | None
    __parent__: Resource | None
    takes_files = False  # whether forms sent to it may contain files

    def __init__(self, parent: Resource | None, name: str | None) -> None:
        self.__parent__ = parent
        self.__name__ = name

    def __getitem__(self, name: str) -> Resource:
        raise KeyError(name)
