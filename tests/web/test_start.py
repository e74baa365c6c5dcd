"""The two ini files start; mistakes in them stop the start with a line that names them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.processes import free_port, serving

CHECKOUT = Path(__file__).resolve().parents[2]
PSERVE = (sys.executable, "-m", "pyramid.scripts.pserve", "site.ini")


def write_ini(folder, name, *lines):
    """Write one of our ini files as `site.ini`, with a free port and more lines; return the URL."""
    port = free_port()
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    assert "6543" in text
    text = text.replace("6543", str(port))
    text = text.replace("use = egg:huimages\n", "\n".join(["use = egg:huimages", *lines, ""]))
    (folder / "site.ini").write_text(text, encoding="utf-8")
    return f"http://127.0.0.1:{port}"


def on_port(port):
    """Return the command of deploy/huimages@.service for a port."""
    unit = (CHECKOUT / "deploy/huimages@.service").read_text(encoding="utf-8")
    [command] = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    for text, replacement in (
        ("ExecStart=/opt/huimages/.venv/bin/pserve", "-m pyramid.scripts.pserve"),
        ("/etc/huimages/production.ini", "site.ini"),
        ("%i", str(port)),
    ):
        assert text in command
        command = command.replace(text, replacement)
    return [sys.executable, *command.split()]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["development.ini", "production.ini"])
def test_process_starts_without_storage(name, tmp_path):
    url = write_ini(tmp_path, name)
    environ = {"HUIMAGES_COUCHDB_URL": "http://127.0.0.1:9/", "HUIMAGES_SECRET": "s" * 32}

    with serving(PSERVE, url, folder=tmp_path, environ=environ):
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
        long = httpx.get(f"{url}/healthz", headers={"X-Long": "a" * 50_000}, trust_env=False)
        assert long.status_code == 431

    log = (tmp_path / "server.log").read_text(encoding="utf-8")
    assert "Traceback" not in log
    host, port = url.removeprefix("http://").split(":")
    assert f"serving host={host} port={port}" in log


@pytest.mark.slow
def test_production_process_listens_on_configured_port(tmp_path):
    write_ini(tmp_path, "production.ini", "huimages.secret = " + "s" * 32)
    for _ in range(2):
        port = free_port()
        with serving(on_port(port), f"http://127.0.0.1:{port}/healthz", folder=tmp_path):
            pass  # it has responded


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            "huimages.orignals = files",
            "unknown setting 'huimages.orignals' (did you mean 'huimages.originals'?)",
        ),
        (
            "huimages.quality.jpeg = 101",
            "setting 'huimages.quality.jpeg': '101' is not a whole number from 1 to 100",
        ),
    ],
)
def test_invalid_setting_stops_the_start_with_one_line(line, complaint, tmp_path):
    write_ini(tmp_path, "development.ini", line)
    done = subprocess.run(
        PSERVE, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if "pkg_resources" not in line]
    assert lines[-1] == f"huimages: {complaint}"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("", "'huimages.secret' is missing"),
        (f"huimages.secret = {'change-me-' * 4}", "'huimages.secret' is that of the sample file"),
        ("huimages.secret = 1234", "'huimages.secret' is too short"),
    ],
)
def test_production_refuses_placeholder_secret(line, complaint, tmp_path):
    write_ini(tmp_path, "production.ini", line)
    done = subprocess.run(
        PSERVE, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 2
    assert complaint in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_production_writes_audit_log_as_json_lines(tmp_path):
    write_ini(tmp_path, "production.ini", "huimages.secret = " + "s" * 32)
    site = ("huimages.metadata=sqlite", "huimages.originals=files", "huimages.var=var")
    environ = {key.upper().replace(".", "_"): value for key, value in (s.split("=") for s in site)}
    command = [sys.executable, "-W", "ignore", "-c", "from huimages_app.cli import main; main()"]
    subprocess.run(
        [*command, "--config", "site.ini", "user", "add", "alice", "--no-password"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
        env={**os.environ, **environ, "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip

    log = tmp_path / "var" / "audit.log"
    [event] = map(json.loads, log.read_text(encoding="ascii").splitlines())
    assert log.stat().st_mode & 0o777 == 0o600
    assert event["action"] == "account added"
    assert event["account"] == "alice"
