"""`huimages serve`: which site it serves, and what it reports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.commands import COMMAND, Ran, ini_of
from tests.support.pictures import photo
from tests.support.processes import free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ENVIRON = {
    **{name: value for name, value in os.environ.items() if not name.startswith("HUIMAGES")},
    "PYTHONPATH": str(ROOT),
}


def call(folder: Path, *words: str | Path) -> Ran:
    """Run the command in a process of its own, in `folder`."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=folder,
        env=ENVIRON,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout.splitlines(), done.stderr.splitlines())


@contextmanager
def served(folder: Path, *words: str) -> Iterator[tuple[str, list[str]]]:
    """Run `huimages serve` until the context ends; yield its URL and the lines before it."""
    process = subprocess.Popen(
        [*COMMAND, "serve", *words], cwd=folder, env=ENVIRON, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    lines = []
    try:
        for line in process.stderr:
            lines.append(line.strip())
            if line.startswith("huimages is at "):
                yield line.split()[3], lines
                break
        else:
            raise AssertionError(lines)
    finally:
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == 0, rest


def test_serve_with_new_folder_writes_ini_file_and_serves_pictures(tmp_path: Path) -> None:
    port = free_port()
    with served(tmp_path, "photos", "--port", str(port)) as (url, lines):
        assert url == f"http://127.0.0.1:{port}/"
        assert lines[0] == "huimages: photos/development.ini written: the settings of this site"
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            image = client.post("/upload/api/", files={"uploadfile": ("red.jpeg", photo())}).text
            assert client.get(f"/240x160/{image}.jpeg").headers["Content-Type"] == "image/jpeg"

    ini = tmp_path / "photos" / "development.ini"
    assert ini.read_bytes() == (ROOT / "development.ini").read_bytes()
    shown = call(ini.parent, "show", image)
    assert shown.out[0].split() == ["id", image]


def test_serve_with_existing_folder_keeps_its_ini_file(tmp_path: Path) -> None:
    text = (ROOT / "development.ini").read_text(encoding="utf-8").replace("6543", str(free_port()))
    (tmp_path / "development.ini").write_text(text, encoding="utf-8")
    with served(tmp_path, ".") as (url, lines):
        assert httpx.get(f"{url}healthz", trust_env=False, timeout=60).text == "ok\n"
    assert not [line for line in lines if "written" in line]
    assert (tmp_path / "development.ini").read_text(encoding="utf-8") == text


def test_serve_on_occupied_port_reports_port_and_exits_with_2(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = call(tmp_path, "serve", "site", "--port", str(port))
    assert done.status == 2
    assert done.err[-1] == (
        f"huimages: cannot listen on 127.0.0.1:{port}: Address already in use; pass another --port"
    )


def test_serve_without_site_asks_for_folder(tmp_path: Path) -> None:
    done = call(tmp_path, "serve")
    assert (done.status, done.err) == (
        2,
        ["huimages: no site is configured here: pass a FOLDER for a new one, or --config"],
    )


def test_serve_with_folder_and_config_refuses_both(tmp_path: Path) -> None:
    ini = ini_of(tmp_path, {})
    done = call(tmp_path, "--config", ini, "serve", "other")
    assert (done.status, done.err) == (
        2,
        ["huimages: both FOLDER and option --config are given: keep one"],
    )
    assert not (tmp_path / "other").exists()


def test_serve_without_server_section_of_huimages_reports_missing_line(tmp_path: Path) -> None:
    ini = ini_of(tmp_path, {})
    with ini.open("a", encoding="utf-8") as file:
        file.write("[server:main]\nuse = egg:waitress#main\n")
    done = call(tmp_path, "--config", ini, "serve")
    assert (done.status, done.err) == (
        2,
        [
            f"huimages: section [server:main] of {ini} has no line "
            "'paste.server_runner = huimages_app.web.server:serve'"
        ],
    )


def test_serve_where_no_file_can_be_written_reports_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = call(tmp_path, "serve", "file/site")
    assert (done.status, done.err) == (
        2,
        ["huimages: file/site/development.ini can't be written: Not a directory"],
    )
