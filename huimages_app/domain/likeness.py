"""Perceptual hashes: 64 bits that are nearly the same for pictures that look alike.

Two pictures look alike if their hashes differ in at most MAX_DIFFERENT bits.  An index finds them
by pieces of 16 bits: six different bits leave one of the four pieces with at most one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from .models import Image

MAX_DIFFERENT: Final = 6
BITS: Final = 64
DIGITS: Final = 16
# The hash of a picture that has no features, such as a plain surface: it looks like no other.
FEATURELESS: Final = "0" * DIGITS
# Limits for one picture: similar ones that are reported, and dismissed ones.
MAX_ALIKE: Final = 12
MAX_UNLIKE: Final = 200

_HASH: Final = re.compile(rf"[0-9a-f]{{{DIGITS}}}")
_PIECES: Final = 4
_PIECE_DIGITS: Final = DIGITS // _PIECES
_PIECE_BITS: Final = BITS // _PIECES

Piece = tuple[int, str]  # which quarter of the hash, and its hexadecimal digits


def is_hash(text: str) -> bool:
    """Return whether a text is a perceptual hash: 16 lower-case hexadecimal digits."""
    return bool(_HASH.fullmatch(text))


def is_telling(phash: str) -> bool:
    """Return whether a picture with this hash can look like others."""
    return is_hash(phash) and phash != FEATURELESS


def hash_of_bits(bits: Iterable[bool]) -> str:
    """Return the hash of 64 bits; FEATURELESS if nearly all of them are equal."""
    value = 0
    for bit in bits:
        value = value << 1 | bit
    # Otherwise all of these would look like each other.
    is_plain = not MAX_DIFFERENT < value.bit_count() < BITS - MAX_DIFFERENT
    return FEATURELESS if is_plain else f"{value:0{DIGITS}x}"


def distance(one: str, other: str) -> int:
    """Return the number of bits in which two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def are_alike(one: str, other: str) -> bool:
    """Return whether pictures with these hashes look alike."""
    return is_telling(one) and is_telling(other) and distance(one, other) <= MAX_DIFFERENT


def pieces(phash: str) -> list[Piece]:
    """Return the four pieces under which the index has a hash."""
    return [
        (number, phash[number * _PIECE_DIGITS : (number + 1) * _PIECE_DIGITS])
        for number in range(_PIECES)
    ]


def similar_pieces(phash: str) -> list[Piece]:
    """Return the pieces of which every hash that looks alike has at least one, likely ones first.

    They are the four own ones, and those that differ from one of them in one bit: 68.
    """
    own = pieces(phash)
    return [*own, *(near for number, digits in own for near in _one_bit_off(number, digits))]


def _one_bit_off(number: int, digits: str) -> Iterator[Piece]:
    for bit in range(_PIECE_BITS):
        yield number, f"{int(digits, 16) ^ 1 << bit:0{_PIECE_DIGITS}x}"


def most_alike(images: Iterable[Image], phash: str, limit: int) -> list[Image]:
    """Return the listed images that look like a hash: the most similar first, then the oldest."""
    found = [image for image in images if is_matched(image) and are_alike(image.phash, phash)]
    found.sort(key=lambda image: (distance(image.phash, phash), image.created, image.id))
    return found[:limit]


def is_matched(image: Image) -> bool:
    """Return whether an image is compared with others: it is on lists, and has features."""
    return image.is_listed and is_telling(image.phash)
