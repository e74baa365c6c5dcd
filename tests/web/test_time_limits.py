"""Untrusted input that could keep the server busy: it takes linear time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import pictures
from tests.support.site import Site

LONG = 250_000  # letters; waitress takes a few more in all headers together
SECONDS = 60  # of CPU; what is quadratic takes minutes and hours

# As many as fit into a form: each pair takes 12 bytes in it.
MARKS = "a" + "\N{COMBINING GRAVE ACCENT}\N{COMBINING GRAVE ACCENT BELOW}" * 5_000


@pytest.fixture
def site(tmp_path: Path, open_site: Callable[..., Site]) -> Site:
    return open_site(tmp_path)


def a_password_of_marks(site: Site) -> None:
    site.app.post("/login", {"name": "alice", "password": MARKS}, status=401)


def a_title_of_marks(site: Site) -> None:
    site.app.post(f"/image/{site.add().id}/update_title", {"value": MARKS}, status=400)


def tags_of_marks(site: Site) -> None:
    site.app.post(f"/image/{site.add().id}/tag", {"newtag": MARKS}, status=400)


def a_name_for_the_pattern_of_article_numbers(site: Site) -> None:
    fields = {"id": site.add().id, "filename": "a" * 60_000}
    site.app.post("/upload/known", fields, status=200)


def cookies_that_are_none(site: Site) -> None:
    for cookie in ("a" * LONG, 'h="' + "a" * LONG, "a " * (LONG // 2), ";" * LONG):
        site.app.get("/login", headers={"Cookie": cookie})


def formats_that_are_refused(site: Site) -> None:
    path = f"/240x160/{site.add().id}.auto"
    site.app.get(path, headers={"Accept": "image/avif ;q=1 " * (LONG // 16) + ";q=0"})


def ranges_that_are_none(site: Site) -> None:
    path = f"/240x160/{site.upload(pictures.photo())}"
    for text in (" " * LONG + "x", "9" * LONG + "-", "-" + "9" * LONG, "-", "1-2x", "0-1, 4-5"):
        site.app.get(path, headers={"Range": f"bytes={text}"}, status=200)


# Python can't be stopped in the middle of any of these, so they run in a process of their own,
# which the kernel ends after its CPU time, with a traceback.  CPU time does not depend on the load.
BUSY = """
import faulthandler
import resource
import signal
from pathlib import Path

from tests.web import test_time_limits
from tests.support.site import Site

faulthandler.register(signal.SIGXCPU, chain=True)
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds} + 5))
site = Site(Path({folder!r}), **{{"upload.artnr_pattern": "a+b"}})
for busy in test_time_limits.ALL:
    busy(site)
    site.app.reset()
"""
ALL = (
    a_password_of_marks,
    a_title_of_marks,
    tags_of_marks,
    a_name_for_the_pattern_of_article_numbers,
    cookies_that_are_none,
    formats_that_are_refused,
    ranges_that_are_none,
)


@pytest.mark.slow
def test_parsing_of_untrusted_input_is_linear(tmp_path: Path) -> None:
    code = BUSY.format(seconds=SECONDS, folder=str(tmp_path))
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("text", ["0-1", "0-", "-2", "0-1 "])
def test_valid_ranges_are_parsed(site: Site, text: str) -> None:
    path = f"/240x160/{site.upload(pictures.photo())}"
    site.app.get(path, headers={"Range": f"bytes={text}"}, status=206)


def test_cookies_of_browsers_are_parsed(site: Site) -> None:
    for cookie in (
        "lang=de",
        'a=b; lang="de"',
        "lang=en;lang=de",
        "x; lang=de; y=a=b",
        " lang=de ",
    ):
        page = site.app.get("/login", headers={"Cookie": cookie, "Accept": "text/html"})
        assert '<html lang="de">' in page.text
