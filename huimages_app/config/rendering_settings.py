"""The groups of the settings table about renditions, uploads and permissions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from ..domain.article_names import NamePattern
from ..errors import BadSetting
from .parsers import (
    amount,
    name_pattern,
    one_of,
    optional_file,
    path,
    pause,
    percent,
    positive,
    seconds,
    similarity,
    size_list,
    whole,
    whole_from,
)
from .spec import setting


@dataclass(frozen=True)
class CacheSettings:
    """The cache of renditions."""

    path: Path = setting("cache.path", path, Path("var/cache"), "folder of the renditions")
    max_bytes: int = setting(
        "cache.max_bytes",
        amount,
        20 * 10**9,
        "size of the cache; beyond it the least recently used renditions are removed; 0: no limit",
    )
    memory: int = setting(
        "cache.memory",
        amount,
        16 * 10**6,
        "memory of each process for renditions of up to 64 kB, which are sent without a thread of "
        "their own; 0: none",
    )
    follow: float = setting(
        "cache.follow",
        pause,
        5.0,
        "seconds between checks for images that other nodes trashed or removed (couchdb); 0: never",
    )


@dataclass(frozen=True)
class QualitySettings:
    """The quality of renditions by format, from 1 to 100, and whether it depends on the picture."""

    mode: Literal["fixed", "adaptive"] = setting(
        "quality",
        one_of("fixed", "adaptive"),
        "fixed",
        "adaptive: files in the lowest quality that keeps `quality.similarity`, made in the "
        "background; the qualities below are then the highest",
    )
    similarity: float = setting(
        "quality.similarity",
        similarity,
        0.97,
        "structural similarity (SSIM) of adaptive renditions to the exact picture; 1 is equal",
    )
    jpeg: int = setting("quality.jpeg", percent, 80, "quality of JPEG renditions")
    webp: int = setting("quality.webp", percent, 80, "quality of WebP renditions")
    avif: int = setting("quality.avif", percent, 60, "quality of AVIF renditions")

    @property
    def by_extension(self) -> Mapping[str, int]:
        """The quality of each lossy format."""
        return {"jpeg": self.jpeg, "webp": self.webp, "avif": self.avif}

    @property
    def is_adaptive(self) -> bool:
        """True if the quality depends on the picture, in sizes that name none."""
        return self.mode == "adaptive"


@dataclass(frozen=True)
class EffortSettings:
    """Efforts of encoders: more effort gives a smaller file of the same quality; as in sharp."""

    webp: int = setting("effort.webp", whole_from(0, 6), 4, "search for smaller WebP files")
    avif: int = setting(
        "effort.avif",
        whole_from(0, 9),
        5,
        "search for smaller AVIF files, in the background: 5 takes six times as long as 3",
    )


@dataclass(frozen=True)
class WatermarkSettings:
    """The watermark of named sizes with the option `watermark`."""

    file: Path | None = setting(
        "watermark.file",
        optional_file,
        None,
        "PNG file laid over renditions of sizes with `watermark`",
    )
    position: str = setting(
        "watermark.position",
        one_of(
            *("bottom-right", "bottom", "bottom-left", "right", "centre", "left"),
            *("top-right", "top", "top-left"),
        ),
        "bottom-right",
        "where the watermark lies",
    )
    width: int = setting(
        "watermark.width", percent, 25, "width of the watermark in percent of the rendition's"
    )
    opacity: int = setting("watermark.opacity", percent, 50, "opacity of the watermark in percent")

    @property
    def place(self) -> tuple[float, float]:
        """The position as shares of the height and the width: 0 is the top, and the left."""
        words = self.position.split("-")
        vertical = 0.0 if "top" in words else 1.0 if "bottom" in words else 0.5
        horizontal = 0.0 if "left" in words else 1.0 if "right" in words else 0.5
        return vertical, horizontal

    @property
    def version(self) -> str:
        """A text that changes with the watermark; empty without one."""
        if not self.content:
            return ""
        digest = hashlib.sha256(self.content).hexdigest()
        return f"{digest} {self.position} {self.width} {self.opacity}"

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file, read once; empty without a file.  Raises BadSetting."""
        if self.file is None:
            return b""
        try:
            return self.file.read_bytes()
        except OSError as error:
            raise BadSetting(
                f"setting 'huimages.watermark.file': {self.file} can't be read: {error.strerror}"
            ) from None


