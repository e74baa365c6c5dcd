"""The base of all resources."""

from __future__ import annotations

import re
from typing import ClassVar


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


class Named(Resource):
    """A node with a child for each name that matches `pattern`, such as the IDs of one kind."""

    pattern: ClassVar[re.Pattern[str]]
    child: ClassVar[type[Resource]]

    def __getitem__(self, name: str) -> Resource:
        if not self.pattern.fullmatch(name):
            raise KeyError(name)
        return self.child(self, name)
