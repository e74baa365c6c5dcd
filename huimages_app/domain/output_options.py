"""Output options of a named size: how its renditions are finished and written.

jpeg, webp, avif, png   the only format of its renditions
q90                     the quality of the encoder, 1 to 100
adaptive                a lower quality where the picture stays similar enough
max 10MB                most bytes of a file
sharpen, grayscale, watermark
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import BadSize
from .amounts import parse_amount
from .formats import FORMATS, PNG, Format

_QUALITY = re.compile(r"q(100|[1-9][0-9]?)")
FLAGS = ("sharpen", "grayscale", "watermark")
_WORDS = ("adaptive", *FLAGS)
_FORMATS: Mapping[str, Format] = {format_.extension: format_ for format_ in FORMATS}
_KNOWN = (*_FORMATS, "q90", "max 10MB", *_WORDS)


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """Options for finishing and writing the renditions of a named size.

    Without `format` renditions are made in every format; without `quality` in the quality of
    the settings.  `max_bytes` is the limit of one file; None for no limit.  If `adaptive`, the
    quality is the highest one.
    """

    format: Format | None = None
    quality: int | None = None
    max_bytes: int | None = None
    sharpen: bool = False
    grayscale: bool = False
    watermark: bool = False
    adaptive: bool = False

    @classmethod
    def parse(cls, words: Sequence[str]) -> OutputOptions:
        """Return the options in the words after a size; raises BadSize."""
        given: dict[str, Any] = {}
        for name, value in _options(words):
            if name in given:
                raise BadSize(f"the option {name} is given twice")
            given[name] = value
        options = cls(**given)
        if options.format == PNG and (options.quality or options.max_bytes or options.adaptive):
            raise BadSize("png is lossless and has no quality: leave out qNN, max and adaptive")
        return options

    def resolved_quality(self, qualities: Mapping[str, int]) -> int | None:
        """Return the quality of the encoder; None if it depends on the format, or for PNG.

        `qualities` are the quality settings by extension.
        """
        if self.quality is not None or self.format is None:
            return self.quality
        return qualities.get(self.format.extension)

    def is_adaptive(self, *, by_default: bool) -> bool:
        """Return whether the quality depends on the picture.

        `by_default` is the setting, which holds for sizes that name no quality.
        """
        if self.format == PNG:
            return False
        return self.adaptive or (by_default and self.quality is None)

    def __bool__(self) -> bool:
        """Return whether any option is given."""
        return self != NO_OPTIONS

    def __str__(self) -> str:
        """Return the options as they are written, always in the same order."""
        words = [self.format.extension] if self.format else []
        if self.quality is not None:
            words.append(f"q{self.quality}")
        if self.max_bytes is not None:
            words.append(f"max {self.max_bytes}")
        return " ".join([*words, *(flag for flag in _WORDS if getattr(self, flag))])


def _options(words: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Yield the field and the value of each option."""
    rest = iter(words)
    for word in rest:
        if word in _FORMATS:
            yield "format", _FORMATS[word]
        elif match := _QUALITY.fullmatch(word):
            yield "quality", int(match[1])
        elif word == "max":
            yield "max_bytes", _bytes(next(rest, ""))
        elif word in _WORDS:
            yield word, True
        else:
            raise BadSize(_unknown(word))


def _bytes(text: str) -> int:
    try:
        number = 0 if text[-1:] in {"p", "P"} else parse_amount(text)
    except ValueError:
        number = 0
    if number < 1:
        raise BadSize(f"max {text[:20]!r} is no number of bytes; expected one as in max 10MB")
    return number


def _unknown(word: str) -> str:
    names = [*_FORMATS, *_WORDS, "max"]
    near = difflib.get_close_matches(word[:20], names, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"unknown option {word[:20]!r}; {hint}known: {', '.join(_KNOWN)}"


NO_OPTIONS = OutputOptions()
