"""Time of a hit at a stable URL of an article, compared with a plain hit of the same picture.

    .venv/bin/python benchmarks/article_hits.py

The application handles both, in this process and without a network, in turns.  Prints the median
time of each and the median of the ratios of the rounds.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from huimages_app.app import make_app
from huimages_app.config.settings import Settings
from huimages_app.domain.ids import image_id
from huimages_app.factory import build_services
from huimages_app.services.image_patch import ImagePatch

ROUNDS, REQUESTS = 41, 300
PHOTO = Path(__file__).parents[1] / "tests/pictures/coffee.jpeg"


def main() -> None:
    """Measure, and print the result."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings.read(
            {
                "huimages.originals.path": str(folder / "originals"),
                "huimages.metadata.path": str(folder / "metadata.sqlite"),
                "huimages.cache.path": str(folder / "cache"),
                "huimages.var": str(folder),
                "huimages.secret": "a secret of more than thirty-two characters",
                "huimages.who.view": "everyone",
            }
        )
        services = build_services(settings)
        with PHOTO.open("rb") as file:
            services.uploads.add(file, ImagePatch(added_references={"artnr": ["10106"]}))
        app = make_app(settings, services)
        plain = f"/240x160/{image_id(PHOTO.read_bytes())}.jpeg"
        stable = "/240x160/artnr/10106.jpeg"
        for path in (plain, stable):
            request(app, path)
        rounds = [(timed(app, plain), timed(app, stable)) for _ in range(ROUNDS)]
        services.close()
    report(rounds)


def report(rounds: Sequence[tuple[float, float]]) -> None:
    """Print the times in microseconds, and their ratio."""
    plain, stable = (statistics.median(times) for times in zip(*rounds, strict=True))
    ratio = statistics.median(after / before for before, after in rounds)
    sys.stdout.write(
        f"plain hit   {plain * 1e6:7.0f} us\nstable URL  {stable * 1e6:7.0f} us\n"
        f"ratio       {ratio:7.2f}\n"
    )


def timed(app: Callable[..., Any], path: str) -> float:
    """Return the CPU seconds of a request, the mean of many."""
    begin = time.process_time()
    for _ in range(REQUESTS):
        request(app, path)
    return (time.process_time() - begin) / REQUESTS


def request(app: Callable[..., Any], path: str) -> None:
    """Request a picture, and read it."""
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": None,
        "wsgi.errors": sys.stderr,
    }
    statuses: list[str] = []
    body = app(environ, lambda status, headers, *rest: statuses.append(status))
    b"".join(body)
    if statuses != ["200 OK"]:
        raise SystemExit(f"{path}: {statuses}")


if __name__ == "__main__":
    main()
