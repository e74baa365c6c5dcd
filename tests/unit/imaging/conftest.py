"""Renditions in one line, by each of the resizers."""

from __future__ import annotations

import io
import platform
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from huimages_app import formats
from huimages_app.imaging import Limits, Quality, RenditionTarget, render_many, resize
from huimages_app.imaging.resize import RESIZERS
from huimages_app.sizes import Size
from tests.support.missing import missing

Rendered = Callable[..., Image.Image]


@pytest.fixture(params=["pillow", "cykooz"])
def rendered(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Rendered:
    """`rendered(content, "240x160", "png")`: the rendition, decoded.

    PNG, the default, shows what there is before a lossy encoder comes to it.
    """
    if request.param not in RESIZERS:
        what = "cykooz.resizer is not installed: pip install -e '.[fast]'"
        if platform.machine() in {"x86_64", "AMD64"}:
            missing(what)
        pytest.skip(what)  # there are no wheels of it for other machines

    monkeypatch.setattr(resize, "best", RESIZERS[request.param])

    def rendered(
        content: bytes,
        size: str = "240x160",
        extension: str = "png",
        limits: Limits | None = None,
        **further: object,
    ) -> Image.Image:
        format_ = formats.parse_format(extension)
        target = tmp_path / f"rendition.{format_.extension}"
        targets = [RenditionTarget(Size.parse(size), format_, target)]
        [sides] = render_many(
            io.BytesIO(content),
            targets,
            Quality(),
            limits or Limits(),
            **further,
        )
        image = Image.open(target)
        image.load()
        assert image.size == sides
        assert image.format == format_.extension.upper()
        return image

    return rendered
