"""A site for tests of the libraries `client` and `remote`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from huimages_app import client, remote
from tests.support.services import ini_in
from tests.support.site import Site


@contextmanager
def libraries(site: Site, *scopes: str, **ini: str) -> Iterator[str]:
    """Let both libraries use a site; yield the token, with these scopes, of `remote`.

    `ini` are the settings for `client`, without their prefix.
    """
    _, token = site.services.tokens.add("shop", scopes)
    client.configure(ini_in(site.folder, **ini))
    remote.configure("http://localhost/", token, http=httpx.WSGITransport(site.app.app))
    try:
        yield token
    finally:
        client.configure(None)
