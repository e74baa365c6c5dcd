"""Adaptive quality: a request gets a file at once, and a smaller one takes its place."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from huimages_app.domain.named_sizes import RenderingInputs, parse_named_sizes
from tests.support import pictures
from tests.web.conftest import Site

LONG = "public, max-age=31536000, immutable"
DAY = "public, max-age=86400"
MINUTE = "public, max-age=60"


def smooth() -> bytes:
    small = pictures.pixels(40, 30)
    return pictures.encoded(small.resize((400, 300), Image.Resampling.BICUBIC), "PNG")


@pytest.mark.parametrize("extension", ["jpeg", "webp", "avif"])
def test_first_file_is_replaced_by_smaller_one(tmp_path: Path, extension: str) -> None:
    site = Site(tmp_path, **{"quality": "adaptive", "quality.similarity": "0.9"})
    path = f"/240x240/{site.upload(smooth())}.{extension}"
    first = site.app.get(path)
    assert first.headers["Cache-Control"] == MINUTE
    site.services.worker.join()
    second = site.app.get(path)
    assert second.headers["Cache-Control"] == LONG
    assert len(second.body) < len(first.body)
    assert Image.open(io.BytesIO(second.body)).size == (240, 180)
    site.close()


def test_adaptive_preset_is_replaced_and_others_are_not(tmp_path: Path) -> None:
    sizes = "small = 200x200 jpeg adaptive\nexact = 200x200 jpeg q80"
    site = Site(tmp_path, **{"sizes": sizes, "quality.similarity": "0.9"})
    image_id = site.upload(smooth())
    assert site.app.get(f"/exact/{image_id}").headers["Cache-Control"] == DAY
    first = site.app.get(f"/small/{image_id}")
    assert first.headers["Cache-Control"] == MINUTE
    site.services.worker.join()
    second = site.app.get(f"/small/{image_id}")
    assert second.headers["Cache-Control"] == DAY
    assert len(second.body) < len(first.body)
    site.close()


def version(definition: str, **inputs: object) -> str:
    qualities = {"jpeg": 80, "webp": 80, "avif": 60}
    size = parse_named_sizes({"x": definition}, RenderingInputs(qualities, **inputs))["x"]  # type: ignore[arg-type]
    assert size.preset is not None
    return size.preset.version


def test_version_of_preset_depends_on_similarity_where_it_is_adaptive() -> None:
    adaptive = "600x600 jpeg adaptive"
    assert version(adaptive, similarity=0.97) != version(adaptive, similarity=0.96)
    assert version("600x600 jpeg") == version("600x600 jpeg", similarity=0.97)
    for definition in ("600x600 jpeg q80", "600x600 png"):
        assert version(definition) == version(definition, similarity=0.97, adaptive=True)
    assert version("600x600 jpeg") != version("600x600 jpeg", similarity=0.97, adaptive=True)


def test_commands_and_api_show_adaptive_sizes(tmp_path: Path) -> None:
    site = Site(tmp_path, sizes="small = 200x200 jpeg q90 adaptive")
    items = site.app.get("/api/v1/sizes").json["items"]
    [output] = [item["output"] for item in items if item["name"] == "small"]
    assert (output["adaptive"], output["quality"]) == (True, 90)
    site.close()
