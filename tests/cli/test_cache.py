from __future__ import annotations

from huimages_app.backends import Storage
from huimages_app.domain.formats import JPEG
from huimages_app.domain.sizes import Size
from huimages_app.services.container import Services

from .conftest import Command


def test_cache_prune_removes_renditions_above_limit(
    huimages: Command, services: Services, storage: Storage, images: list[str]
) -> None:
    for id_ in images:
        services.renditions.get(id_, Size(30, 20), JPEG).close()
    assert huimages("cache", "prune").out == ["0 files removed, 0.0 MB"]
    assert huimages("cache", "prune", "--max-bytes", "0.001 k").out[0].startswith("3 files removed")
    assert storage.cache.usage().files == 0
    ran = huimages("cache", "prune", "--max-bytes", "much")
    assert ran.status == 2
    assert "'much' is not an amount" in ran.err[0]
