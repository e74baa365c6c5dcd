"""The login throttle delays password guesses, and hardly delays other clients of the account."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from huimages_app.errors import TooManyAttempts
from huimages_app.services.login_throttle import (
    FREE_BY_LINK,
    LONGEST_WAIT,
    LoginThrottle,
    network_of,
)
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
    throttle: LoginThrottle,
    account: str,
    client_ip: str,
    known: tuple[str, ...] = (),
    *,
    shared: bool = False,
) -> bool:
    try:
        throttle.record_attempt(account, client_ip, known, shared=shared)
    except TooManyAttempts:
        return False
    return True


def admission(throttle: LoginThrottle, clock: Clock, seconds: int, client_ip: str = EVIL) -> int:
    """Return how many attempts at one account are allowed, at one per second."""
    count = 0
    for _ in range(seconds):
        count += passes(throttle, "alice", client_ip)
        clock.now += 1
    return count


def test_wait_doubles_after_five_free_attempts(throttle: LoginThrottle, clock: Clock) -> None:
    assert [passes(throttle, "alice", EVIL) for _ in range(6)] == [True] * 5 + [False]
    waits = []
    for _ in range(12):
        started = clock.now
        while not passes(throttle, "alice", EVIL):
            clock.now += 1
        waits.append(clock.now - started)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, LONGEST_WAIT, LONGEST_WAIT]


def test_count_of_attempts_survives_a_restart(tmp_path: Path, clock: Clock) -> None:
    for expected in (True, False):
        backend = SqliteBackend(tmp_path / "throttle.sqlite")
        throttle = LoginThrottle(backend.documents, clock)
        assert all(passes(throttle, "alice", EVIL) for _ in range(5)) is expected
        backend.close()


def test_concurrent_attempts_are_counted(throttle: LoginThrottle) -> None:
    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(lambda _: passes(throttle, "alice", EVIL), range(24)))
    assert sum(passed) == 5


def test_attempts_at_many_accounts_from_one_client_ip_are_limited(throttle: LoginThrottle) -> None:
    passed = [passes(throttle, f"user{number}", EVIL) for number in range(30)]
    assert sum(passed) == 20
    assert passes(throttle, "user1", HOME)


def test_success_at_one_account_gives_back_one_attempt_only(throttle: LoginThrottle) -> None:
    for number in range(19):
        passes(throttle, f"user{number}", EVIL)
    passes(throttle, "mine", EVIL)
    throttle.record_success("mine", EVIL)
    assert passes(throttle, "user20", EVIL)
    assert not passes(throttle, "user21", EVIL)


def test_guesses_of_others_do_not_lock_out_a_known_client_ip(
    throttle: LoginThrottle, clock: Clock
) -> None:
    admission(throttle, clock, 2000)
    assert not passes(throttle, "alice", "198.51.100.1")
    assert passes(throttle, "alice", HOME, known=(HOME,))


def test_guesses_at_a_share_link_do_not_slow_down_other_clients(throttle: LoginThrottle) -> None:
    assert [passes(throttle, "share:1", EVIL, shared=True) for _ in range(6)] == [True] * 5 + [
        False
    ]
    assert passes(throttle, "share:1", HOME, shared=True)


def test_guesses_at_a_share_link_by_all_clients_together_are_limited(
    throttle: LoginThrottle,
) -> None:
    clients = [f"192.0.{number // 100}.{number % 100}" for number in range(FREE_BY_LINK // 5 + 1)]
    passed = [passes(throttle, "share:1", ip, shared=True) for ip in clients for _ in range(5)]
    assert sum(passed) == FREE_BY_LINK
    assert passes(throttle, "share:2", HOME, shared=True)


def test_right_password_of_a_share_link_takes_back_its_own_attempts_only(
    throttle: LoginThrottle,
) -> None:
    for ip in (EVIL, HOME):
        for _ in range(5):
            passes(throttle, "share:1", ip, shared=True)
    throttle.record_success("share:1", HOME, shared=True)
    assert passes(throttle, "share:1", HOME, shared=True)
    assert not passes(throttle, "share:1", EVIL, shared=True)


def test_attempts_during_a_wait_do_not_extend_it(throttle: LoginThrottle, clock: Clock) -> None:
    admission(throttle, clock, 4000)
    clock.now += LONGEST_WAIT
    assert passes(throttle, "alice", HOME)


def test_right_password_clears_the_count(throttle: LoginThrottle) -> None:
    for _ in range(5):
        passes(throttle, "alice", HOME)
    throttle.record_success("alice", HOME)
    assert passes(throttle, "alice", HOME)


def test_clear_ends_the_wait_of_an_account(throttle: LoginThrottle) -> None:
    for _ in range(5):
        passes(throttle, "alice", HOME)
        passes(throttle, "alice", EVIL, known=(EVIL,))
    throttle.clear("alice")
    assert passes(throttle, "alice", HOME)
    assert passes(throttle, "alice", EVIL, known=(EVIL,))


def test_clear_ends_the_wait_of_the_client_ip_too(throttle: LoginThrottle) -> None:
    """Attempts through a proxy that is not configured, so that all have one client IP."""
    for number in range(30):
        passes(throttle, f"user{number}", HOME)
    assert not passes(throttle, "admin", HOME)
    throttle.clear("admin")
    assert passes(throttle, "admin", HOME)


def test_attempts_are_forgotten_after_a_day(
    throttle: LoginThrottle, clock: Clock, documents: DocumentStore
) -> None:
    admission(throttle, clock, 100)
    clock.now += 25 * 3600
    assert [passes(throttle, "alice", EVIL) for _ in range(6)] == [True] * 5 + [False]
    clock.now += 25 * 3600
    throttle.record_success("bob", HOME)
    assert list(documents.items("attempts")) == []


def test_typed_names_are_not_stored(throttle: LoginThrottle, documents: DocumentStore) -> None:
    passes(throttle, "my-secret-password", HOME)
    assert "my-secret-password" not in str(list(documents.items("attempts")))


@pytest.mark.parametrize(
    ("client_ip", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "local"),
        ("localhost", "local"),
    ],
)
def test_network_of_a_client_ip_is_the_ip_or_its_64_prefix(client_ip: str, network: str) -> None:
    assert network_of(client_ip) == network