@dataclass(frozen=True)
class RenderSettings:
    """Limits of rendering, per process."""

    at_once: int = setting(
        "render.at_once",
        whole,
        0,
        "concurrent renderings per process; 0: one per core, or with several `workers` one more "
        "than the core of each",
    )
    waiting: int = setting(
        "render.waiting", whole, 6, "renderings that may queue; further requests get 503"
    )
    requests: int = setting(
        "render.requests",
        positive,
        40,
        "concurrent requests for renditions that are not cached; further ones get 503. Choose "
        "fewer than the server's `threads`, so that threads remain for other requests",
    )
    timeout: float = setting(
        "render.timeout", seconds, 20.0, "longest wait in the queue, in seconds"
    )
    max_pixels: int = setting(
        "render.max_pixels",
        amount,
        50 * 10**6,
        "most pixels of a rendition in a padded size, as in `600x600=7`, with its density",
    )


@dataclass(frozen=True)
class DecodingSettings:
    """Limits of decoders, of uploads, renditions and previews together."""

    memory: int = setting(
        "decoding.memory",
        amount,
        800 * 10**6,
        "bytes that all decoders of a server may take together, for uploads, renditions and "
        "previews; further ones wait. The largest picture within `upload.max_pixels` needs 700 MB",
    )
    isolated: Literal["on", "off"] = setting(
        "decoding.isolated",
        one_of("on", "off"),
        "off",
        "on: pictures are decoded in worker processes without access to files, network and "
        "secrets, so that a picture that crashes or controls a decoder does no harm",
    )
    seconds: int = setting(
        "decoding.seconds",
        positive,
        30,
        "seconds of CPU time for one picture, with `decoding.isolated`; by the clock twice as many",
    )


@dataclass(frozen=True)
class UploadSettings:
    """Limits and effects of uploads."""

    sizes: tuple[str, ...] = setting(
        "upload.sizes", size_list, (), "sizes rendered right after every upload"
    )
    max_bytes: int = setting(
        "upload.max_bytes", amount, 64 * 10**6, "largest size of an uploaded file, in bytes"
    )
    max_request_bytes: int = setting(
        "upload.max_request_bytes",
        amount,
        1000 * 10**6,
        "largest size of one form with several files, in bytes",
    )
    max_pixels: int = setting(
        "upload.max_pixels", amount, 100 * 10**6, "most pixels of an uploaded picture"
    )
    max_pixels_whole: int = setting(
        "upload.max_pixels_whole",
        amount,
        50 * 10**6,
        "most pixels in formats that must be decoded as a whole (all but baseline JPEG)",
    )
    max_frames: int = setting(
        "upload.max_frames", whole, 1000, "most frames of an uploaded animation"
    )
    artnr_pattern: NamePattern | None = setting(
        "upload.artnr_pattern",
        name_pattern,
        None,
        r"finds the article number in a file name, as `^([0-9]{5})`: the group `artnr`, else the "
        "first group, else all of it; the groups `role` and `at` give role and place in order. "
        "`amazon` and `gs1` are the patterns of these file names",
    )


@dataclass(frozen=True)
class PermissionSettings:
    """The least role for each permission."""

    view: str = setting(
        "who.view", one_of("everyone", "viewer"), "viewer", "role that may see the pages"
    )
    contribute: str = setting(
        "who.contribute",
        one_of("everyone", "viewer", "editor"),
        "editor",
        "role that may tag, rate and mark favourites",
    )
    upload: str = setting(
        "who.upload", one_of("everyone", "editor"), "editor", "role that may upload pictures"
    )
    edit: str = setting(
        "who.edit",
        one_of("everyone", "editor"),
        "editor",
        "role that may change titles, alt texts, focal points and all tags, and use the trash",
    )
    admin: str = setting(
        "who.admin",
        one_of("everyone", "admin"),
        "admin",
        "role that may remove pictures for good and manage accounts and tokens",
    )
