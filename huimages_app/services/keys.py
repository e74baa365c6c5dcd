"""The secret of a site, and keys for separate purposes that are derived from it."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import hmac
import secrets
from pathlib import Path

from ..config.settings import GENERATE, Settings
from ..domain.files import atomic_write
from ..errors import BadSetting


def derived_key(secret: str, purpose: str) -> str:
    """Return a key of 64 characters for one purpose; it does not reveal the secret."""
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256).hex()


def has_secret(settings: Settings) -> bool:
    """Return whether the settings contain a secret, which is not to be generated first."""
    return settings.secret not in {"", GENERATE}


def with_secret(settings: Settings) -> Settings:
    """Return the settings with the secret of this site, making it on the first start."""
    if settings.secret != GENERATE:
        return settings
    path = settings.var / "secret"
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"the secret {path} can't be made or read: {error}") from None
    settings = dataclasses.replace(settings, secret=secret)
    settings.check()
    return settings


def _make_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # If another process made it first, that secret is used.
    with contextlib.suppress(FileExistsError), atomic_write(path, overwrite=False) as file:
        file.write(secrets.token_hex(32).encode())
