from __future__ import annotations

import pytest

from huimages_app.imaging import HeaderInfo, probe
from tests.support import pictures


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "GIF", "WEBP"])
def test_probe_returns_type_and_size(format_: str) -> None:
    content = pictures.photo(120, 80, format=format_)
    head = content[: len(content) // 2] if format_ in {"JPEG", "PNG"} else content
    assert probe(head) == HeaderInfo(f"image/{format_.lower()}", (120, 80), (120, 80))


def test_probe_returns_stored_and_upright_size() -> None:
    head = pictures.rotated(6, 120, 80)[:2000]
    assert probe(head) == HeaderInfo("image/jpeg", (80, 120), (120, 80))


@pytest.mark.parametrize("head", [b"", b"no picture", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0"])
def test_probe_of_damaged_header_returns_none(head: bytes) -> None:
    assert probe(head) is None
