"""Adaptive quality: small files that stay similar to the exact picture."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from huimages_app.domain.formats import AVIF, JPEG, PNG, WEBP, Format
from huimages_app.domain.output_options import NO_OPTIONS, OutputOptions
from huimages_app.domain.sizes import Size
from huimages_app.imaging import Limits, Quality, RenditionTarget, adaptive
from huimages_app.imaging.encode import encode
from huimages_app.imaging.pipeline import render
from huimages_app.imaging.similarity import similarity
from tests.support import pictures

# AVIF with little effort, for the time of the tests.
FIXED = Quality(avif_effort=1)
ADAPTIVE = replace(FIXED, adaptive=True, similarity=0.96)
LOSSY = [JPEG, WEBP, AVIF]


def smooth(width: int = 320, height: int = 240) -> Image.Image:
    return pictures.pixels(width // 8, height // 8).resize(
        (width, height), Image.Resampling.BICUBIC
    )


def written(
    folder: Path,
    image: Image.Image,
    format_: Format,
    quality: Quality,
    options: OutputOptions = NO_OPTIONS,
) -> bytes:
    path = folder / f"file.{format_.extension}"
    encode(image.copy(), path, format_, quality, options)
    return path.read_bytes()


def kept(exact: Image.Image, content: bytes) -> float:
    return similarity(exact, Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("format_", LOSSY)
def test_smooth_picture_gets_smaller_and_stays_similar(format_: Format, tmp_path: Path) -> None:
    exact = smooth()
    small = written(tmp_path, exact, format_, ADAPTIVE)
    assert len(small) < 0.9 * len(written(tmp_path, exact, format_, FIXED))
    assert kept(exact, small) >= 0.96


@pytest.mark.parametrize("format_", LOSSY)
def test_unreachable_similarity_gives_the_file_of_fixed_quality(
    format_: Format, tmp_path: Path
) -> None:
    exact = pictures.pixels(240, 160)
    strict = replace(ADAPTIVE, similarity=0.9999)
    assert written(tmp_path, exact, format_, strict) == written(tmp_path, exact, format_, FIXED)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    exact=st.builds(
        pictures.pixels, st.integers(1, 90), st.integers(1, 90), seed=st.integers(0, 9)
    ),
    is_transparent=st.booleans(),
    format_=st.sampled_from([JPEG, WEBP]),
    highest=st.integers(1, 100),
    value=st.floats(0.8, 0.999),
)
def test_every_file_is_similar_enough_or_of_fixed_quality(
    tmp_path: Path,
    *,
    exact: Image.Image,
    is_transparent: bool,
    format_: Format,
    highest: int,
    value: float,
) -> None:
    if is_transparent and format_ == WEBP:
        exact = exact.convert("RGBA")
        exact.paste((0, 0, 0, 0), (0, 0, exact.width // 2, exact.height))
    fixed = replace(FIXED, **{format_.extension: highest})
    expected = written(tmp_path, exact, format_, fixed)
    content = written(tmp_path, exact, format_, replace(fixed, adaptive=True, similarity=value))
    assert len(content) <= len(expected)
    assert content == expected or kept(exact, content) >= value


def test_stricter_value_gives_larger_file(tmp_path: Path) -> None:
    exact = smooth()
    qualities = [replace(ADAPTIVE, jpeg=95, similarity=value) for value in (0.9, 0.97, 0.995)]
    lengths = [len(written(tmp_path, exact, JPEG, quality)) for quality in qualities]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]


@pytest.mark.parametrize("format_", LOSSY)
@pytest.mark.parametrize("size", [(1, 1), (15, 400), (16, 16)])
def test_small_and_flat_pictures_are_written(
    format_: Format, size: tuple[int, int], tmp_path: Path
) -> None:
    exact = Image.new("RGB", size, (200, 30, 40))
    fixed = written(tmp_path, exact, format_, FIXED)
    assert len(written(tmp_path, exact, format_, ADAPTIVE)) <= len(fixed)


@pytest.mark.parametrize("format_", [WEBP, AVIF])
def test_transparency_is_kept(format_: Format, tmp_path: Path) -> None:
    exact = smooth().convert("RGBA")
    exact.paste((0, 0, 0, 0), (0, 0, 100, 240))
    content = written(tmp_path, exact, format_, ADAPTIVE)
    alpha = Image.open(io.BytesIO(content)).getchannel("A")
    assert alpha.getpixel((40, 100)) < 8
    assert alpha.getpixel((200, 100)) > 247
    assert kept(exact, content) >= 0.96


def test_large_picture_gets_fixed_quality(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adaptive, "_MAX_PIXELS", 1000)
    exact = smooth()
    assert written(tmp_path, exact, JPEG, ADAPTIVE) == written(tmp_path, exact, JPEG, FIXED)


def test_adaptive_png_equals_the_fixed_one(tmp_path: Path) -> None:
    exact = smooth(64, 48)
    assert written(tmp_path, exact, PNG, ADAPTIVE) == written(tmp_path, exact, PNG, FIXED)


def test_option_makes_one_size_adaptive(tmp_path: Path) -> None:
    exact = smooth()
    option = OutputOptions(quality=90, adaptive=True)
    high = replace(FIXED, jpeg=90)
    adapted = written(tmp_path, exact, JPEG, replace(FIXED, similarity=0.96), option)
    assert len(adapted) < len(written(tmp_path, exact, JPEG, high))


def test_named_quality_is_exact_where_the_setting_is_adaptive(tmp_path: Path) -> None:
    exact = smooth()
    named = written(tmp_path, exact, JPEG, ADAPTIVE, OutputOptions(quality=90))
    assert named == written(tmp_path, exact, JPEG, replace(FIXED, jpeg=90))


def test_limit_of_bytes_holds_after_the_search(tmp_path: Path) -> None:
    options = OutputOptions(max_bytes=3000, adaptive=True)
    assert len(written(tmp_path, smooth(), JPEG, FIXED, options)) <= 3000


def test_quick_quality_is_fixed() -> None:
    quick = ADAPTIVE.quick()
    for format_ in LOSSY:
        assert ADAPTIVE.takes_long(format_, NO_OPTIONS)
        assert not quick.takes_long(format_, OutputOptions(adaptive=True))
    assert not ADAPTIVE.takes_long(PNG, NO_OPTIONS)
    assert not FIXED.takes_long(JPEG, NO_OPTIONS)
    assert FIXED.takes_long(JPEG, OutputOptions(adaptive=True))


@pytest.mark.parametrize(
    "content",
    [
        pictures.encoded(pictures.pixels(200, 150).convert("L"), "PNG"),
        pictures.encoded(pictures.pixels(200, 150).convert("L").convert("I;16"), "PNG"),
        pictures.animation(3, 200, 150),
    ],
    ids=["grayscale", "16 bits", "animation"],
)
def test_unusual_originals_are_rendered(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.jpeg"
    target = RenditionTarget(Size.parse("100x100"), JPEG, path)
    render(io.BytesIO(content), target, ADAPTIVE, Limits())
    with Image.open(path) as image:
        assert image.size == (100, 75)
