"""Pillow's readers of WebP and TIFF, with less memory and more kinds of samples."""

from __future__ import annotations

from typing import Any, Final

from PIL import Image, TiffImagePlugin
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

_ORDERS: Final = (TiffImagePlugin.II, TiffImagePlugin.MM)
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _LAB, _ICC_LAB = 0, 1, 8, 9


class LeanWebPReader(WebPImageFile):
    """Reads the first frame, and frees libwebp's two canvases at once.

    Pillow keeps them as long as the picture, and makes two more copies of the frame.
    """

    def load(self) -> Any:
        if (decoder := getattr(self, "_decoder", None)) is not None:
            self._decoder: Any = None
            frame = decoder.get_next()
            del decoder
            if frame is None:
                raise OSError("the frame can't be decoded")
            pixels = Image.frombuffer(self.rawmode, self.size, frame[0], "raw", self.rawmode, 0, 1)
            self._im = pixels.im
            self._mode = pixels.mode
            self.tile = []
        return super(WebPImageFile, self).load()


class TiffReader(TiffImageFile):
    """Reads more kinds of TIFF than Pillow does; see `tiff_samples` for what they mean."""

    def _setup(self) -> None:
        super()._setup()
        # libtiff returns samples in the machine's byte order, and Pillow converts
        # those of 16 unsigned bits only.
        self.tile = [
            tile._replace(args=(_native(tile.args[0]), *tile.args[1:]))
            if tile.codec_name == "libtiff" and isinstance(tile.args, tuple)
            else tile
            for tile in self.tile
        ]


_NATIVE: Final = {
    "F;32F": "F;32NF",
    "F;32BF": "F;32NF",
    "F;64F": "F;64NF",
    "F;64BF": "F;64NF",
    "I;32S": "I;32NS",
    "I;32BS": "I;32NS",
    "I;16S": "I;16NS",
    "I;16BS": "I;16NS",
}


def _native(rawmode: str) -> str:
    return _NATIVE.get(rawmode, rawmode)


def _more_kinds() -> dict[tuple[Any, ...], tuple[str, str]]:
    """Return kinds of TIFF that Pillow can unpack, and does not list."""
    kinds: dict[tuple[Any, ...], tuple[str, str]] = {}
    for order in _ORDERS:
        big = order == TiffImagePlugin.MM
        for white in (_WHITE_IS_ZERO, _BLACK_IS_ZERO):
            grey = (order, white)
            kinds[*grey, (1,), 1, (16,), ()] = ("I;16B", "I;16B") if big else ("I;16", "I;16")
            kinds[*grey, (2,), 1, (16,), ()] = ("I", "I;16BS" if big else "I;16S")
            # Unsigned, too, which Pillow's mode I can't hold: see tiff_samples.
            kinds[*grey, (1,), 1, (32,), ()] = ("I", "I;32BS" if big else "I;32S")
            kinds[*grey, (2,), 1, (32,), ()] = ("I", "I;32BS" if big else "I;32S")
            kinds[*grey, (3,), 1, (32,), ()] = ("F", "F;32BF" if big else "F;32F")
            kinds[*grey, (3,), 1, (64,), ()] = ("F", "F;64BF" if big else "F;64F")
            kinds[*grey, (2,), 1, (8,), ()] = ("L", "L")
            # Two bytes of grey, two of alpha, taken apart in tiff_samples.
            for extra in (0, 1, 2):
                kinds[*grey, (1,), 1, (16, 16), (extra,)] = ("RGBA", "RGBA")
        for format_ in ((1,), (1, 2, 2)):
            kinds[order, _LAB, format_, 1, (8, 8, 8), ()] = ("LAB", "LAB")
            for photometric in (_LAB, _ICC_LAB):
                kinds[order, photometric, format_, 1, (16, 16, 16), ()] = (
                    "RGB",
                    "RGB;16B" if big else "RGB;16L",
                )
            kinds[order, _ICC_LAB, format_, 1, (8, 8, 8), ()] = ("RGB", "RGB")
    return kinds


for _kind, _modes in _more_kinds().items():
    TiffImagePlugin.OPEN_INFO.setdefault(_kind, _modes)
# Pillow reads unsigned numbers of 32 bits of one byte order only, the machine's.
TiffImagePlugin.OPEN_INFO[TiffImagePlugin.II, _BLACK_IS_ZERO, (1,), 1, (32,), ()] = ("I", "I;32S")
