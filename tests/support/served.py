"""A site with pictures, run by its server, for tests in a real browser."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from huimages_app.config.settings import Settings
from huimages_app.domain.models import Image
from huimages_app.factory import build_services
from huimages_app.services.container import Services
from huimages_app.services.image_edit import ImageEdit
from huimages_app.services.jobs.bulk_edit import NAME, order_of
from huimages_app.services.jobs.job import Lease

from .landscapes import landscape
from .pictures import photo
from .processes import free_port, serving
from .services import add
from .site import CLOSED, OPEN, PASSWORD, SECRET

ROOT = Path(__file__).parents[2]
PHOTOS = ROOT / "tests/pictures"
VIEWER = "paul@photographs.example.com"  # with PASSWORD, in closed sites
_START = datetime(2026, 3, 1, 9, tzinfo=UTC)
# The newest pictures: file, title, tags, article number.
_REAL = (
    ("coffee", "A cup of coffee on a wooden table", "coffee table still-life", "10106"),
    ("rocket", "Rocket on the launch pad", "rocket night space", ""),
    ("chelsea", "Chelsea the cat", "cat portrait", "10107"),
)
# The older ones are generated, in the shapes of cameras, panoramas and phones.
_SHAPES = ((900, 600), (600, 900), (840, 630), (960, 540), (700, 700), (1500, 480), (420, 1000))
_NAMES = ("Morning fog", "Old harbour road", "Blue hour", "Märkte & Gassen", "Quiet hills",
          "Along the coast", "Tower", "Before the rain", "First light")  # fmt: skip
_TAGS = ("hills", "evening", "haze", "travel", "spring")


@dataclass(frozen=True)
class RunningSite:
    """A running site; `images` are the photographs, by file name without extension."""

    url: str
    settings: Settings
    images: dict[str, Image]


def filled(folder: Path, landscapes: int = 12) -> dict[str, Image]:
    """Put pictures into a new site in `folder`; return the photographs by name."""
    services = build_services(_settings(folder))
    images = _fill(services, landscapes)
    services.close()
    return images


def add_crowd(settings: Settings, count: int) -> None:
    """Add `count` small pictures that are older than all others."""
    services = build_services(settings)
    for number in range(count):
        when = _START - timedelta(days=number)
        add(services, photo(60, 40, seed=number), title=f"One of many {number}", timestamp=when)
    services.close()


@contextmanager
def served(folder: Path, images: dict[str, Image], **ini: str) -> Iterator[RunningSite]:
    """Run the site in `folder`, open to everyone; `ini` (keys without prefix) may say otherwise."""
    url = f"http://127.0.0.1:{free_port()}"
    settings = _ini(folder) | {f"huimages.{key}": value for key, value in ini.items()}
    lines = ["[app:main]", "use = egg:huimages", *(f"{k} = {v}" for k, v in settings.items())]
    lines += [
        "[server:main]",
        "paste.server_runner = huimages_app.web.server:serve",
        f"listen = {url.removeprefix('http://')}",
    ]
    (folder / "site.ini").write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pyramid.scripts.pserve", "site.ini"]
    with serving(command, url, folder=folder, environ={"PYTHONPATH": str(ROOT)}):
        yield RunningSite(url, _settings(folder), images)


@contextmanager
def closed(folder: Path) -> Iterator[RunningSite]:
    """Run a site without pictures, in which visitors may do nothing and VIEWER may look."""
    services = build_services(_settings(folder))
    services.accounts.add(VIEWER, "viewer", PASSWORD)
    services.close()
    with served(folder, {}, **CLOSED) as running:
        yield running


@contextmanager
def metadata_away(running: RunningSite) -> Iterator[None]:
    """Take the file with the metadata away from a running site, as a mount that is lost."""
    file = running.settings.metadata_path
    away = file.with_suffix(".away")
    file.rename(away)
    try:
        yield
    finally:
        away.rename(file)


def _ini(folder: Path) -> dict[str, str]:
    return {
        "huimages.originals.path": str(folder / "originals"),
        "huimages.metadata.path": str(folder / "metadata.sqlite"),
        "huimages.cache.path": str(folder / "cache"),
        "huimages.var": str(folder),
        "huimages.secret": SECRET,
        "huimages.upload.max_bytes": "2000000",
        **OPEN,
    }


def _settings(folder: Path) -> Settings:
    return Settings.read(_ini(folder))


def _fill(services: Services, landscapes: int) -> dict[str, Image]:
    for number in range(landscapes):
        width, height = _SHAPES[number % len(_SHAPES)]
        name = _NAMES[number % len(_NAMES)]
        add(
            services,
            landscape(width, height, number),
            title=name,
            filename=f"{name}.jpeg",
            tags=_TAGS[: 1 + number % len(_TAGS)],
            timestamp=_START + timedelta(days=number),
        )
    images = {}
    for day, (name, title, tags, number) in enumerate(_REAL, start=landscapes):
        added = add(
            services,
            (PHOTOS / f"{name}.jpeg").read_bytes(),
            title=title,
            filename=f"{name}.jpeg",
            tags=tags.split(),
            references={"artnr": [number]} if number else {},
            timestamp=_START + timedelta(days=day),
        )
        images[name] = added.image
        services.annotations.rate(images[name].id, "vera", 8)
    _add_running_job(services, images.values())
    return images


def _add_running_job(services: Services, images: Iterable[Image]) -> None:
    """Add a job of a third, which a process that does not exist seems to work on for a day."""
    order = order_of(ImageEdit.parse({"alt": {"set": "Seen from afar"}}), "editor")
    job = services.jobs.create(NAME, order, [{"id": image.id} for image in images])
    lease = Lease("no process", datetime.now(UTC) + timedelta(days=1))
    jobs = services.jobs._store
    jobs.change(job.id, lambda job: replace(job, done=1, changed=1, lease=lease))
