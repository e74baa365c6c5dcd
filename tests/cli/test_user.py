from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest

from huimages_app.errors import TooManyAttempts
from huimages_app.services.container import Services

from .conftest import Command

PASSWORD = "correct horse battery"


@pytest.fixture
def password_on_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Provide a password on stdin for each command."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{PASSWORD}\n".encode() * 9)))


@pytest.mark.usefixtures("password_on_stdin")
def test_accounts_are_added_listed_changed_and_removed(
    huimages: Command, services: Services
) -> None:
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


@pytest.mark.usefixtures("password_on_stdin")
def test_new_password_ends_sessions_and_resets_throttle(
    huimages: Command, services: Services
) -> None:
    before = services.accounts.add("alice", "admin", "the old password")
    for _ in range(5):
        services.throttle.record_attempt("alice", "203.0.113.9")
    with pytest.raises(TooManyAttempts):
        services.throttle.record_attempt("alice", "203.0.113.9")
    assert huimages("user", "password", "alice", "--password-stdin").status == 0
    assert services.accounts.get("alice").epoch != before.epoch
    services.throttle.record_attempt("alice", "203.0.113.9")


def test_invalid_arguments_are_rejected_with_one_line(huimages: Command) -> None:
    for words, message in (
        (("user", "add", "a b"), "is not the name of an account"),
        (("user", "password", "nobody"), "no account nobody"),
        (("user", "add", "bob", "--no-password", "--role", "root"), "is not a role"),
        (("user", "role", "nobody", "editor"), "no account"),
        (("user", "remove", "nobody"), "no account"),
        (("user", "add"), "Missing argument"),
    ):
        ran = huimages(*words)
        assert ran.status == 2
        assert len(ran.err) == 1
        assert message in ran.err[0]


def test_audit_log_names_operating_user(
    huimages: Command, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "operator")
    caplog.set_level(logging.INFO, "huimages.audit")
    huimages("user", "add", "bob", "--no-password")
    [event] = [json.loads(r.getMessage()) for r in caplog.records if r.name == "huimages.audit"]
    assert event["by_program"] == "huimages of operator"
    assert event["action"] == "account added"


def test_audit_log_without_user_name_contains_user_id(
    huimages: Command,
    site: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def without_entry() -> str:
        raise KeyError("no such user")

    monkeypatch.setattr("getpass.getuser", without_entry)
    caplog.set_level(logging.INFO, "huimages.audit")
    huimages("user", "add", "bob", "--no-password")
    assert '"huimages of user ' in caplog.text.replace("\\", "")
