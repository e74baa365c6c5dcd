"""The first parts of paths that have a meaning, so that no size can have them as its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import BadSetting
from .resources import Root


def require_free_names(registry: Any, names: Iterable[str]) -> None:
    """Raise BadSetting if a size has the name of a page; call it when all views are registered."""
    reserved = set(_reserved_names(registry))
    for name in names:
        if name in reserved:
            raise BadSetting(
                f"setting 'huimages.sizes': a size can't be named {name!r}, which is the name of a "
                f"page, /{name}"
            )


def _reserved_names(registry: Any) -> Iterator[str]:
    """Yield the names of the resources and the views below the root, and of the routes."""
    yield from Root.pages
    for entry in registry.introspector.get_category("views") or ():
        view = entry["introspectable"]
        if view["name"] and view["context"] in {None, Root}:
            yield view["name"]
    for entry in registry.introspector.get_category("routes") or ():
        yield entry["introspectable"]["pattern"].strip("/").partition("/")[0]
