"""Metadata read from files of cameras and programs: see tests/pictures/README.md."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from huimages_app.domain.embedded import Embedded
from huimages_app.domain.rights import Rights
from huimages_app.imaging.embedded import read_embedded
from huimages_app.imaging.input_formats import HEAD, detect

FOLDER = Path(__file__).parents[2] / "pictures" / "embedded"


def camera(name: str, *taken: int) -> Embedded:
    return Embedded(camera=name, taken=datetime(*taken, tzinfo=UTC) if taken else None)  # type: ignore[arg-type,misc]


PHIL = Rights(creator="Phil Harvey", credit="My Credit", copyright="Copyright 2004 Phil Harvey")
EXPECTED = {
    "Apple.jpg": camera("Apple iPhone 7", 2016, 9, 28, 18, 18, 5),
    "Canon.jpg": camera("Canon EOS DIGITAL REBEL", 2003, 12, 4, 6, 46, 52),
    "Casio2.jpg": camera("CASIO COMPUTER CO.,LTD EX-Z3", 2003, 6, 18, 16, 54, 37),
    "FujiFilm.jpg": camera("FUJIFILM FinePix2400Zoom", 2001, 5, 19, 18, 36, 41),
    "GE.jpg": camera("General Imaging Co. E1035", 2008, 9, 17, 4, 18, 57),
    "GoPro.jpg": camera("GoPro HERO6 Black", 2017, 10, 3, 10, 58, 29),
    "JVC2.jpg": camera("JVC GC-X1E", 2002, 7, 14, 22, 59, 31),
    "Kodak.jpg": camera("KODAK DX4900 ZOOM DIGITAL CAMERA", 2002, 5, 1, 10, 22, 28),
    "Minolta.jpg": camera("Minolta Co., Ltd. DiMAGE 7i", 2002, 6, 1, 12, 37, 27),
    "Motorola.jpg": camera("Motorola XT1575", 2015, 9, 18, 11, 23, 37),
    "Nikon.jpg": camera("NIKON E775", 2001, 8, 1, 12, 57, 23),
    "NikonD70.jpg": camera("NIKON D70", 2005, 1, 14, 8, 57, 59),
    "Olympus.jpg": camera("OLYMPUS OPTICAL CO.,LTD C2000Z", 1999, 12, 6, 16, 38, 40),
    "Panasonic.jpg": camera("Panasonic DMC-FZ3", 2004, 8, 28, 15, 55, 46),
    "Pentax.jpg": camera("PENTAX K10D", 2008, 3, 2, 12, 1, 23),
    "Ricoh.jpg": camera("RICOH Caplio RR1", 2001, 11, 7, 13, 8, 41),
    "Sanyo.jpg": camera("SANYO Electric Co.,Ltd. VPC-MZ3", 2003, 10, 11, 12, 43, 5),
    "Sigma.jpg": camera("SIGMA SD10", 2003, 11, 27, 10, 31, 34),
    "Sony.jpg": camera("SONY DSC-F828", 2003, 12, 18, 13, 51, 33),
    "GPS.jpg": Embedded(
        title="Communications",
        alt="Communications",
        keywords=("Communications",),
        rights=Rights(
            creator="Ian Britton", credit="Ian Britton", copyright="ian Britton - FreeFoto.com"
        ),
        taken=datetime(2002, 7, 13, 15, 58, 28, tzinfo=UTC),
        camera="FUJIFILM FinePixS1Pro",
    ),
    "IPTC.jpg": Embedded(
        title="No headline",
        alt="A witty caption",
        keywords=("ExifTool", "Test", "IPTC"),
        rights=PHIL,
        taken=datetime(2004, 2, 26, tzinfo=UTC),
    ),
    "XMP.jpg": Embedded(
        title="No headline",
        alt="UTF-16 (big-endian) encoded XMP",
        keywords=("ExifTool", "Test", "XMP"),
        rights=PHIL.patched({"statement": "https://exiftool.org/"}),
        taken=datetime(2001, 5, 19, 18, 36, 41, tzinfo=UTC),
        camera="FUJIFILM FinePix2400Zoom",
    ),
    "PhotoMechanic.jpg": Embedded(
        title="Headline",
        alt="Caption",
        keywords=("Keywords", "one", "three", "two"),
        rights=Rights(creator="Photographer", credit="Credit", copyright="Copyright"),
        taken=datetime(2006, 10, 29, tzinfo=UTC),
    ),
    "ExifTool.tif": Embedded(
        title="headline",
        alt="The picture caption",
        keywords=("exiftool", "test", "picture"),
        rights=Rights(creator="I'm the author", credit="Phil Harvey", copyright="Copyright notice"),
        taken=datetime(2004, 2, 20, tzinfo=UTC),
        camera="Canon EOS DIGITAL REBEL",
    ),
    "PNG.png": Embedded(rights=Rights(creator="Phil Harvey")),
    "RIFF.webp": Embedded(keywords=("test",), rights=Rights(creator="me")),
}


def test_every_sample_file_has_expected_metadata() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_sample_has_the_expected_metadata(name: str) -> None:
    with (FOLDER / name).open("rb") as file:
        format_ = detect(file.read(HEAD))
        assert format_ is not None
        file.seek(0)
        found = read_embedded(file, format_)
    assert found == EXPECTED[name]
    assert found.is_clean
