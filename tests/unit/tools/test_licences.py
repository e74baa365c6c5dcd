"""The list of licences: complete, allowed, and failing for an unknown one."""

from __future__ import annotations

import pytest

from tools import licences


def test_every_locked_package_has_an_allowed_licence() -> None:
    found = {package: licences.licence(package) for package in licences.packages()}
    assert len(found) > 30
    assert {name for name, text in found.items() if text not in licences.ALLOWED} == set()


def test_page_is_that_of_the_lock_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert licences.main() == 0
    page = (licences.LOCK.parent / "docs/licences.md").read_text(encoding="utf-8")
    assert page == capsys.readouterr().out


def test_unknown_licence_fails_and_names_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(licences, "ALLOWED", licences.ALLOWED - {"ZPL-2.1"})
    assert licences.main() == 1
    assert (
        "tools/licences.py: waitress: licence 'ZPL-2.1' is not in ALLOWED"
        in capsys.readouterr().err.splitlines()
    )
