"""Picture sizes in the headers of AV1 and HEVC.

The container may claim a smaller picture than its codec decodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .header import Cicp

_SEQUENCE_HEADER: Final = 1
_SPS: Final = 33
# Number of parameter sets of a kind, and bytes of one, that are read.
_MAX_UNITS: Final = 8
_MAX_BYTES: Final = 256


class _Bits:
    """Reads an unsigned number bit by bit.  Raises EOFError after the end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def read(self, count: int) -> int:
        """Return the next `count` bits."""
        self._left -= count
        if self._left < 0:
            raise EOFError("the header of the codec is too short")
        return self._value >> self._left & (1 << count) - 1

    def golomb(self) -> int:
        """Return an Exp-Golomb number."""
        zeros = 0
        while not self.read(1):
            zeros += 1
        return (1 << zeros) - 1 + self.read(zeros)


# -- AV1 (section 5.5 of its specification) ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Av1Sequence:
    """Size and colours stated by an AV1 sequence header."""

    size: tuple[int, int]
    cicp: Cicp | None


def av1_sequence(data: bytes) -> Av1Sequence | None:
    """Return the first sequence header in `data`; None if there is none."""
    position = 0
    while position + 2 <= len(data):
        head = data[position]
        position += 1 + (head >> 2 & 1)
        if not head & 2:
            return None
        length, position = _leb128(data, position)
        if head >> 3 & 15 == _SEQUENCE_HEADER:
            try:
                return _sequence(_Bits(data[position : position + min(length, _MAX_BYTES)]))
            except EOFError:
                return None
        position += length
    return None


def _leb128(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(data[position : position + 8]):
        value |= (byte & 0x7F) << 7 * index
        if not byte & 0x80:
            return value, position + index + 1
    return 0, len(data)


def _sequence(bits: _Bits) -> Av1Sequence:
    profile = bits.read(3)
    bits.read(1)
    reduced = bits.read(1)
    if reduced:
        bits.read(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.read(4) + 1, bits.read(4) + 1
    size = (bits.read(width_bits) + 1, bits.read(height_bits) + 1)
    if not reduced and bits.read(1):  # frame IDs
        bits.read(7)
    bits.read(3)
    if not reduced:
        _skip_tools(bits)
    bits.read(3)
    return Av1Sequence(size, _colours(bits, profile))


def _skip_operating_points(bits: _Bits) -> None:
    decoder_model = 0
    model_bits = 0
    if bits.read(1):  # timing information
        bits.read(64)
        if bits.read(1):
            bits.golomb()
        if decoder_model := bits.read(1):
            model_bits = bits.read(5) + 1
            bits.read(42)
    display_delay = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:
            bits.read(1)
        if decoder_model and bits.read(1):
            bits.read(2 * model_bits + 1)
        if display_delay and bits.read(1):
            bits.read(4)


def _skip_tools(bits: _Bits) -> None:
    bits.read(4)
    order_hint = bits.read(1)
    if order_hint:
        bits.read(2)
    screen_content = 2 if bits.read(1) else bits.read(1)
    if screen_content and not bits.read(1):
        bits.read(1)
    if order_hint:
        bits.read(3)


def _colours(bits: _Bits, profile: int) -> Cicp | None:
    high = bits.read(1)
    if profile == 2 and high:
        bits.read(1)
    if profile != 1:
        bits.read(1)  # monochrome
    if not bits.read(1):
        return None
    return Cicp(bits.read(8), bits.read(8))


# -- HEVC (section 7.3.2.2 of ITU-T H.265) -------------------------------------------------


def hevc_size(configuration: bytes) -> tuple[int, int] | None:
    """Return the size in the first sequence parameter set of an `hvcC` box; None without one."""
    position = 23
    for _ in range(min(configuration[22] if len(configuration) > 22 else 0, _MAX_UNITS)):
        kind = configuration[position] & 63 if position < len(configuration) else 0
        units = int.from_bytes(configuration[position + 1 : position + 3], "big")
        position += 3
        for _ in range(min(units, _MAX_UNITS)):
            length = int.from_bytes(configuration[position : position + 2], "big")
            unit = configuration[position + 2 : position + 2 + length]
            position += 2 + length
            if kind == _SPS:
                try:
                    return _sps_size(_Bits(unit[2:_MAX_BYTES].replace(b"\0\0\3", b"\0\0")))
                except EOFError:
                    return None
    return None


def _sps_size(bits: _Bits) -> tuple[int, int]:
    bits.read(4)
    layers = bits.read(3)
    bits.read(1 + 88 + 8)
    present = [(bits.read(1), bits.read(1)) for _ in range(layers)]
    if layers:
        bits.read(2 * (8 - layers))
    for profile, level in present:
        bits.read(88 * profile + 8 * level)
    bits.golomb()
    if bits.golomb() == 3:  # 4:4:4
        bits.read(1)
    return bits.golomb(), bits.golomb()
