"""Who may do what: roles, permissions, and what the settings of a site make of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..config.settings import Settings

# Each role may do what those before it may.
VISITOR, VIEWER, EDITOR, ADMIN = ROLES = ("visitor", "viewer", "editor", "admin")

VIEW = "view"  # the pages, and their JSON
CONTRIBUTE = "contribute"  # tags, ratings, favourites
UPLOAD = "upload"
EDIT = "edit"  # title, alternative text, focal point, others' tags, the trash
ADMINISTER = "admin"  # remove for good, accounts, tokens
PERMISSIONS = (VIEW, CONTRIBUTE, UPLOAD, EDIT, ADMINISTER)

# What a token with a scope may do, beside what everybody may.
SCOPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "read": frozenset({VIEW}),
        "upload": frozenset({UPLOAD}),
        "edit": frozenset({EDIT, CONTRIBUTE}),
    }
)


def roles_up_to(role: str) -> tuple[str, ...]:
    """The roles that somebody with `role` has: his own and all below."""
    return ROLES[: ROLES.index(role) + 1]


def least_roles(settings: Settings) -> dict[str, str]:
    """The least role that has each permission."""
    return {
        permission: VISITOR if who == "everyone" else who
        for permission, who in {
            VIEW: settings.who.view,
            CONTRIBUTE: settings.who.contribute,
            UPLOAD: settings.who.upload,
            EDIT: settings.who.edit,
            ADMINISTER: settings.who.admin,
        }.items()
    }
