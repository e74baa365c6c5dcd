"""Presets: named sizes with output options, whose URLs contain the name."""

from __future__ import annotations

from dataclasses import dataclass, field

from .output_options import OutputOptions


@dataclass(frozen=True, slots=True)
class Preset:
    """The name of a size, and how its renditions are finished and written.

    `version` depends on all that its renditions depend on: the definition, the quality
    settings, the watermark.  It is part of the names of cached files, so that these are never
    served after a change.  Its letters are upper case, so that no URL looks like such a name.
    """

    name: str
    options: OutputOptions = field(default_factory=OutputOptions)
    version: str = "00000000"

    @property
    def cache_name(self) -> str:
        """Return what the names of its cached files begin with."""
        return f"{self.name}-{self.version}"
