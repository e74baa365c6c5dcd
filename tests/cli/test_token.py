from __future__ import annotations

import pytest

from huimages_app.errors import BadToken
from huimages_app.services.container import Services

from .conftest import Command


def test_token_is_printed_once_and_revoked(huimages: Command, services: Services) -> None:
    [text] = huimages(
        "token", "add", "shop", "--scope", "read", "--scope", "upload", "--days", "3"
    ).out
    token = services.tokens.authenticate(text)
    [line] = huimages("token", "list").out
    assert line.split("\t") == [token.id, "read,upload", f"{token.expires:%Y-%m-%d}", "shop"]
    assert text not in line
    assert huimages("token", "revoke", token.id).status == 0
    with pytest.raises(BadToken):
        services.tokens.authenticate(text)


def test_invalid_arguments_are_rejected_with_one_line(huimages: Command) -> None:
    for words, message in (
        (("add", "shop", "--scope", "admin"), "scopes"),
        (("add", "shop"), "Missing option"),
        (("add", "shop", "--scope", "read", "--days", "0"), "range"),
        (("revoke", "123"), "no token"),
    ):
        ran = huimages("token", *words)
        assert (ran.status, ran.out, len(ran.err)) == (2, [], 1)
        assert message in ran.err[0]
