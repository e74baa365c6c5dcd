from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest

from huimages_app.errors import BadToken, TooManyAttempts
from huimages_app.services.container import Services

from .conftest import Command

PASSWORD = "correct horse battery"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes over stdin; read anew by each command."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{PASSWORD}\n".encode() * 9)))


@pytest.mark.usefixtures("typed")
def test_accounts_come_change_and_go(huimages: Command, services: Services) -> None:
    assert huimages("user", "add", "Alice", "--role", "admin", "--password-stdin").status == 0
    assert huimages("user", "add", "bob", "--no-password").status == 0
    assert services.accounts.authenticate("alice", PASSWORD)
    alice, bob = huimages("user", "list").out
    assert alice.split("\t")[:2] == ["alice", "admin"]
    assert bob.split("\t")[1::2] == ["viewer", "by proxy"]
    assert huimages("user", "role", "bob", "editor").status == 0
    assert services.accounts.get("bob").role == "editor"
    assert huimages("user", "remove", "bob").status == 0
    assert services.accounts.get("bob") is None


@pytest.mark.usefixtures("typed")
def test_a_new_password_ends_sessions_and_waiting(huimages: Command, services: Services) -> None:
    before = services.accounts.add("alice", "admin", "the old password")
    for _ in range(5):
        services.throttle.record_attempt("alice", "203.0.113.9")
    with pytest.raises(TooManyAttempts):
        services.throttle.record_attempt("alice", "203.0.113.9")
    assert huimages("user", "password", "alice", "--password-stdin").status == 0
    assert services.accounts.get("alice").epoch != before.epoch
    services.throttle.record_attempt("alice", "203.0.113.9")


def test_what_is_refused(huimages: Command) -> None:
    for words, sentence in (
        (("user", "add", "a b"), "can't be the name"),
        (("user", "password", "nobody"), "no account nobody"),
        (("user", "add", "bob", "--no-password", "--role", "root"), "no role"),
        (("token", "add", "shop", "--scope", "admin"), "scopes"),
        (("token", "revoke", "123"), "no token"),
    ):
        ran = huimages(*words)
        assert ran.status == 2
        assert sentence in ran.err[0]


def test_tokens_are_shown_once_and_revoked(huimages: Command, services: Services) -> None:
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


def test_the_audit_log_says_who_typed(
    huimages: Command, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "operator")
    caplog.set_level(logging.INFO, "huimages.audit")
    huimages("user", "add", "bob", "--no-password")
    [event] = [json.loads(r.getMessage()) for r in caplog.records if r.name == "huimages.audit"]
    assert event["by_program"] == "huimages of operator"
    assert event["action"] == "account added"


def test_a_process_without_a_user_name(
    huimages: Command,
    site: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def nobody() -> str:
        raise KeyError("no such user")

    monkeypatch.setattr("getpass.getuser", nobody)
    caplog.set_level(logging.INFO, "huimages.audit")
    huimages("user", "add", "bob", "--no-password")
    assert '"huimages of user ' in caplog.text.replace("\\", "")
