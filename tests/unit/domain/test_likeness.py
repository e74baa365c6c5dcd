"""Perceptual hashes as texts."""

from __future__ import annotations

import random

from huimages_app.domain.likeness import (
    BITS,
    FEATURELESS,
    MAX_DIFFERENT,
    are_alike,
    hash_of_bits,
    pieces,
    similar_pieces,
)

HASH = "7d1f03a58b6e92c4"


def test_similar_pieces_have_one_of_every_hash_that_looks_alike() -> None:
    chosen = random.Random(3)
    wanted = set(similar_pieces(HASH))
    assert len(wanted) == 68
    for _ in range(5000):
        bits = chosen.sample(range(BITS), MAX_DIFFERENT)
        other = f"{int(HASH, 16) ^ sum(1 << bit for bit in bits):016x}"
        assert are_alike(other, HASH)
        assert wanted & set(pieces(other))


def test_hash_of_nearly_equal_bits_is_featureless() -> None:
    for ones, is_plain in [(0, True), (6, True), (7, False), (57, False), (58, True), (64, True)]:
        bits = [True] * ones + [False] * (BITS - ones)
        assert (hash_of_bits(bits) == FEATURELESS) == is_plain, ones


def test_hash_has_the_first_bit_in_front() -> None:
    bits = [True] * 12 + [False] * 52
    assert hash_of_bits(bits) == "fff0000000000000"


def test_featureless_and_missing_hashes_are_not_alike() -> None:
    assert not are_alike(FEATURELESS, FEATURELESS)
    assert not are_alike("", "")
    assert not are_alike(HASH, "")
    assert are_alike(HASH, HASH)
