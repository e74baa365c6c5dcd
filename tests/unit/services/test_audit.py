"""The audit log: one line of JSON for each change."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from huimages_app.services import audit


def test_line_contains_actor_action_and_image(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_program", "library")
    caplog.set_level(logging.INFO, "huimages.audit")
    with audit.acting_as(lambda: {"by_account": "alice"}):
        audit.record("retitled", "A" * 32 + "01", title="a\nforged line \u2028 \x1b[31m")
    audit.record("removed")
    first, second = (record.getMessage() for record in caplog.records)
    assert first.isprintable()
    assert json.loads(first)["title"] == "a\nforged line \u2028 \x1b[31m"
    assert json.loads(first)["by_account"] == "alice"
    assert json.loads(first)["image"] == "A" * 32 + "01"
    assert json.loads(first)["time"].endswith("+00:00")
    assert json.loads(second)["by_program"] == "library"


def test_audit_file_that_cannot_be_opened_is_reported_and_fails_no_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    handler = audit.AuditFile(str(tmp_path / "file" / "audit.log"))
    audit.log.addHandler(handler)
    try:
        audit.log.setLevel(logging.INFO)
        audit.record("removed")
    finally:
        audit.log.removeHandler(handler)
        audit.log.setLevel(logging.NOTSET)
    reported = capsys.readouterr().err
    assert "NotADirectoryError" in reported or "FileExistsError" in reported
    assert '"action": "removed"' in reported
