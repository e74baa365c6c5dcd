"""Clients that guess passwords are slowed down, and other clients only briefly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from huimages_app.errors import TooManyAttempts
from huimages_app.services.login_throttle import LONGEST_WAIT, LoginThrottle, network_of
from huimages_app.storage.interfaces import DocumentStore
from huimages_app.storage.sqlite import SqliteBackend

HOME, EVIL = "192.0.2.1", "203.0.113.9"


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(documents: DocumentStore, clock: Clock) -> LoginThrottle:
    return LoginThrottle(documents, clock)


def passes(
    throttle: LoginThrottle, account: str, address: str, known: tuple[str, ...] = ()
) -> bool:
    try:
        throttle.record_attempt(account, address, known)
    except TooManyAttempts:
        return False
    return True


def admission(throttle: LoginThrottle, clock: Clock, seconds: int, address: str = EVIL) -> int:
    """Return how many attempts at one account are allowed, at one per second."""
    count = 0
    for _ in range(seconds):
        count += passes(throttle, "alice", address)
        clock.now += 1
    return count


def test_some_attempts_are_free_and_then_each_takes_twice_as_long(
    throttle: LoginThrottle, clock: Clock
) -> None:
    assert [passes(throttle, "alice", EVIL) for _ in range(6)] == [True] * 5 + [False]
    waits = []
    for _ in range(12):
        started = clock.now
        while not passes(throttle, "alice", EVIL):
            clock.now += 1
        waits.append(clock.now - started)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, LONGEST_WAIT, LONGEST_WAIT]


def test_a_restart_changes_nothing(tmp_path: Path, clock: Clock) -> None:
    for expected in (True, False):
        backend = SqliteBackend(tmp_path / "throttle.sqlite")
        throttle = LoginThrottle(backend.documents, clock)
        assert all(passes(throttle, "alice", EVIL) for _ in range(5)) is expected
        backend.close()


def test_many_at_once_are_no_way_around(throttle: LoginThrottle) -> None:
    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(lambda _: passes(throttle, "alice", EVIL), range(24)))
    assert sum(passed) == 5


def test_many_accounts_from_one_address(throttle: LoginThrottle) -> None:
    passed = [passes(throttle, f"user{number}", EVIL) for number in range(30)]
    assert sum(passed) == 20
    assert passes(throttle, "user1", HOME)


def test_one_good_password_does_not_buy_guesses(throttle: LoginThrottle) -> None:
    for number in range(19):
        passes(throttle, f"user{number}", EVIL)
    passes(throttle, "mine", EVIL)
    throttle.record_success("mine", EVIL)
    assert passes(throttle, "user20", EVIL)
    assert not passes(throttle, "user21", EVIL)


def test_guesses_of_others_do_not_lock_out_who_comes_from_a_known_address(
    throttle: LoginThrottle, clock: Clock
) -> None:
    admission(throttle, clock, 2000)
    assert not passes(throttle, "alice", "198.51.100.1")
    assert passes(throttle, "alice", HOME, known=(HOME,))


def test_attempts_during_a_wait_do_not_make_it_longer(
    throttle: LoginThrottle, clock: Clock
) -> None:
    admission(throttle, clock, 4000)
    clock.now += LONGEST_WAIT
    assert passes(throttle, "alice", HOME)


def test_the_right_password_clears_the_count(throttle: LoginThrottle) -> None:
    for _ in range(5):
        passes(throttle, "alice", HOME)
    throttle.record_success("alice", HOME)
    assert passes(throttle, "alice", HOME)


def test_an_operator_clears_an_account(throttle: LoginThrottle) -> None:
    for _ in range(5):
        passes(throttle, "alice", HOME)
        passes(throttle, "alice", EVIL, known=(EVIL,))
    throttle.clear("alice")
    assert passes(throttle, "alice", HOME)
    assert passes(throttle, "alice", EVIL, known=(EVIL,))


def test_an_operator_ends_the_wait_of_an_address_too(throttle: LoginThrottle) -> None:
    """Attempts through a proxy that is not configured, so that all have one client IP."""
    for number in range(30):
        passes(throttle, f"user{number}", HOME)
    assert not passes(throttle, "admin", HOME)
    throttle.clear("admin")
    assert passes(throttle, "admin", HOME)


def test_after_a_day_all_is_forgotten(
    throttle: LoginThrottle, clock: Clock, documents: DocumentStore
) -> None:
    admission(throttle, clock, 100)
    clock.now += 25 * 3600
    assert [passes(throttle, "alice", EVIL) for _ in range(6)] == [True] * 5 + [False]
    clock.now += 25 * 3600
    throttle.record_success("bob", HOME)
    assert list(documents.items("attempts")) == []


def test_names_that_people_type_are_not_kept(
    throttle: LoginThrottle, documents: DocumentStore
) -> None:
    passes(throttle, "my-secret-password", HOME)
    assert "my-secret-password" not in str(list(documents.items("attempts")))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "local"),
        ("localhost", "local"),
    ],
)
def test_what_counts_as_one_client(address: str, network: str) -> None:
    assert network_of(address) == network
