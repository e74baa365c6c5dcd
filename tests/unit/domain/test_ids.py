"""Image IDs: their hash and their form."""

import base64
import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.ids import image_id, image_id_of_file, is_image_id, parse_image_id
from huimages_app.errors import BadImageId

# SHA-1 of nothing and of "abc" (FIPS 180-1), written in base32 by hand.
KNOWN = {
    b"": "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ01",
    b"abc": "VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE501",
}
GOOD = KNOWN[b"abc"]


@pytest.mark.parametrize(("content", "known"), KNOWN.items())
def test_image_id_of_known_bytes_is_known(content, known):
    assert image_id(content) == known
    assert image_id_of_file(io.BytesIO(content)) == known


@given(st.binary(max_size=200))
def test_image_id_is_the_hash_of_the_bytes(content):
    got = image_id(content)

    assert len(got) == 34
    assert got.endswith("01")
    assert base64.b32decode(got[:32]) == hashlib.sha1(content).digest()
    assert is_image_id(got)
    assert parse_image_id(got) == got


@pytest.mark.parametrize("length", [2**18 - 1, 2**18, 2**18 + 1, 3 * 2**18])
def test_image_id_of_file_reads_all_from_the_start(length):
    content = bytes(range(256)) * (length // 256) + b"x" * (length % 256)
    file = io.BytesIO(content)
    file.seek(7)

    assert image_id_of_file(file) == image_id(content)
    assert file.tell() == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01",
        GOOD[:-1],
        GOOD + "1",
        GOOD[:-2],
        GOOD[:-2] + "02",
        GOOD[:-2] + "10",
        GOOD.lower(),
        "0" + GOOD[1:],
        "1" + GOOD[1:],
        "8" + GOOD[1:],
        "=" + GOOD[1:],
        "Ä" + GOOD[1:],
        GOOD + "\n",
        " " + GOOD,
        GOOD + ".jpeg",
        "../" + GOOD,
        GOOD * 100,
    ],
)
def test_parse_image_id_refuses_texts_that_are_no_id(text):
    assert not is_image_id(text)
    with pytest.raises(BadImageId) as caught:
        parse_image_id(text)
    assert repr(text[:60]) in str(caught.value)
    assert len(str(caught.value)) < 200
