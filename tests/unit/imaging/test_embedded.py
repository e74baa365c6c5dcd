"""Embedded metadata of all formats, as many programs write it."""

from __future__ import annotations

import functools
import io
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huimages_app.domain.embedded import Embedded
from huimages_app.domain.rights import Rights
from huimages_app.imaging import Limits, inspect
from huimages_app.imaging.embedded.iim import parse_iim
from huimages_app.imaging.embedded.xmp import DC, parse_xmp
from tests.support.exiftool import with_tags
from tests.support.pictures import pixels

FORMATS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WEBP",
    "tiff": "TIFF",
    "avif": "AVIF",
    "heic": "HEIF",
}
XMP = (
    "-XMP-photoshop:Headline=Hafen in Öl",
    "-XMP-dc:Title=Hafen",
    "-XMP-dc:Description=Boote, früh am Tag",
    "-XMP-dc:Creator=Ada Müller",
    "-XMP-dc:Creator=Bob",
    "-XMP-dc:Rights=© 2024 Ada",
    "-XMP-dc:Subject=blue sea",
    "-XMP-dc:Subject=harbour",
    "-XMP-xmpRights:UsageTerms=Nur redaktionell",
    "-XMP-xmpRights:WebStatement=https://example.com/licence",
    "-XMP-photoshop:Credit=Ada / Agentur",
    "-XMP-plus:LicensorName=Agentur",
    "-XMP-plus:LicensorURL=https://example.com/buy",
    "-XMP-iptcExt:DigitalSourceType="
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
)
RIGHTS = Rights(
    creator="Ada Müller, Bob",
    credit="Ada / Agentur",
    copyright="© 2024 Ada",
    terms="Nur redaktionell",
    statement="https://example.com/licence",
    licensor="https://example.com/buy",
    source_type="trainedAlgorithmicMedia",
)
EXIF = (
    "-EXIF:DateTimeOriginal=2024:05:01 12:30:45",
    "-EXIF:OffsetTimeOriginal=+02:00",
    "-EXIF:Make=NIKON CORPORATION",
    "-EXIF:Model=NIKON D90",
)
IIM = (
    "-IPTC:Headline=Überschrift",
    "-IPTC:Caption-Abstract=Größe",
    "-IPTC:By-line=Jörg",
    "-IPTC:CopyrightNotice=© Jörg",
    "-IPTC:Credit=Agentur",
    "-IPTC:Keywords=alte Boote",
    "-IPTC:DateCreated=2023:02:03",
    "-IPTC:TimeCreated=10:11:12+05:00",
)


@functools.cache
def plain(extension: str) -> bytes:
    file = io.BytesIO()
    pixels(96, 64).save(file, FORMATS[extension])
    return file.getvalue()


def embedded_in(content: bytes) -> Embedded:
    return inspect(io.BytesIO(content), Limits()).embedded


def written(extension: str, *tags: str, charset: str = "utf8") -> Embedded:
    return embedded_in(with_tags(plain(extension), extension, *tags, charset=charset))


@pytest.mark.parametrize("extension", FORMATS)
def test_xmp_and_exif_of_every_format_are_read(extension: str) -> None:
    assert written(extension, *XMP, *EXIF) == Embedded(
        title="Hafen in Öl",
        alt="Boote, früh am Tag",
        keywords=("blue sea", "harbour"),
        rights=RIGHTS,
        taken=datetime(2024, 5, 1, 10, 30, 45, tzinfo=UTC),
        camera="NIKON D90",
    )


@pytest.mark.parametrize("charset", ["utf8", "latin1"])
@pytest.mark.parametrize("extension", ["jpeg", "tiff", "png"])
def test_iim_in_any_charset_is_read(extension: str, charset: str) -> None:
    assert written(extension, *IIM, charset=charset) == Embedded(
        title="Überschrift",
        alt="Größe",
        keywords=("alte Boote",),
        rights=Rights(creator="Jörg", credit="Agentur", copyright="© Jörg"),
        taken=datetime(2023, 2, 3, 5, 11, 12, tzinfo=UTC),
    )


def test_xmp_takes_precedence_over_iim_and_iim_over_exif() -> None:
    exif = ("-EXIF:ImageDescription=by EXIF", "-EXIF:Artist=A", "-EXIF:Copyright=© EXIF")
    iim = ("-IPTC:Caption-Abstract=by IIM", "-IPTC:By-line=B")
    found = written("jpeg", *exif, *iim, "-XMP-dc:Description=by XMP")
    assert (found.alt, found.rights.creator, found.rights.copyright) == ("by XMP", "B", "© EXIF")


def test_alternative_text_of_iptc_takes_precedence_over_the_description() -> None:
    # exiftool of Debian does not know the property of 2021 yet.
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:core="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/" dc:description="Boats">'
        b'<core:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="de">Boote</rdf:li>'
        b'<rdf:li xml:lang="x-default">Three boats</rdf:li></rdf:Alt>'
        b"</core:AltTextAccessibility></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    assert embedded_in(png_with_xmp(packet)).alt == "Three boats"


