"""Accounts: passwords, roles, and what ends a session."""

from __future__ import annotations

import json

import pytest
from argon2 import PasswordHasher

from huimages_app.errors import BadInput
from huimages_app.services.accounts import KNOWN_CLIENTS, Accounts
from huimages_app.storage.interfaces import DocumentStore
from tests.support.services import FAST

PASSWORD = "correct horse battery"


@pytest.fixture
def accounts(documents: DocumentStore) -> Accounts:
    return Accounts(documents, FAST)


def test_authenticate_accepts_the_right_password_only(accounts: Accounts) -> None:
    added = accounts.add(" Alice@Example.com ", "editor", PASSWORD)
    assert (added.name, added.role) == ("alice@example.com", "editor")
    assert accounts.authenticate("alice@example.com", PASSWORD) == added
    assert accounts.authenticate("alice@example.com", PASSWORD + " ") is None
    assert accounts.authenticate("alice@example.com", "x" * 5000) is None
    assert accounts.authenticate("bob", PASSWORD) is None
    assert accounts.authenticate("../etc", PASSWORD) is None


def test_password_matches_in_any_unicode_normalization(accounts: Accounts) -> None:
    accounts.add("alice", "viewer", "gru\u0308n wie die Wiese")
    assert accounts.authenticate("alice", "gr\u00fcn wie die Wiese")


def test_only_the_hash_of_a_password_is_stored(
    accounts: Accounts, documents: DocumentStore
) -> None:
    accounts.add("alice", "admin", PASSWORD)
    stored = json.dumps(documents.get("account", "alice"))
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


def test_unknown_account_costs_one_hash_check(documents: DocumentStore) -> None:
    class Counting(PasswordHasher):
        checks = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            Counting.checks += 1
            return super().verify(hash, password)

    accounts = Accounts(documents, Counting(time_cost=1, memory_cost=8, parallelism=1))
    accounts.add("proxied", "viewer", None)
    for checks, name in enumerate(("unknown", "proxied", "not a name!"), 1):
        assert accounts.authenticate(name, PASSWORD) is None
        assert Counting.checks == checks


def test_account_without_password_rejects_any_password(accounts: Accounts) -> None:
    assert not accounts.add("alice", "viewer", None).has_password
    assert accounts.authenticate("alice", "") is None


def test_new_password_ends_sessions_and_rehashing_does_not(
    documents: DocumentStore,
) -> None:
    before = Accounts(documents, FAST).add("alice", "viewer", PASSWORD)
    stronger = Accounts(documents, PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    old_hash = documents.get("account", "alice")["password"]
    assert stronger.authenticate("alice", PASSWORD) == before
    assert documents.get("account", "alice")["password"] != old_hash
    assert stronger.get("alice").epoch == before.epoch
    stronger.set_password("alice", "another good one")
    assert stronger.get("alice").epoch != before.epoch
    assert stronger.authenticate("alice", PASSWORD) is None
    assert stronger.authenticate("alice", "another good one")


def test_end_sessions_changes_the_epoch(accounts: Accounts) -> None:
    before = accounts.add("alice", "viewer", PASSWORD)
    accounts.end_sessions("alice")
    assert accounts.get("alice").epoch != before.epoch


def test_role_is_changed_and_account_is_removed(accounts: Accounts) -> None:
    accounts.add("alice", "viewer", PASSWORD)
    accounts.add("bob", "viewer", None)
    accounts.set_role("alice", "admin")
    assert [(account.name, account.role) for account in accounts.all()] == [
        ("alice", "admin"),
        ("bob", "viewer"),
    ]
    accounts.remove("alice")
    assert accounts.get("alice") is None
    assert accounts.authenticate("alice", PASSWORD) is None


def test_client_ips_are_kept_newest_first(accounts: Accounts) -> None:
    accounts.add("alice", "viewer", PASSWORD)
    for number in range(KNOWN_CLIENTS + 3):
        accounts.signed_in("alice", f"10.0.0.{number}")
    accounts.signed_in("alice", "10.0.0.9")
    known = accounts.get("alice").client_ips
    assert len(known) == KNOWN_CLIENTS
    assert known[:2] == ("10.0.0.9", "10.0.0.10")


@pytest.mark.parametrize("name", ["", "-", "a/b", "a b", "a\nb", "x" * 65, "ä"])
def test_add_refuses_invalid_name(accounts: Accounts, name: str) -> None:
    with pytest.raises(BadInput, match="is not the name of an account"):
        accounts.add(name, "viewer", PASSWORD)


def test_invalid_account_changes_are_refused(accounts: Accounts) -> None:
    accounts.add("alice", "viewer", PASSWORD)
    with pytest.raises(BadInput, match="already"):
        accounts.add("ALICE", "admin", PASSWORD)
    with pytest.raises(BadInput, match="is not a role"):
        accounts.add("bob", "visitor", PASSWORD)
    with pytest.raises(BadInput, match="is not a role"):
        accounts.set_role("alice", "root")
    with pytest.raises(BadInput, match="at least 10"):
        accounts.add("bob", "viewer", "short")
    with pytest.raises(BadInput, match="no account bob"):
        accounts.remove("bob")
    with pytest.raises(BadInput, match="no account bob"):
        accounts.set_password("bob", PASSWORD)
