"""API tokens: shown once, stored hashed, gone when revoked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from huimages_app.errors import BadInput, BadToken
from huimages_app.services.tokens import Tokens
from huimages_app.storage.interfaces import DocumentStore


@pytest.fixture
def tokens(documents: DocumentStore) -> Tokens:
    return Tokens(documents)


def test_authenticate_returns_the_token_of_a_text(tokens: Tokens) -> None:
    token, text = tokens.add("shop", ["upload", "read"])
    assert text.startswith("hui_")
    assert len(text) == 47
    assert tokens.authenticate(text) == token
    assert token.scopes == {"read", "upload"}
    assert token.expires is None
    assert tokens.all() == [token]


def test_text_of_a_token_is_not_stored(tokens: Tokens, documents: DocumentStore) -> None:
    _, text = tokens.add("shop", ["read"])
    assert text[4:] not in json.dumps(list(documents.items("token")))


@pytest.mark.parametrize("text", ["", "hui_", "hui_" + "A" * 43, "A" * 47, "hui_" + "é" * 43])
def test_authenticate_of_other_text_raises_bad_token(tokens: Tokens, text: str) -> None:
    tokens.add("shop", ["read"])
    with pytest.raises(BadToken, match="unknown"):
        tokens.authenticate(text)


def test_revoked_token_raises_bad_token(tokens: Tokens) -> None:
    token, text = tokens.add("shop", ["read"])
    other, other_text = tokens.add("scanner", ["upload"])
    tokens.revoke(token.id)
    with pytest.raises(BadToken):
        tokens.authenticate(text)
    assert tokens.authenticate(other_text) == other
    with pytest.raises(BadInput, match="no token"):
        tokens.revoke(token.id)


def test_expired_token_raises_bad_token(tokens: Tokens) -> None:
    token, text = tokens.add("shop", ["read"], timedelta(days=30))
    now = datetime.now(UTC)
    assert tokens.authenticate(text, now + timedelta(days=29)) == token
    with pytest.raises(BadToken, match="expired"):
        tokens.authenticate(text, now + timedelta(days=30))


@pytest.mark.parametrize(
    ("name", "scopes", "lifetime"),
    [
        ("", ["read"], None),
        ("x" * 101, ["read"], None),
        ("shop", [], None),
        ("shop", ["admin"], None),
        ("shop", ["read"], timedelta(0)),
    ],
)
def test_add_refuses_invalid_values(
    tokens: Tokens, name: str, scopes: list[str], lifetime: timedelta | None
) -> None:
    with pytest.raises(BadInput):
        tokens.add(name, scopes, lifetime)
