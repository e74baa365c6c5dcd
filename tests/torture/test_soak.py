"""Mixed work of threads in two processes, after which `huimages check` finds nothing."""

from __future__ import annotations

import io
import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from huimages_app.config.settings import Settings
from huimages_app.domain.formats import parse_format
from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Query
from huimages_app.domain.sizes import Size
from huimages_app.errors import UnknownImage
from huimages_app.factory import build_services
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from tests.support import pictures
from tests.support.services import add

ROUNDS = 60  # of each thread
PICTURES = [pictures.photo(300, 200, seed=seed) for seed in range(12)]
IDS = [image_id(content) for content in PICTURES]
SIZES = ("50x50", "60x60!", "70x", "x80", "40x40@2x")
# Uploads and fetches are more frequent than removals.
ACTIONS = ("upload",) * 4 + ("fetch",) * 6 + (
    "original", "page", "tag", "rate", "retitle", "trash", "restore", "remove",
)  # fmt: skip


def settings(folder: Path) -> Settings:
    return Settings.read(
        {
            "huimages.originals.path": str(folder / "originals"),
            "huimages.metadata.path": str(folder / "metadata.sqlite"),
            "huimages.cache.path": str(folder / "cache"),
            "huimages.cache.max_bytes": "200 kB",
            "huimages.var": str(folder),
            "huimages.secret": "a secret for tests, of more than 32 characters",
        }
    )


def act(services: Services, action: str, number: int, chance: random.Random) -> None:
    """Do one action to one picture."""
    id_, visitor = IDS[number], f"visitor {chance.randrange(5)}"
    match action:
        case "upload":
            tags = ("all", visitor[-1])
            add(services, PICTURES[number], visitor, title=f"Title {visitor}", tags=tags)
        case "fetch":
            size, ending = chance.choice(SIZES), chance.choice(("jpeg", "webp"))
            served = services.renditions.get(id_, Size.parse(size), parse_format(ending))
            content = served.file.read()
            served.close()
            assert len(content) == served.length
            Image.open(io.BytesIO(content)).load()
        case "original":
            served = services.renditions.original(id_)
            assert served.file.read() == PICTURES[number]
            served.close()
        case "page":
            services.images.page(Query(), 20)
        case "tag":
            services.annotations.tag(id_, visitor, [f"tag{chance.randrange(9)}"])
        case "rate":
            services.annotations.rate(id_, visitor, chance.randrange(11))
        case "retitle":
            services.editing.update(id_, ImagePatch(title=f"Title {chance.random()}"))
        case _:
            getattr(services.editing, action)(id_)


def work(folder: Path, seed: int) -> int:
    """Run 4 threads of random actions in one process; return the number of actions."""
    services = build_services(settings(folder))

    def act_on(thread: int) -> int:
        chance, done = random.Random(100 * seed + thread), 0
        for _ in range(ROUNDS):
            try:
                act(services, chance.choice(ACTIONS), chance.randrange(len(IDS)), chance)
                done += 1
            except UnknownImage:
                continue  # in the trash, or removed
        return done

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(act_on, range(4)))
    services.close()
    return done


def test_mixed_load_returns_no_errors(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:  # waits for its processes to end
        done = list(pool.map(work, [tmp_path] * 2, [1, 2]))
    assert min(done) > 20
    services = build_services(settings(tmp_path))
    assert list(services.integrity.check()) == []
    shown = {image.id for image in services.images.get_many(IDS).values() if image.trashed is None}
    cached = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert {path.parent.name for path in cached} <= shown
    # Every picture can be restored after any change.
    for number, id_ in enumerate(IDS):
        act(services, "upload", number, random.Random(0))
        services.renditions.get(id_, Size.parse("50x50"), parse_format("jpeg")).close()
    assert services.images.page(Query(), 20).next is None
    services.close()