@pytest.mark.parametrize(
    "description",
    ["OLYMPUS DIGITAL CAMERA", "SONY DSC", "DCIM\\100MEDIA\\DJI_0042.JPG", "Created with GIMP"],
)
def test_description_by_a_camera_is_left_out(description: str) -> None:
    assert written("jpeg", f"-EXIF:ImageDescription={description}").alt == ""


@pytest.mark.parametrize(
    ("tags", "taken"),
    [
        (["-EXIF:DateTimeOriginal=2024:05:01 12:30:45"], datetime(2024, 5, 1, 12, 30, 45)),
        (["-XMP-photoshop:DateCreated=1931"], datetime(1931, 1, 1)),
        (["-XMP-photoshop:DateCreated=1931-07-04"], datetime(1931, 7, 4)),
        (["-XMP-xmp:CreateDate=2020-01-02T03:04:05-08:00"], datetime(2020, 1, 2, 11, 4, 5)),
        (["-IPTC:DateCreated=1999:12:31"], datetime(1999, 12, 31)),
        (["-n", "-EXIF:DateTimeOriginal=0000:00:00 00:00:00"], None),
        (["-EXIF:ModifyDate=2024:05:01 12:30:45"], None),  # of the last program, not the camera
    ],
)
def test_time_of_taking_is_read_with_and_without_a_zone(
    tags: list[str], taken: datetime | None
) -> None:
    assert written("jpeg", *tags).taken == (taken and taken.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("NIKON CORPORATION", "NIKON D90", "NIKON D90"),
        ("Apple", "iPhone 12", "Apple iPhone 12"),
        ("Canon", "", "Canon"),
        ("", "X100", "X100"),
    ],
)
def test_camera_names_the_make_once(make: str, model: str, camera: str) -> None:
    assert written("jpeg", f"-EXIF:Make={make}", f"-EXIF:Model={model}").camera == camera


def test_texts_of_windows_tags_are_read() -> None:
    found = written("jpeg", "-XPTitle=Titel", "-XPAuthor=Zoë", "-XPKeywords=a b;c")
    assert (found.title, found.rights.creator, found.keywords) == ("Titel", "Zoë", ("a b", "c"))


def test_long_texts_are_cut_and_wrong_urls_left_out() -> None:
    found = written(
        "jpeg", f"-XMP-dc:Title={'x' * 3000}", "-XMP-xmpRights:WebStatement=javascript:alert(1)"
    )
    assert (len(found.title), found.rights.statement) == (500, "")


def test_file_without_metadata_has_empty_fields() -> None:
    assert embedded_in(plain("jpeg")) == Embedded()


# -- damage and attacks


def png_with_xmp(packet: bytes, packed: bool = False) -> bytes:
    text = zlib.compress(packet) if packed else packet
    data = b"iTXtXML:com.adobe.xmp\0" + bytes([packed, 0]) + b"\0\0" + text
    chunk = (len(data) - 4).to_bytes(4, "big") + data + zlib.crc32(data).to_bytes(4, "big")
    return plain("png")[:33] + chunk + plain("png")[33:]


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
    b'<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>&b;&f;</dc:title>'
    b"</rdf:Description></rdf:RDF>"
)


@pytest.mark.parametrize(
    "packet",
    [
        ENTITIES,
        b"<a>" * 100_000,
        b"<a>" + b"<b/>" * 100_000 + b"</a>",
        b"no XML at all",
        b"",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>",
        b"\xff\xfe<\x00",
    ],
)
def test_hostile_or_broken_xmp_is_left_out(packet: bytes) -> None:
    assert embedded_in(png_with_xmp(packet)) == Embedded()


@pytest.mark.slow
def test_packet_that_unpacks_to_too_much_is_left_out() -> None:
    packet = b"<rdf:RDF>" + b" " * 200_000_000
    assert embedded_in(png_with_xmp(packet, packed=True)) == Embedded()


def test_xmp_with_control_characters_and_wrong_utf8_is_read() -> None:
    packet = (
        b'\xef\xbb\xbf<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>M\xfcll\x01er</dc:title>'
        b'</rdf:Description></rdf:RDF></x:xmpmeta>   <?xpacket end="w"?>\0\0'
    )
    assert parse_xmp(packet).text(DC, "title") == "M\ufffdller"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_damaged_file_raises_no_error_about_its_metadata(data: st.DataObject) -> None:
    extension = data.draw(st.sampled_from(["jpeg", "png", "webp", "tiff"]))
    content = bytearray(rich(extension))
    clean = plain(extension)
    # Only bytes of metadata: what damages the picture is another matter.
    for _ in range(data.draw(st.integers(1, 12))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] = data.draw(st.integers(0, 255))
    from huimages_app.imaging.embedded import read_embedded
    from huimages_app.imaging.input_formats import detect

    format_ = detect(clean[:64])
    assert format_
    assert isinstance(read_embedded(io.BytesIO(content), format_), Embedded)


@functools.cache
def rich(extension: str) -> bytes:
    return with_tags(plain(extension), extension, *XMP, *EXIF)


@given(st.binary(max_size=300))
def test_iim_of_any_bytes_is_parsed(packet: bytes) -> None:
    assert isinstance(parse_iim(b"\x1c" + packet), dict)
