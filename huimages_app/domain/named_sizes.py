"""The named sizes of a site: the classic ones, and those of the setting `huimages.sizes`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ..errors import BadSize
from .formats import FORMATS
from .output_options import OutputOptions
from .presets import Preset
from .sizes import CENTRE, CLASSIC, NAME, Size, is_box

# Raise it when the same definition gives other pixels: then no old rendition is served.
_REVISION = 1
# The name of a cached rendition of any preset, of a former definition as well.
_CACHED = re.compile(rf"({NAME.pattern}-[0-9A-F]{{8}})(?:[!@].*)?\.[a-z]+")


@dataclass(frozen=True, slots=True)
class RenderingInputs:
    """Settings on which renditions of presets depend besides their definition.

    `qualities` are the quality settings by extension; `watermark` describes the watermark and
    its settings.  `similarity` is what adaptive quality keeps; `adaptive` whether sizes without
    a quality of their own are adaptive.
    """

    qualities: Mapping[str, int]
    watermark: str = ""
    similarity: float = 0
    adaptive: bool = False


def parse_named_sizes(
    definitions: Mapping[str, str], inputs: RenderingInputs | None = None
) -> dict[str, Size]:
    """Return the classic sizes and those of `definitions`, by name; raises BadSize.

    A definition is the notation of a size, and maybe output options: `600x600=7 jpeg q90`.
    """
    inputs = inputs or RenderingInputs({})
    names = dict(CLASSIC)
    for name, definition in definitions.items():
        try:
            names[name] = _named(name, definition, inputs)
        except BadSize as error:
            raise BadSize(f"line '{name} = {definition}': {error}") from None
    return names


def is_outdated(filename: str, current: Collection[str]) -> bool:
    """Return whether a file of the cache is a rendition of a preset that has changed.

    `current` are the cache names of the presets.
    """
    match = _CACHED.fullmatch(filename)
    return match is not None and match[1] not in current


def _named(name: str, definition: str, inputs: RenderingInputs) -> Size:
    if not NAME.fullmatch(name) or name == "o" or is_box(name):
        raise BadSize(
            f"{name!r} can't name a size: a lowercase letter, then letters, digits, - or _"
        )
    notation, *words = definition.split() or [""]
    size = Size.parse(notation, {})
    if size.density != 1:
        raise BadSize(f"the size {name!r} is for every screen: leave out @{size.density}x")
    if size.padding and size.padding.content:
        raise BadSize(f"the size {name!r} is for every picture: leave out the content box")
    options = OutputOptions.parse(words)
    if not options:
        return size
    if size.is_original:
        raise BadSize("the original is served as it was uploaded: leave out the options")
    if size.focus != CENTRE:
        raise BadSize(f"the size {name!r} is for every picture: leave out the focal point")
    return replace(size, preset=Preset(name, options, _version(size, options, inputs)))


def _version(size: Size, options: OutputOptions, inputs: RenderingInputs) -> str:
    formats = [options.format] if options.format else FORMATS
    qualities = [options.quality or inputs.qualities.get(f.extension, 0) for f in formats]
    parts = [_REVISION, size, options, *qualities, inputs.watermark if options.watermark else ""]
    if options.is_adaptive(by_default=inputs.adaptive):
        parts.append(inputs.similarity)
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:8].upper()
