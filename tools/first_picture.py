"""Follow the section "A first picture" of the README with an installed `huimages`."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "tests/pictures/coffee.jpeg"
README_URL = "http://127.0.0.1:6543"
_START = 120  # seconds


def try_first_picture(huimages: Path, folder: Path) -> str:
    """Serve a new site, run the commands of the README, and return a line about the result.

    Raises SystemExit if a command fails or a picture does not have the expected form.
    """
    port = _free_port()
    shutil.copy(PICTURE, folder / "photo.jpeg")
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 - our own program
            [huimages, "serve", folder / "site", "--port", str(port)], stderr=log
        )
    try:
        _wait(f"http://127.0.0.1:{port}/readyz", server)
        commands = steps().replace(README_URL, f"http://127.0.0.1:{port}")
        done = subprocess.run(  # noqa: S603 - the commands of our README
            ["/bin/sh", "-euc", commands], cwd=folder, capture_output=True, text=True, check=False
        )
    finally:
        server.terminate()
        server.wait(60)
    results = {name: (folder / name) for name in ("small.jpeg", "square.webp")}
    if done.returncode or not all(path.exists() for path in results.values()):
        raise SystemExit(f"the first picture of the README fails:\n{commands}\n{done.stderr}")
    _require(results["small.jpeg"].read_bytes()[:2] == b"\xff\xd8", "small.jpeg is no JPEG")
    _require(results["square.webp"].read_bytes()[8:12] == b"WEBP", "square.webp is no WebP")
    return "first picture of the README: works with the wheel in a fresh environment"


def steps() -> str:
    """Return the commands of the section, as a user would copy them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split("\n## A first picture\n")[1].split("\n## ")[0]
    return "\n".join(line.strip() for line in re.findall(r"^    .+$", section, re.MULTILINE))


def _require(condition: bool, failure: str) -> None:
    if not condition:
        raise SystemExit(f"the first picture of the README fails: {failure}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _START
    while True:
        try:
            opener.open(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"huimages serve does not respond at {url}") from None
            time.sleep(0.2)
        else:
            return
