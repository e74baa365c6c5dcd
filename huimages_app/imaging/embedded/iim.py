"""Datasets of an IPTC-IIM packet (version 4.2)."""

from __future__ import annotations

from typing import Final

# Record and number of the datasets that are read.
TITLE, KEYWORD, DATE, TIME = (2, 5), (2, 25), (2, 55), (2, 60)
CREATOR, HEADLINE, CREDIT, COPYRIGHT, CAPTION = (2, 80), (2, 105), (2, 110), (2, 116), (2, 120)
_CHARSET: Final = (1, 90)
_UTF8: Final = b"\x1b%G"
_MAX_DATASETS: Final = 5_000

Datasets = dict[tuple[int, int], list[str]]


def parse_iim(packet: bytes) -> Datasets:
    """Return the texts of all datasets up to the end, or to the first damage."""
    found: dict[tuple[int, int], list[bytes]] = {}
    position = max(packet.find(b"\x1c"), 0)
    for _ in range(_MAX_DATASETS):
        head = packet[position : position + 5]
        if len(head) < 5 or head[0] != 0x1C:
            break
        length = int.from_bytes(head[3:], "big")
        position += 5
        if length & 0x8000:  # the length of the length
            size = length & 0x7FFF
            length = int.from_bytes(packet[position : position + size], "big")
            position += size
        data = packet[position : position + length]
        position += length
        found.setdefault((head[1], head[2]), []).append(data)
    is_utf8 = _UTF8 in found.get(_CHARSET, [])
    return {key: [decoded(data, is_utf8=is_utf8) for data in all_] for key, all_ in found.items()}


def decoded(data: bytes, *, is_utf8: bool = False) -> str:
    """Return a text of unknown charset: UTF-8 if it is valid, else Windows-1252, up to a NUL."""
    data = data.partition(b"\0")[0]
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8" if is_utf8 else "cp1252", "replace")
