"""Landlock and seccomp, each alone.  They restrict the thread that calls them, and no other."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from huimages_app.imaging.isolation import landlock, seccomp

NO_NEW_PRIVILEGES = 38


def in_thread(work: Callable[[], object]) -> object:
    """Return what `work` returns in a thread of its own, which cannot get rights back."""
    results: list[object] = []

    def run() -> None:
        ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    return results[0]


def outcome(work: Callable[[], object]) -> str:
    try:
        work()
    except OSError as error:
        return error.strerror or ""
    return "done"


@pytest.mark.skipif(not landlock.version(), reason="Landlock is missing: Linux 5.13 or newer")
def test_landlock_allows_reading_below_named_folders_only(tmp_path: Path) -> None:
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("text")
    descriptor = os.open(tmp_path / "closed" / "file", os.O_RDWR)

    def work() -> list[str]:
        assert landlock.restrict([tmp_path / "open", tmp_path / "missing"]) == landlock.version()
        return [
            outcome((tmp_path / "open" / "file").read_text),
            outcome(lambda: (tmp_path / "open" / "file").write_text("new")),
            outcome((tmp_path / "open" / "other").touch),
            outcome((tmp_path / "closed" / "file").read_text),
            outcome((tmp_path / "closed" / "file").unlink),
            outcome(lambda: os.write(descriptor, b"through a descriptor")),
        ]

    denied = "Permission denied"
    assert in_thread(work) == ["done", denied, denied, denied, denied, "done"]
    os.close(descriptor)


@pytest.mark.skipif(seccomp._library is None, reason="libseccomp is missing")
def test_seccomp_allows_decoding_only(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("text")

    def work() -> list[str]:
        assert seccomp.restrict()
        return [
            outcome(file.read_text),
            outcome(lambda: file.write_text("new")),
            outcome(file.unlink),
            outcome(socket.socket),
            outcome(lambda: os.kill(os.getpid(), 0)),
            outcome(lambda: os.close(os.dup(0))),
        ]

    forbidden = "Function not implemented"
    assert in_thread(work) == ["done", *[forbidden] * 4, "done"]
    assert file.read_text() == "text"


def test_missing_libseccomp_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "_library", None)
    assert in_thread(seccomp.restrict) is False


def test_missing_landlock_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)
    assert in_thread(lambda: landlock.restrict([])) == 0
