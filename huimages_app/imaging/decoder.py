"""The interface between services and pictures: inspect, render, make previews.

There are two implementations: in this process, and in worker processes (`isolation`).
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Self

from .decode import HeaderInfo, read_header
from .decoding_budget import DecodingBudget
from .inspect import inspect
from .options import Inspection, Limits, Quality, RenditionTarget
from .pipeline import render
from .previews import make_previews


class Decoder(ABC):
    """Decodes pictures within limits and a budget of memory.  Thread-safe."""

    def __init__(self, limits: Limits, budget: DecodingBudget) -> None:
        self.limits = limits
        self._budget = budget

    def without_timeout(self) -> Self:
        """Return a decoder on the same budget that waits for memory as long as it takes."""
        decoder = copy.copy(self)
        decoder._budget = self._budget.with_timeout(None)
        return decoder

    @abstractmethod
    def inspect(self, file: BinaryIO) -> Inspection:
        """Return the facts of an uploaded picture, after decoding it to its end.

        Raises NotAnImage, UnsupportedImage, TooLarge, ServerBusy.  Leaves `file` open, at
        any position.
        """

    @abstractmethod
    def read_header(self, file: BinaryIO) -> HeaderInfo:
        """Return type and sizes that a picture states, without decoding it.

        Raises NotAnImage, UnsupportedImage, TooLarge, ServerBusy.  Leaves `file` open, at
        any position.
        """

    @abstractmethod
    def render(
        self,
        original: BinaryIO,
        target: RenditionTarget,
        quality: Quality,
        full_size: tuple[int, int] | None = None,
    ) -> None:
        """Write a rendition of `original` to the target's file.

        `full_size` is the upright size of the true original if `original` is a preview of it.
        Raises CorruptOriginal, BadSize, ServerBusy, OSError.
        """

    @abstractmethod
    def make_previews(
        self, original: BinaryIO, targets: Mapping[int, Path | int]
    ) -> tuple[int, ...]:
        """Write previews to files, by their longest side; return the sides of those made.

        Files are given as paths or descriptors.  Raises CorruptOriginal, ServerBusy, OSError.
        """

    def start(self) -> None:
        """Prepare the first decoding; called before the process has threads."""

    def close(self) -> None:
        """Release all resources."""


class LocalDecoder(Decoder):
    """Decodes in this process."""

    def inspect(self, file: BinaryIO) -> Inspection:
        return inspect(file, self.limits, self._budget)

    def read_header(self, file: BinaryIO) -> HeaderInfo:
        return read_header(file, self.limits, self._budget)

    def render(
        self,
        original: BinaryIO,
        target: RenditionTarget,
        quality: Quality,
        full_size: tuple[int, int] | None = None,
    ) -> None:
        render(original, target, quality, self.limits, full_size=full_size, budget=self._budget)

    def make_previews(
        self, original: BinaryIO, targets: Mapping[int, Path | int]
    ) -> tuple[int, ...]:
        return make_previews(original, targets, self.limits, self._budget)
