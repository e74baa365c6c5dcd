"""The whole application on embedded storage in a folder, without a network."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

from pyramid.router import Router
from webtest import TestApp

from huimages_app.app import make_app
from huimages_app.backends import build_storage
from huimages_app.config.settings import Settings
from huimages_app.domain.models import Image
from huimages_app.factory import build_services
from huimages_app.services.accounts import Accounts
from huimages_app.services.container import Services

from . import pictures
from .services import FAST, add

PASSWORD = "a long password"
SECRET = "a secret for tests, of more than 32 characters"
# As in development.ini: open to everyone.
OPEN = {
    f"huimages.who.{action}": "everyone"
    for action in ("view", "contribute", "upload", "edit", "admin")
}
# Least privilege, as in production.ini: keys without their prefix.
CLOSED = {
    "who.view": "viewer",
    "who.contribute": "editor",
    "who.upload": "editor",
    "who.edit": "editor",
    "who.admin": "admin",
}


class _Current:
    """Stands for the services of the site that uses an application at present."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def __getattr__(self, name: str) -> Any:
        return getattr(self.services, name)


# Applications of closed sites, by their settings.  To make one takes 0.1 seconds, and to load its
# templates as long again, which was most of the time of a test.
_Key = tuple[tuple[str, str], ...]
_unused: dict[_Key, list[tuple[Router, _Current]]] = {}


class Site:
    """The application below `folder`: `app` (WebTest), `services` and `storage`.

    It is open to everyone, unless `ini` (keys without their prefix) says otherwise.  After `close`,
    a later site with the same settings, but a folder of its own, uses the application again.
    """

    def __init__(self, folder: Path, **ini: str) -> None:
        self.folder = folder
        self.settings = Settings.read(
            {
                "huimages.originals.path": str(folder / "originals"),
                "huimages.metadata.path": str(folder / "metadata.sqlite"),
                "huimages.cache.path": str(folder / "cache"),
                "huimages.var": str(folder),
                "huimages.secret": SECRET,
                **OPEN,
                **{f"huimages.{key}": value for key, value in ini.items()},
            }
        )
        self.storage = build_storage(self.settings)
        try:
            services = build_services(self.settings, self.storage)
        except BaseException:
            self.storage.close()
            raise
        accounts = Accounts(self.storage.metadata.documents, FAST)
        self.services: Services = dataclasses.replace(services, accounts=accounts)
        self._key = tuple(sorted(ini.items()))
        try:
            self._router, self._current = self._application()
        except BaseException:
            self.services.close()
            raise
        self.app = TestApp(self._router)

    def _application(self) -> tuple[Router, _Current]:
        unused = _unused.get(self._key)
        if not unused:
            current = _Current(self.services)
            return make_app(self.settings, current), current
        router, current = unused.pop()
        current.services = self.services
        router.registry.settings["huimages"] = self.settings  # with other folders
        return router, current

    def close(self) -> None:
        """Close the services; later sites use the application again."""
        self.services.close()
        _unused.setdefault(self._key, []).append((self._router, self._current))

    def upload(self, content: bytes, filename: str = "picture.jpeg", query: str = "") -> str:
        """Upload a picture by the API of huImages 2.2; return its ID."""
        response = self.app.post(
            f"/upload/api/{query}", upload_files=[("uploadfile", filename, content)]
        )
        return str(response.text)

    def browser(self, language: str = "en") -> TestApp:
        """Return a browser of a new visitor, with its own cookies and this language."""
        headers = {"HTTP_ACCEPT": "text/html,*/*;q=0.8", "HTTP_ACCEPT_LANGUAGE": language}
        return TestApp(self.app.app, extra_environ=headers)

    def signed_in(self, name: str) -> TestApp:
        """Return a browser in which an account with PASSWORD is signed in."""
        browser = self.browser()
        form = browser.get("/login").forms[1]
        form["name"], form["password"] = name, PASSWORD
        form.submit(status=303)
        return browser

    def add(self, seed: int = 0, width: int = 60, height: int = 40, **fields: Any) -> Image:
        """Add a picture without HTTP; `fields`: those of `patch_of`, `tags`, `visitor_id`."""
        visitor_id = fields.pop("visitor_id", "somebody")
        return add(
            self.services, pictures.photo(width, height, seed=seed), visitor_id, **fields
        ).image

    def cached(self) -> list[str]:
        """Return the file names of the renditions in the cache.

        `os.walk` passes over folders that the cache deletes meanwhile; `rglob` raises.
        """
        return sorted(name for *_, names in os.walk(self.folder / "cache") for name in names)
