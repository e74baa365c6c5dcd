"""Colours given by numbers: nclx in AVIF and HEIC, cICP in PNG."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from huimages_app.imaging import cicp_colour
from huimages_app.imaging.header_limits import Cicp
from tests.support import pictures, profiles

FIELD = Path(__file__).parents[2] / "pictures" / "field"
BT_2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
P3, BT2020 = 12, 9
SRGB, PQ, HLG, LINEAR, GAMMA_22 = 13, 16, 18, 8, 4


def light(tones: np.ndarray, transfer: int) -> np.ndarray:
    """Light in units of the white of sRGB, by the definitions."""
    if transfer == SRGB:
        return np.where(tones <= 0.04045, tones / 12.92, ((tones + 0.055) / 1.055) ** 2.4)
    if transfer == LINEAR:
        return tones
    if transfer == GAMMA_22:
        return tones**2.2
    if transfer == PQ:
        m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
        root = tones ** (1 / m2)
        return 10_000 / 203 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(tones <= 0.5, tones**2 / 3, (np.exp((tones - c) / a) + b) / 12)
    luma = scene @ [0.2627, 0.6780, 0.0593]
    return 1000 / 203 * scene * luma**0.2


def in_srgb(values: tuple[int, ...], primaries: int, transfer: int) -> np.ndarray:
    corners = {P3: profiles.DISPLAY_P3, BT2020: BT_2020, 1: profiles.SRGB}[primaries]
    linear = light(np.array(values) / 255, transfer)
    linear = np.linalg.solve(profiles.to_xyz(profiles.SRGB), profiles.to_xyz(corners) @ linear)
    linear = np.clip(linear, 0, 1)
    return 255 * np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def png(values: tuple[int, ...], primaries: int, transfer: int) -> bytes:
    content = pictures.encoded(Image.new("RGB", (16, 16), values), "PNG")
    chunk = b"cICP" + bytes([primaries, transfer, 0, 1])
    chunk = struct.pack(">L", 4) + chunk + struct.pack(">L", zlib.crc32(chunk))
    return content[:33] + chunk + content[33:]


COLOURS = [(220, 40, 30), (30, 160, 90), (60, 70, 200), (128, 128, 128), (90, 85, 80), (20, 20, 25)]


@pytest.mark.parametrize("values", COLOURS)
@pytest.mark.parametrize("transfer", [SRGB, PQ, HLG, LINEAR, GAMMA_22])
@pytest.mark.parametrize("primaries", [P3, BT2020, 1])
def test_png_with_cicp_is_shown_in_srgb(render_once, primaries, transfer, values):
    shown = render_once(png(values, primaries, transfer), "o").getpixel((8, 8))
    assert shown == pytest.approx(in_srgb(values, primaries, transfer), abs=2)


# The tones of 203 cd/m2, and brighter ones.
WHITE = [(PQ, 148), (PQ, 200), (PQ, 255), (HLG, 192), (HLG, 255)]


@pytest.mark.parametrize(("transfer", "tone"), WHITE)
def test_hdr_light_of_203_candela_and_more_is_white(render_once, transfer, tone):
    shown = render_once(png((tone,) * 3, BT2020, transfer), "o").getpixel((8, 8))
    assert min(shown) >= 252


@pytest.mark.parametrize(("transfer", "tone", "dark"), [(PQ, 100, 130), (HLG, 128, 190)])
def test_hdr_light_below_203_candela_is_grey(render_once, transfer, tone, dark):
    red, green, blue = render_once(png((tone,) * 3, BT2020, transfer), "o").getpixel((8, 8))
    assert max(red, green, blue) - min(red, green, blue) <= 1
    assert 40 < red < dark


def avif(primaries: int, transfer: int) -> bytes:
    content = (FIELD / "nclx-p3.avif").read_bytes()
    place = content.index(b"nclx") + 4
    return content[:place] + struct.pack(">HH", primaries, transfer) + content[place + 4 :]


@pytest.mark.parametrize("transfer", [SRGB, PQ, HLG])
@pytest.mark.parametrize("primaries", [P3, BT2020])
def test_avif_with_nclx_is_shown_in_srgb(render_once, primaries, transfer):
    shown = render_once(avif(primaries, transfer), "o").getpixel((2, 2))
    assert shown == pytest.approx(in_srgb((220, 41, 29), primaries, transfer), abs=6)


def test_heic_with_nclx_is_shown_in_srgb(render_once):
    content = pictures.encoded(Image.new("RGB", (64, 64), (220, 40, 30)), "HEIF", quality=100)
    place = content.index(b"nclx") + 4
    content = content[:place] + struct.pack(">HH", P3, SRGB) + content[place + 4 :]
    assert render_once(content, "o").getpixel((32, 32)) == pytest.approx((240, 0, 0), abs=6)


@pytest.mark.parametrize("numbers", [(1, 13), (2, 2), (1, 1), (1, 6), (2, 13), (99, 13), (12, 99)])
def test_numbers_of_srgb_and_unknown_ones_change_nothing(render_once, numbers):
    assert render_once(png((200, 120, 60), *numbers), "o").getpixel((8, 8)) == (200, 120, 60)


def test_transparency_is_kept_beside_numbers():
    image = Image.new("RGBA", (200, 150), (220, 40, 30, 99))
    assert cicp_colour.to_srgb(image, Cicp(P3, SRGB)).getpixel((150, 149)) == pytest.approx(
        (240, 0, 0, 99), abs=1
    )


def test_icc_profile_of_an_avif_takes_precedence_over_nclx(render_once):
    profile = profiles.rgb(profiles.SRGB)
    image = Image.new("RGB", (64, 64), (200, 120, 60))
    content = pictures.encoded(image, "AVIF", icc_profile=profile, quality=100)
    assert render_once(content, "o").getpixel((32, 32)) == pytest.approx((200, 120, 60), abs=3)
