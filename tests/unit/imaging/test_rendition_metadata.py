"""Metadata in renditions of all formats: credit and licence, no position, no serial number."""

from __future__ import annotations

import functools
import io
from pathlib import Path

import pytest
from PIL import Image

from huimages_app.domain.formats import FORMATS, JPEG, PNG, Format
from huimages_app.domain.output_options import OutputOptions
from huimages_app.domain.rights import Rights
from huimages_app.domain.sizes import Size
from huimages_app.imaging import (
    Limits,
    Quality,
    RenditionTarget,
    make_previews,
    render,
    xmp_packet,
)
from huimages_app.imaging.embedded import rights_in
from huimages_app.imaging.encode import encode
from tests.support.exiftool import tags_of, with_tags
from tests.support.pictures import pixels

RIGHTS = Rights(
    creator="Ada & Bob <ab>",
    credit='Ada "A" / Agentur',
    copyright="© 2024 Ada Müller",
    terms="Nur redaktionell 🎄",
    statement="https://example.com/licence?a=1&b=2",
    licensor="https://example.com/buy",
    source_type="trainedAlgorithmicMedia",
)
STATED = {
    "XMP-dc:Creator": [RIGHTS.creator],
    "XMP-dc:Rights": RIGHTS.copyright,
    "XMP-photoshop:Credit": RIGHTS.credit,
    "XMP-xmpRights:UsageTerms": RIGHTS.terms,
    "XMP-xmpRights:WebStatement": RIGHTS.statement,
    "XMP-iptcExt:DigitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/"
    "trainedAlgorithmicMedia",
}
SECRETS = (
    "-GPSLatitude=48.137154",
    "-GPSLatitudeRef=N",
    "-GPSLongitude=11.576124",
    "-GPSLongitudeRef=E",
    "-XMP-exif:GPSLatitude=48.137154",
    "-XMP-exif:GPSLongitude=11.576124",
    "-XMP-photoshop:City=Geheimstadt",
    "-XMP-iptcCore:Location=Geheimstadt",
    "-EXIF:SerialNumber=4711-0815",
    "-XMP-aux:SerialNumber=4711-0815",
    "-EXIF:LensSerialNumber=4711-0815",
    "-EXIF:OwnerName=Geheimrat",
)
INPUTS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WEBP",
    "tiff": "TIFF",
    "avif": "AVIF",
    "heic": "HEIF",
}


@functools.cache
def tagged(extension: str) -> bytes:
    file = io.BytesIO()
    pixels(400, 300).save(file, INPUTS[extension])
    iptc = ("-IPTC:City=Geheimstadt",) if extension in {"jpeg", "tiff"} else ()
    return with_tags(file.getvalue(), extension, "-XMP-dc:Creator=Zoë", *SECRETS, *iptc)


def rendition(
    content: bytes, folder: Path, format_: Format, packet: bytes, size: str = "240x240"
) -> bytes:
    target = RenditionTarget(Size.parse(size), format_, folder / "rendition", packet=packet)
    render(io.BytesIO(content), target, Quality(), Limits())
    return target.path.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.extension)
def test_rendition_states_the_rights(tmp_path: Path, format_: Format) -> None:
    content = rendition(tagged("jpeg"), tmp_path, format_, xmp_packet(RIGHTS))
    tags = tags_of(content, format_.extension)
    stated = {name: value for name, value in tags.items() if name.startswith("XMP")}
    assert stated.pop("XMP-x:XMPToolkit", None) is None
    assert stated == STATED
    assert rights_in(io.BytesIO(content)) == Rights.of(RIGHTS.stated)


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.extension)
@pytest.mark.parametrize("extension", INPUTS)
def test_rendition_never_contains_positions_or_serial_numbers(
    tmp_path: Path, extension: str, format_: Format
) -> None:
    original = tagged(extension)
    # The original has them, so the test can fail.
    assert any("GPSLatitude" in name for name in tags_of(original, extension))
    packet = xmp_packet(rights_in(io.BytesIO(original)))
    content = rendition(original, tmp_path, format_, packet)
    tags = tags_of(content, format_.extension)
    assert {name.partition(":")[0] for name in tags} & {"GPS", "ExifIFD", "IFD0", "IPTC"} == set()
    assert [name for name in tags if name.startswith("XMP")] == ["XMP-dc:Creator"]
    for secret in (b"GPS", b"Geheim", b"4711", "Geheim".encode("utf-16-le")):
        assert secret not in content


def test_preview_states_nothing(tmp_path: Path) -> None:
    path = tmp_path / "preview"
    file = io.BytesIO()
    pixels(800, 600).save(file, "PNG")
    make_previews(io.BytesIO(with_tags(file.getvalue(), "png", *SECRETS)), {480: path}, Limits())
    assert not [name for name in tags_of(path.read_bytes(), "jpeg") if name.startswith("XMP")]


@pytest.mark.parametrize(
    ("size", "has_packet"),
    [("199x199", False), ("200x150", True), ("100x200!", True), ("9x9!", False)],
)
def test_only_renditions_of_200_pixels_have_a_packet(
    tmp_path: Path, size: str, has_packet: bool
) -> None:
    content = rendition(tagged("jpeg"), tmp_path, JPEG, xmp_packet(RIGHTS), size)
    assert (b"<x:xmpmeta" in content) is has_packet


def test_packet_of_a_png_is_not_compressed(tmp_path: Path) -> None:
    content = rendition(tagged("png"), tmp_path, PNG, xmp_packet(RIGHTS))
    assert "Ada Müller".encode() in content
    assert b"iTXtXML:com.adobe.xmp\0\0\0\0\0" in content


def test_rights_that_are_not_known_make_no_packet(tmp_path: Path) -> None:
    assert xmp_packet(Rights()) == b""
    assert xmp_packet(Rights(licensor="Agentur")) == b""


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.extension)
def test_packet_changes_no_pixel(tmp_path: Path, format_: Format) -> None:
    pictures = [
        Image.open(io.BytesIO(rendition(tagged("jpeg"), tmp_path, format_, packet))).tobytes()
        for packet in (b"", xmp_packet(RIGHTS))
    ]
    assert pictures[0] == pictures[1]


def test_longest_rights_fit_into_a_segment_of_jpeg(tmp_path: Path) -> None:
    longest = Rights(*["&" * 1000] * 4, statement="https://a/" + "&" * 990, source_type="x" * 60)
    content = rendition(tagged("jpeg"), tmp_path, JPEG, xmp_packet(longest))
    assert rights_in(io.BytesIO(content)) == longest


def test_packet_counts_towards_max_bytes_of_a_preset(tmp_path: Path) -> None:
    path, packet = tmp_path / "rendition", xmp_packet(RIGHTS)
    image = pixels(400, 300)
    encode(image, path, JPEG, Quality(), OutputOptions(max_bytes=9_000), packet=packet)
    content = path.read_bytes()
    assert len(content) <= 9_000
    assert rights_in(io.BytesIO(content)) == Rights.of(RIGHTS.stated)
