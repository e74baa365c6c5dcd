"""Steps 2 and 4: convert any mode to one that can be scaled, and then to sRGB."""

from __future__ import annotations

import functools
import hashlib
import io
import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, ImageCms

from . import cicp_colour
from .header_limits import Cicp

log = logging.getLogger(__name__)

# Profiles of printing presses have one or two million bytes.
_MAX_PROFILE: Final = 4_000_000
_MAX_TRANSFORMS: Final = 32
# Colour space of a profile → mode of the pictures it describes.
_SPACES: Final = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
# Tones of 16 bits to tones of 8, rounded.
TO_8_BITS: Final = [(tone * 255 + 32767) // 65535 for tone in range(65536)]
# Offset printing on coated paper (FOGRA39); made by tools/make_press_profile.py.
_PRESS_PROFILE: Final = Path(__file__).with_name("press.icc")


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours stated by a file: an ICC profile, or numbers (CICP)."""

    profile: bytes | None = None
    cicp: Cicp | None = None


def _srgb_tag() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # Bytes 24-35 are the time of its making; the same rendition must have the same bytes.
    profile[24:36] = bytes.fromhex("07d0 0001 0001 0000 0000 0000")
    return bytes(profile)


# The profile of sRGB that renditions carry: 588 bytes.
SRGB_TAG: Final = _srgb_tag()


def scalable(image: Image.Image) -> Image.Image:
    """Return the picture as L, RGB, RGBA or CMYK, with its full range of tones."""
    if image.mode in ("RGB", "L", "1") and "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in ("RGB", "L", "RGBA", "CMYK"):
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I"):  # 16 bits
        return image.convert("I").point(TO_8_BITS, "L")
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return _applied(ImageCms.buildTransform(lab, _srgb(), "LAB", "RGB"), image)
    if image.mode == "La":  # Pillow converts it to LA only
        image = image.convert("LA")
    transparent = image.mode in ("LA", "PA", "RGBa") or image.has_transparency_data
    return image.convert("RGBA" if transparent else "RGB")


def to_srgb(image: Image.Image, colours: Colours) -> Image.Image:
    """Return an L, RGB, RGBA or CMYK picture as RGB or RGBA in sRGB.

    The numbers take precedence over the profile.  Without either, or with a broken profile, the
    colours are treated as sRGB, and those of print as coated offset.
    """
    if image.mode != "CMYK" and colours.cicp and cicp_colour.is_supported(colours.cicp):
        return cicp_colour.to_srgb(image, colours.cicp)
    transform = _TRANSFORMS.get(colours.profile) if colours.profile else None
    if image.mode == "RGBA":
        return _with_alpha_to_srgb(image, transform)
    if transform is None or transform.input_mode != image.mode:
        if image.mode == "CMYK":
            return _applied(_press_transform(), image)
        return image if image.mode == "RGB" else image.convert("RGB")
    return _applied(transform, image)


def _with_alpha_to_srgb(
    image: Image.Image, transform: ImageCms.ImageCmsTransform | None
) -> Image.Image:
    if transform is None or transform.input_mode == "CMYK":
        return image
    bands = image.split()
    # The profile of a grey picture describes one channel, which all three are.
    colours = bands[0] if transform.input_mode == "L" else image.convert("RGB")
    colours = _applied(transform, colours)
    colours.putalpha(bands[3])
    return colours


@functools.cache
def _press_transform() -> ImageCms.ImageCmsTransform:
    transform = _built(_PRESS_PROFILE.read_bytes())
    if transform is None:
        raise RuntimeError(f"{_PRESS_PROFILE} is damaged: install huimages again")
    return transform


def flattened(image: Image.Image) -> Image.Image:
    """Return the picture on white where it is transparent; RGB."""
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def opaque(image: Image.Image) -> Image.Image:
    """Return the picture without its alpha channel if all of it is opaque."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(SRGB_TAG))


def _applied(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    return transform.apply(image)


def _built(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """Return the transform from a profile to sRGB; None if it changes nothing or can't be used."""
    try:
        if len(profile) > _MAX_PROFILE:
            raise ValueError(f"it has {len(profile)} bytes: at most {_MAX_PROFILE} are read")
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _SPACES[source.profile.xcolor_space]
        transform = ImageCms.buildTransform(
            source,
            _srgb(),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, KeyError) as error:
        log.warning("colour profile ignored, sRGB assumed reason=%s", error)
        return None
    return None if mode == "RGB" and _changes_nothing(transform) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Return whether it leaves all colours as they are, as of the many sRGB profiles."""
    steps = [*range(0, 256, 32), 255]
    sample = Image.new("RGB", (len(steps) ** 2, len(steps)))
    sample.putdata([(red, green, blue) for red in steps for green in steps for blue in steps])
    difference = ImageChops.difference(sample, _applied(transform, sample))
    return max(high for _, high in difference.getextrema()) <= 1  # type: ignore[misc]


class Transforms:
    """The most recent transforms to sRGB, by their profile.  Thread-safe.

    Building one takes 6-53 ms, about as long as scaling a picture.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, ImageCms.ImageCmsTransform | None] = OrderedDict()

    def get(self, profile: bytes) -> ImageCms.ImageCmsTransform | None:
        """Return the transform; None if the profile changes nothing or can't be used."""
        key = hashlib.sha256(profile).digest()
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        transform = _built(profile)  # two threads may build the same one; both serve
        with self._lock:
            self._known[key] = transform
            while len(self._known) > _MAX_TRANSFORMS:
                self._known.popitem(last=False)
        return transform


_TRANSFORMS: Final = Transforms()
