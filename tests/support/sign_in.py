"""A site that requires accounts, and how to sign in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from tests.support import pictures
from tests.support.site import CLOSED, Site

PASSWORD = "correct horse battery"


PHOTO = pictures.photo(width=60, height=40)


FILES = [("uploadfile", "a.jpeg", PHOTO)]


HTML = {"Accept": "text/html"}


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, **CLOSED)
    site.services.accounts.add("alice", "editor", PASSWORD)
    yield site
    site.close()


def sign_in(app: TestApp, name: str = "alice", password: str = PASSWORD, **rest: Any) -> Any:
    form = app.get("/login").forms[1]
    form["name"], form["password"] = name, password
    return form.submit(**rest)


def csrf(app: TestApp) -> dict[str, str]:
    return {"X-CSRF-Token": app.get("/login").forms[1]["csrf_token"].value}
