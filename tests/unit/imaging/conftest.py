"""Fixtures that render a picture in one line, with each of the resizers."""

from __future__ import annotations

import io
import platform
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from huimages_app.domain import formats
from huimages_app.domain.sizes import Size
from huimages_app.imaging import Limits, Quality, RenditionTarget, render_many, resize
from huimages_app.imaging.resize import RESIZERS
from tests.support.missing import missing

Rendered = Callable[..., Image.Image]


@pytest.fixture
def render_once(tmp_path: Path) -> Rendered:
    """`render_once(content, "240x160", "png")`: the rendition, decoded, by the best resizer.

    PNG, the default, shows the pixels before lossy encoding.
    """

    def rendered(
        content: bytes,
        size: str = "240x160",
        extension: str = "png",
        limits: Limits | None = None,
        **further: object,
    ) -> Image.Image:
        format_ = formats.parse_format(extension)
        path = tmp_path / f"rendition.{format_.extension}"
        targets = [RenditionTarget(Size.parse(size), format_, path)]
        file = io.BytesIO(content)
        [sides] = render_many(file, targets, Quality(), limits or Limits(), **further)
        image = Image.open(path)
        image.load()
        assert image.size == sides
        assert image.format == format_.extension.upper()
        return image

    return rendered


@pytest.fixture(params=["pillow", "cykooz"])
def rendered(
    request: pytest.FixtureRequest, render_once: Rendered, monkeypatch: pytest.MonkeyPatch
) -> Rendered:
    """Return `render_once` with each of the resizers."""
    if request.param not in RESIZERS:
        what = "cykooz.resizer is not installed: pip install -e '.[fast]'"
        if platform.machine() in {"x86_64", "AMD64"}:
            missing(what)
        pytest.skip(what)  # there are no wheels of it for other machines
    monkeypatch.setattr(resize, "best", RESIZERS[request.param])
    return render_once
