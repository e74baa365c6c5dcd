"""Mutated and hostile pictures of all input formats, the same for each seed."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator

import pillow_heif

from . import pictures

_FORMATS: tuple[tuple[str, dict[str, object]], ...] = (
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("PNG", {}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
    ("GIF", {}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("BMP", {}),
    ("AVIF", {}),
    ("HEIF", {}),
)


def hostile_files(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield `count` names and contents: first built files, then mutants of whole pictures."""
    chance = random.Random(seed)
    built = list(_built().items())
    yield from built[:count]
    sources = _sources()
    for number in range(count - len(built)):
        name, content = chance.choice(sources)
        yield f"mutant {number} of {name}", _mutant(content, chance)


def _sources() -> list[tuple[str, bytes]]:
    pillow_heif.register_heif_opener()
    picture = pictures.pixels(90, 60)
    found = []
    for name, options in _FORMATS:
        file = io.BytesIO()
        picture.save(file, name, **options)
        found.append((f"{name} {options or ''}".strip(), file.getvalue()))
    animated = [(f"animated {name}", pictures.animation(format=name)) for name in ("GIF", "WEBP")]
    return found + animated


def _mutant(content: bytes, chance: random.Random) -> bytes:
    """Change bytes, mostly in the header; remove, insert or repeat some; or cut the file."""
    data = bytearray(content)
    position = chance.randrange(min(len(data), chance.choice((64, 400, len(data)))))
    match chance.randrange(6):
        case 0 | 1 | 2:
            for _ in range(chance.choice((1, 2, 5, 20))):
                reach = min(len(data), chance.choice((64, 400, len(data))))
                data[chance.randrange(reach)] = chance.choice((0, 255, 127, chance.randrange(256)))
        case 3:
            del data[position : position + chance.choice((1, 4, 50))]
        case 4:
            piece = data[max(0, position - 40) : position]
            data[position:position] = chance.choice((b"\xff" * 5000, bytes(8), bytes(piece)))
        case _:
            del data[max(1, position) :]
    return bytes(data)


def _built() -> dict[str, bytes]:
    jpeg, progressive = pictures.photo(400, 300), _progressive()
    start_of_scan = jpeg.rindex(b"\xff\xda")
    middle = (start_of_scan + len(jpeg)) // 2
    return {
        "empty": b"",
        "text": b"no picture",
        "jpeg with 4 MB of fill bytes": jpeg[:2] + b"\xff" * 4_000_000 + jpeg[2:],
        "jpeg with fill bytes in its scan": jpeg[:middle]
        + b"\xff" * 4_000_000
        + b"\x00"
        + jpeg[middle:],
        "jpeg with a million restarts": jpeg[:middle] + b"\xff\xd0" * 1_000_000 + jpeg[middle:],
        "jpeg with a million segments": jpeg[:2] + b"\xff\xe5\x00\x02" * 1_000_000 + jpeg[2:],
        "jpeg of 65535x65535": _with_size(jpeg, 65535, 65535),
        "progressive jpeg of 65535x65535": _with_size(progressive, 65535, 65535),
        "progressive jpeg of 7000x7000": _with_size(progressive, 7000, 7000),
        "jpeg of height 0": _with_size(jpeg, 400, 0),
        "jpeg with an exif loop": _with_exif(jpeg, struct.pack("<HHLL", 0x8769, 4, 1, 8)),
        "jpeg with an absurd exif count": _with_exif(
            jpeg, struct.pack("<HHLL", 0x112, 3, 0xFFFFFFFF, 6)
        ),
        "png of 100000x100000": _png(100_000, 100_000, b""),
        "png bomb": _png(7000, 7000, zlib.compress(bytes(7001 * 7000), 9)),
        "png with a text bomb": _png(
            10, 10, b"", (b"zTXt", b"a\x00\x00" + zlib.compress(bytes(100_000_000), 9))
        ),
        "png with a profile bomb": _png(
            10, 10, b"", (b"iCCP", b"a\x00\x00" + zlib.compress(bytes(100_000_000), 9))
        ),
        "bmp of 60000x60000": b"BM"
        + struct.pack("<LHHLLllHHLLLLLL", 54, 0, 0, 54, 40, 60000, 60000, 1, 24, 0, 0, 0, 0, 0, 0),
        "gif of 65535x65535": b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b";",
        "tiff with an offset to itself": b"II*\x00\x08\x00\x00\x00\x00\x00\x08\x00\x00\x00",
        "bigtiff with an offset of 2^63": b"II+\x00\x08\x00\x00\x00" + struct.pack("<Q", 1 << 63),
        "webp with a size beyond its end": b"RIFF\xff\xff\xff\xffWEBPVP8X"
        + struct.pack("<L", 0xFFFFFFFF)
        + bytes(20),
        "avif of boxes in boxes": b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1"
        + b"\x00\x00\x40\x00meta" * 2000,
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg' width='9999999' height='9'/>",
    }


def _progressive() -> bytes:
    file = io.BytesIO()
    pictures.pixels(400, 300).save(file, "JPEG", progressive=True)
    return file.getvalue()


def _with_size(jpeg: bytes, width: int, height: int) -> bytes:
    data = bytearray(jpeg)
    for marker in (0xC0, 0xC2):
        position = data.find(bytes([0xFF, marker, 0]))
        if position > 0:
            data[position + 5 : position + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _with_exif(jpeg: bytes, entry: bytes) -> bytes:
    exif = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00" + entry + struct.pack("<L", 8)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def _png(width: int, height: int, data: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    header = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(content))
        + kind
        + content
        + struct.pack(">L", zlib.crc32(kind + content))
        for kind, content in parts
    )
