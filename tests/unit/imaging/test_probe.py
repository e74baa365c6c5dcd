from __future__ import annotations

import pytest

from huimages_app.imaging import HeaderInfo, probe
from tests.support import pictures


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "GIF", "WEBP"])
def test_the_beginning_of_a_file_states_its_size(format_: str) -> None:
    content = pictures.photo(120, 80, format=format_)
    head = content[: len(content) // 2] if format_ in {"JPEG", "PNG"} else content
    assert probe(head) == HeaderInfo(f"image/{format_.lower()}", (120, 80), (120, 80))


def test_upright_and_as_it_lies_in_the_file() -> None:
    head = pictures.rotated(6, 120, 80)[:2000]
    assert probe(head) == HeaderInfo("image/jpeg", (80, 120), (120, 80))


@pytest.mark.parametrize("head", [b"", b"no picture", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0"])
def test_what_states_nothing(head: bytes) -> None:
    assert probe(head) is None
