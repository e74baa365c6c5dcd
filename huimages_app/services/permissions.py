"""Roles, permissions, and the least role for each permission by the settings of a site."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..config.settings import Settings

# Each role has the permissions of all roles before it.
VISITOR, VIEWER, EDITOR, ADMIN = ROLES = ("visitor", "viewer", "editor", "admin")

VIEW = "view"  # the pages, and their JSON
CONTRIBUTE = "contribute"  # tags, ratings, favourites
UPLOAD = "upload"
EDIT = "edit"  # title, alternative text, focal point, others' tags, the trash
ADMINISTER = "admin"  # remove for good, accounts, tokens
# Needs both; not a permission of its own.
REPLACE = f"{EDIT}+{UPLOAD}"

# The permissions of a token with a scope, beside those of everyone.
SCOPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "read": frozenset({VIEW}),
        "upload": frozenset({UPLOAD}),
        "edit": frozenset({EDIT, CONTRIBUTE}),
    }
)


def roles_up_to(role: str) -> tuple[str, ...]:
    """Return a role and all roles below it."""
    return ROLES[: ROLES.index(role) + 1]


def least_roles(settings: Settings) -> dict[str, str]:
    """Return the least role for each permission."""
    return {
        permission: VISITOR if role == "everyone" else role
        for permission, role in {
            VIEW: settings.who.view,
            CONTRIBUTE: settings.who.contribute,
            UPLOAD: settings.who.upload,
            EDIT: settings.who.edit,
            ADMINISTER: settings.who.admin,
        }.items()
    }
