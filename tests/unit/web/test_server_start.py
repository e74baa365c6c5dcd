from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from huimages_app.web import server

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("shipped", ["development.ini", "production.ini"])
def test_port_in_use_is_reported_in_one_line(tmp_path: Path, shipped: str) -> None:
    text = (ROOT / shipped).read_text().replace("egg:huimages", "call:test_app:make")
    (tmp_path / "test_app.py").write_text("def make(global_config, **ini):\n    return print\n")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        (tmp_path / "site.ini").write_text(text.replace("127.0.0.1:6543", listen))
        ran = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "pyramid.scripts.pserve", "site.ini"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ran.returncode == 1
    lines = [line for line in ran.stderr.splitlines() if not line.startswith("Starting server")]
    assert len(lines) == 1, ran.stderr
    assert lines[0].startswith(f"huimages: cannot listen on {listen}: ")


def test_other_errors_of_the_server_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(server, "Service", fail)
    with pytest.raises(OSError, match="Input/output"):
        server.serve(lambda environ, start: [], {})
