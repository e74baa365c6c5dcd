"""Build the decoder that the settings name."""

from __future__ import annotations

from collections.abc import Callable

from ..config.settings import Settings
from .decoder import Decoder, LocalDecoder
from .decoding_budget import DecodingBudget
from .options import Limits


def make_decoder(
    settings: Settings, on_failure: Callable[[str], None] = lambda kind: None
) -> Decoder:
    """Return the decoder: in this process, or in worker processes, which report failures."""
    limits = limits_of(settings)
    budget = DecodingBudget(settings.decoding.memory, settings.render.timeout, settings.workers)
    if settings.decoding.isolated == "off":
        return LocalDecoder(limits, budget)
    from .isolation import IsolatedDecoder, worker_limits

    worker = worker_limits(limits, settings.decoding.memory, settings.decoding.seconds)
    parallel = settings.parallel_renditions
    return IsolatedDecoder(limits, budget, worker, parallel=parallel, on_failure=on_failure)


def limits_of(settings: Settings) -> Limits:
    """Return the limits of uploads."""
    return Limits(
        max_bytes=settings.upload.max_bytes,
        max_pixels=settings.upload.max_pixels,
        max_pixels_whole=settings.upload.max_pixels_whole,
        max_frames=settings.upload.max_frames,
    )
