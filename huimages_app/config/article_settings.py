"""The part of the settings table about articles."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.articles import MAIN
from .parsers import reference_keys, role_names
from .spec import setting

_ROLES = (
    *(MAIN, "front", "back", "left", "right", "top", "bottom"),
    *("detail", "packaging", "scene", "swatch", "size", "manual"),
)


@dataclass(frozen=True)
class ArticleSettings:
    """Articles: the images of one value of a reference, in order and with roles."""

    articles: tuple[str, ...] = setting(
        "articles",
        reference_keys,
        ("artnr",),
        "reference keys whose values are articles; pages without a key in their URL show the first",
    )
    articles_roles: tuple[str, ...] = setting(
        "articles.roles", role_names, _ROLES, "roles that images of an article may have"
    )
