"""Steps 2 and 4: pictures of all modes to those that can be scaled, and then to sRGB."""

from __future__ import annotations

import hashlib
import io
import logging
import threading
from collections import OrderedDict
from typing import Final

from PIL import Image, ImageChops, ImageCms

log = logging.getLogger(__name__)

# Profiles of printing presses have one or two million bytes.
_MAX_PROFILE: Final = 4_000_000
_MAX_TRANSFORMS: Final = 32
# Colour space of a profile → mode of the pictures it describes.
_SPACES: Final = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_TIFF_PHOTOMETRIC: Final = 0x0106
_WHITE_IS_ZERO: Final = 0
# Tones of 16 bits to tones of 8, rounded.
_TO_8_BITS: Final = [(tone * 255 + 32767) // 65535 for tone in range(65536)]


def _srgb_tag() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # Bytes 24-35 are the time of its making: the same rendition has the same bytes for ever.
    profile[24:36] = bytes.fromhex("07d0 0001 0001 0000 0000 0000")
    return bytes(profile)


# Says "sRGB" to whom it concerns, in 588 bytes.
SRGB_TAG: Final = _srgb_tag()


def scalable(image: Image.Image) -> Image.Image:
    """The picture as L, RGB, RGBA or CMYK, with its full range of tones."""
    if image.mode in ("RGB", "L", "1") and "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in ("RGB", "L", "RGBA", "CMYK"):
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I"):
        return _from_integers(image)
    if image.mode == "F":
        factor = 255 / max(_highest(image), 1.0)  # white is 1, or the brightest there is
        return image.point(lambda tone: tone * factor + 0.5).convert("L")
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return _applied(ImageCms.buildTransform(lab, _srgb(), "LAB", "RGB"), image)
    transparent = image.mode in ("LA", "PA", "La", "RGBa") or image.has_transparency_data
    return image.convert("RGBA" if transparent else "RGB")


def _from_integers(image: Image.Image) -> Image.Image:
    # A TIFF may count its tones from white; of 8 bits Pillow turns them round, of 16 it does not.
    from_white = getattr(image, "tag_v2", {}).get(_TIFF_PHOTOMETRIC) == _WHITE_IS_ZERO
    if image.mode != "I":
        image = image.convert("I")
    factor = 65535 / max(_highest(image), 65535)
    if factor < 1:  # integers of 32 bits
        image = image.point(lambda tone: tone * factor + 0.0)
    image = image.point(_TO_8_BITS, "L")
    return ImageChops.invert(image) if from_white else image


def _highest(image: Image.Image) -> float:
    """The largest value in a picture of one channel."""
    return float(image.getextrema()[1])  # type: ignore[arg-type]


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """An L, RGB, RGBA or CMYK picture as RGB or RGBA in sRGB.

    `profile` is the ICC profile of its file.  Without one, or with a broken one, the
    colours are taken for sRGB.
    """
    transform = _TRANSFORMS.get(profile) if profile else None
    if image.mode == "RGBA":
        if transform is None:
            return image
        # The profile of a grey picture describes one channel, which all three are.
        bands = image.split()
        colours = bands[0] if transform.input_mode == "L" else image.convert("RGB")
        if transform.input_mode != "CMYK":
            colours = _applied(transform, colours)
            colours.putalpha(bands[3])
            return colours
        return image
    if transform is None or transform.input_mode != image.mode:
        return image if image.mode == "RGB" else image.convert("RGB")
    return _applied(transform, image)


def flattened(image: Image.Image) -> Image.Image:
    """The picture on white, where it is transparent; RGB."""
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def opaque(image: Image.Image) -> Image.Image:
    """The picture without its alpha channel if that says nothing."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(SRGB_TAG))


def _applied(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    return transform.apply(image)


def _built(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """The transform from a profile to sRGB; None if it changes nothing or can't be used."""
    try:
        if len(profile) > _MAX_PROFILE:
            raise ValueError(f"it has {len(profile)} bytes")
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
        log.warning("a colour profile can't be used, so the picture is taken for sRGB: %s", error)
        return None
    return None if mode == "RGB" and _changes_nothing(transform) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether it leaves all colours as they are, as that of the many kinds of sRGB profile."""
    steps = [*range(0, 256, 32), 255]
    sample = Image.new("RGB", (len(steps) ** 2, len(steps)))
    sample.putdata([(red, green, blue) for red in steps for green in steps for blue in steps])
    difference = ImageChops.difference(sample, _applied(transform, sample))
    return max(high for _, high in difference.getextrema()) <= 1  # type: ignore[misc]


class Transforms:
    """Transforms to sRGB by their profile, the most recent ones; for all threads.

    Building one takes 6-53 ms, about as long as scaling a picture.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, ImageCms.ImageCmsTransform | None] = OrderedDict()

    def get(self, profile: bytes) -> ImageCms.ImageCmsTransform | None:
        """The transform; None if there is nothing to do, or nothing that can be done."""
        key = hashlib.sha256(profile).digest()
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        transform = _built(profile)  # two threads may build the same one; that does no harm
        with self._lock:
            self._known[key] = transform
            while len(self._known) > _MAX_TRANSFORMS:
                self._known.popitem(last=False)
        return transform


_TRANSFORMS: Final = Transforms()
