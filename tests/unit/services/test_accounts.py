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


def test_the_right_password_and_no_other(accounts: Accounts) -> None:
    added = accounts.add(" Alice@Example.com ", "editor", PASSWORD)
    assert (added.name, added.role) == ("alice@example.com", "editor")
    assert accounts.authenticate("alice@example.com", PASSWORD) == added
    assert accounts.authenticate("alice@example.com", PASSWORD + " ") is None
    assert accounts.authenticate("alice@example.com", "x" * 5000) is None
    assert accounts.authenticate("bob", PASSWORD) is None
    assert accounts.authenticate("../etc", PASSWORD) is None


def test_a_password_is_the_same_however_it_was_typed(accounts: Accounts) -> None:
    accounts.add("alice", "viewer", "gru\u0308n wie die Wiese")
    assert accounts.authenticate("alice", "gr\u00fcn wie die Wiese")


def test_no_password_is_stored(accounts: Accounts, documents: DocumentStore) -> None:
    accounts.add("alice", "admin", PASSWORD)
    stored = json.dumps(documents.get("account", "alice"))
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


def test_an_unknown_account_takes_a_check_of_a_hash_too(documents: DocumentStore) -> None:
    class Counting(PasswordHasher):
        checks = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            Counting.checks += 1
            return super().verify(hash, password)

    accounts = Accounts(documents, Counting(time_cost=1, memory_cost=8, parallelism=1))
    accounts.add("proxied", "viewer", None)
    for checks, name in enumerate(("nobody", "proxied", "not a name!"), 1):
        assert accounts.authenticate(name, PASSWORD) is None
        assert Counting.checks == checks


def test_an_account_without_a_password_is_for_proxies(accounts: Accounts) -> None:
    assert not accounts.add("alice", "viewer", None).has_password
    assert accounts.authenticate("alice", "") is None


def test_a_new_password_ends_the_sessions_and_an_old_hash_does_not(
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


def test_signing_out_everywhere(accounts: Accounts) -> None:
    before = accounts.add("alice", "viewer", PASSWORD)
    accounts.end_sessions("alice")
    assert accounts.get("alice").epoch != before.epoch


def test_roles_change_and_accounts_go(accounts: Accounts) -> None:
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


def test_addresses_are_remembered_the_last_ones_first(accounts: Accounts) -> None:
    accounts.add("alice", "viewer", PASSWORD)
    for number in range(KNOWN_CLIENTS + 3):
        accounts.signed_in("alice", f"10.0.0.{number}")
    accounts.signed_in("alice", "10.0.0.9")
    known = accounts.get("alice").client_ips
    assert len(known) == KNOWN_CLIENTS
    assert known[:2] == ("10.0.0.9", "10.0.0.10")


@pytest.mark.parametrize("name", ["", "-", "a/b", "a b", "a\nb", "x" * 65, "ä"])
def test_names_that_are_none(accounts: Accounts, name: str) -> None:
    with pytest.raises(BadInput, match="is not the name of an account"):
        accounts.add(name, "viewer", PASSWORD)


def test_what_is_refused(accounts: Accounts) -> None:
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
