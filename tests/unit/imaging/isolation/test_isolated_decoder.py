"""Isolated decoding has the same results as decoding in the process."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from PIL import Image

from huimages_app.domain import formats
from huimages_app.domain.embedded import Embedded
from huimages_app.domain.formats import Format
from huimages_app.domain.output_options import OutputOptions
from huimages_app.domain.presets import Preset
from huimages_app.domain.rights import Rights
from huimages_app.domain.sizes import Size
from huimages_app.errors import (
    HuimagesError,
    NotAnImage,
    ServerBusy,
    TooLarge,
)
from huimages_app.imaging import (
    PREVIEW_SIDES,
    DecodingBudget,
    HeaderInfo,
    Inspection,
    Limits,
    LocalDecoder,
    Quality,
    RenditionTarget,
    Watermark,
    pipeline,
)
from huimages_app.imaging.embedded import rights_in
from huimages_app.imaging.isolation import (
    IsolatedDecoder,
    messages,
)
from tests.support import pictures
from tests.support.exiftool import with_tags

from .conftest import (
    LIMITS,
    ROOT,
    new_decoder,
    workers_of,
)

FILES = sorted(path for path in (ROOT / "tests/pictures").rglob("*.*") if path.suffix != ".md")


def outcome(read: Callable[[BinaryIO], object], path: Path) -> object:
    """Return the result or the error of a method of a decoder."""
    with path.open("rb") as file:
        try:
            return read(file)
        except HuimagesError as error:
            return type(error), str(error)


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_facts_and_errors_equal_those_of_the_local_decoder(
    decoder: IsolatedDecoder, path: Path
) -> None:
    local = LocalDecoder(LIMITS, DecodingBudget(None))
    assert outcome(decoder.inspect, path) == outcome(local.inspect, path)


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_header_states_the_size_that_inspection_finds(decoder: IsolatedDecoder, path: Path) -> None:
    local = LocalDecoder(LIMITS, DecodingBudget(None))
    header = outcome(decoder.read_header, path)
    assert header == outcome(local.read_header, path)
    found = outcome(decoder.inspect, path)
    if isinstance(found, Inspection):
        sizes = (found.stored_width, found.stored_height), (found.width, found.height)
        assert header == HeaderInfo(found.contenttype, *sizes)


def test_header_is_read_from_a_picture_that_is_cut_short(decoder: IsolatedDecoder) -> None:
    content = pictures.photo(600, 400)[:-2000]
    assert decoder.read_header(io.BytesIO(content)).upright == (600, 400)
    with pytest.raises(NotAnImage):
        decoder.read_header(io.BytesIO(b"no picture"))


@pytest.mark.parametrize("format_", formats.FORMATS, ids=lambda format_: format_.extension)
def test_rendition_equals_that_of_the_local_decoder(
    decoder: IsolatedDecoder, tmp_path: Path, format_: formats.Format
) -> None:
    content = pictures.photo(300, 200)
    for name, one in (("local", LocalDecoder(LIMITS, DecodingBudget(None))), ("other", decoder)):
        target = RenditionTarget(Size.parse("90x60!"), format_, tmp_path / name)
        one.render(io.BytesIO(content), target, Quality())
    assert (tmp_path / "local").read_bytes() == (tmp_path / "other").read_bytes()


def test_target_with_all_options_is_passed_on(decoder: IsolatedDecoder, tmp_path: Path) -> None:
    # Noise, so that the watermark does not fit into a message.
    mark = io.BytesIO()
    Image.effect_noise((700, 700), 90).save(mark, "PNG")
    assert len(mark.getvalue()) > messages.MAX_MESSAGE
    options = OutputOptions(max_bytes=1500, watermark=True)
    size = replace(Size.parse("90x60="), preset=Preset("small", options, "1"))
    for name, one in (("local", LocalDecoder(LIMITS, DecodingBudget(None))), ("other", decoder)):
        watermark = Watermark(mark.getvalue())
        target = RenditionTarget(size, formats.JPEG, tmp_path / name, watermark=watermark)
        one.render(io.BytesIO(pictures.photo(300, 200)), target, Quality())
    assert (tmp_path / "local").stat().st_size <= 1500
    assert (tmp_path / "local").read_bytes() == (tmp_path / "other").read_bytes()


def test_rights_of_the_original_are_read_in_the_worker(
    decoder: IsolatedDecoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = with_tags(pictures.photo(300, 200), "jpeg", "-XMP-dc:Creator=Ada")
    target = RenditionTarget(Size.parse("240x240"), formats.JPEG, tmp_path / "file", packet=None)
    monkeypatch.setattr(pipeline, "rights_in", None)  # not in this process
    decoder.render(io.BytesIO(content), target, Quality())
    assert rights_in(io.BytesIO((tmp_path / "file").read_bytes())) == Rights(creator="Ada")


@pytest.mark.slow
def test_previews_equal_those_of_the_local_decoder(
    decoder: IsolatedDecoder, tmp_path: Path
) -> None:
    content = pictures.photo(3000, 2000)
    for name, one in (("local", LocalDecoder(LIMITS, DecodingBudget(None))), ("other", decoder)):
        (tmp_path / name).mkdir()
        targets = {side: tmp_path / name / str(side) for side in PREVIEW_SIDES}
        assert one.make_previews(io.BytesIO(content), targets) == PREVIEW_SIDES
    for side in map(str, PREVIEW_SIDES):
        local, other = tmp_path / "local" / side, tmp_path / "other" / side
        assert local.read_bytes() == other.read_bytes()


def test_file_on_disk_is_not_copied_and_keeps_its_position(decoder: IsolatedDecoder) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(pictures.photo(60, 40))  # not flushed
        position = file.tell()
        assert decoder.inspect(file).width == 60
        assert file.tell() == position


def test_limits_are_those_of_the_decoder() -> None:
    with new_decoder(limits=Limits(max_pixels=100)) as decoder, pytest.raises(TooLarge):
        decoder.inspect(io.BytesIO(pictures.photo(60, 40)))


def test_exhausted_budget_raises_server_busy_and_keeps_the_worker(
    decoder: IsolatedDecoder,
) -> None:
    processes = workers_of(decoder)
    budget = DecodingBudget(10, timeout=0)
    decoder._budget, shared = budget, decoder._budget
    try:
        with budget.reserve(10), pytest.raises(ServerBusy, match="no memory for decoding"):
            decoder.inspect(io.BytesIO(pictures.photo(60, 40)))
        assert budget.in_use == 0
    finally:
        decoder._budget = shared
    assert decoder.inspect(io.BytesIO(pictures.photo(60, 40))).width == 60
    assert workers_of(decoder) == processes


@pytest.mark.slow
@pytest.mark.parametrize("size", ["90x90=7", "900x900=7"])
def test_steps_of_a_job_share_one_reservation(
    decoder: IsolatedDecoder, size: str, tmp_path: Path
) -> None:
    # Decoded twice: for the content box, which is not known, and for the rendition.
    content = pictures.photo(900, 700, format="PNG")
    target = RenditionTarget(Size.parse(size), formats.JPEG, tmp_path / "rendition")
    decoder._budget, shared = DecodingBudget(14 * 900 * 700, timeout=0.5), decoder._budget
    try:
        decoder.render(io.BytesIO(content), target, Quality())
        assert decoder._budget.in_use == 0
    finally:
        decoder._budget = shared
    assert pictures.opened(target.path.read_bytes()).size == Size.parse(size).fitted(900, 700)


@pytest.mark.slow
def test_memory_is_reserved_in_the_budget_of_the_server(decoder: IsolatedDecoder) -> None:
    reserved = []

    class Recorded(DecodingBudget):
        def reserve(self, size: int):
            reserved.append(size)
            return super().reserve(size)

    decoder._budget, shared = Recorded(10**9), decoder._budget
    try:
        png = io.BytesIO()
        Image.new("RGB", (4000, 2000), "red").save(png, "PNG")
        decoder.inspect(png)
        assert decoder._budget.in_use == 0
    finally:
        decoder._budget = shared
    # 5 bytes for each pixel, of which 16 MiB are reserved in advance.
    assert reserved == [4000 * 2000 * 5 - (16 << 20)]


def test_embedded_metadata_equals_that_of_the_local_decoder(decoder: IsolatedDecoder) -> None:
    content = with_tags(
        pictures.photo(80, 60),
        "jpeg",
        f"-XMP-dc:Title={'🎄' * 500}",
        f"-XMP-xmpRights:UsageTerms={'Ä' * 3000}",
        "-XMP-dc:Creator=Zoë",
        *(f"-XMP-dc:Subject={'🎄' * 50}{number}" for number in range(120)),
        "-EXIF:DateTimeOriginal=2024:05:01 12:30:45",
        "-EXIF:Model=X100",
    )
    found = decoder.inspect(io.BytesIO(content))
    assert found == LocalDecoder(LIMITS, DecodingBudget(800 * 10**6, 20)).inspect(
        io.BytesIO(content)
    )
    assert (len(found.embedded.keywords), len(found.embedded.rights.terms)) == (100, 1000)
    assert found.embedded.is_clean


@pytest.mark.parametrize(
    "embedded",
    [
        Embedded(title="two\nlines"),
        Embedded(alt="x" * 1001),
        Embedded(keywords=("x",) * 101),
        Embedded(rights=Rights(statement="javascript:alert(1)")),
        Embedded(rights=Rights(source_type="<b>")),
    ],
)
def test_embedded_metadata_that_no_reader_returns_is_not_clean(embedded: Embedded) -> None:
    assert not embedded.is_clean


@pytest.mark.parametrize("format_", [formats.JPEG, formats.WEBP, formats.AVIF])
def test_adaptive_rendition_is_that_of_the_process(
    decoder: IsolatedDecoder, format_: Format, tmp_path: Path
) -> None:
    content = pictures.photo(300, 200)
    quality = Quality(adaptive=True, similarity=0.9, avif_effort=1)
    paths = [tmp_path / "isolated", tmp_path / "local"]
    for path, one in zip(
        paths, [decoder, LocalDecoder(Limits(), DecodingBudget(10**9))], strict=True
    ):
        one.render(io.BytesIO(content), RenditionTarget(Size(200, 200), format_, path), quality)
    assert paths[0].read_bytes() == paths[1].read_bytes()
