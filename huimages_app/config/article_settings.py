"""The part of the settings table about articles."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.articles import MAIN
from .parsers import image_id, reference_keys, role_names, truth
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
    articles_open: bool = setting(
        "articles.open",
        truth,
        False,
        "whether everyone may use the stable URLs of articles, as in /240x160/artnr/10106.jpeg, "
        "also if `who.view` is not everyone: article numbers can be guessed",
    )
    articles_roles: tuple[str, ...] = setting(
        "articles.roles", role_names, _ROLES, "roles that images of an article may have"
    )
    missing: str = setting(
        "missing",
        image_id,
        "",
        "ID of the image that stable URLs of articles show, with status 404, without a picture",
    )
