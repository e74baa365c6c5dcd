"""All settings: one table, read once at the start.

`Settings.read` takes what the ini file says and what the environment says, and refuses
keys it does not know.  The rest of the program sees values, never text.  A new setting is
one row here and `make docs`.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..domain.sizes import Size, parse_names
from ..errors import BadSetting, BadSize
from .parsers import (
    Network,
    amount,
    host_names,
    networks,
    one_of,
    origin_urls,
    path,
    pattern,
    pause,
    positive,
    quality,
    seconds,
    table,
    text,
    web_address,
    whole,
    words,
)
from .reading import find, parse, refuse_unknown
from .spec import PREFIX, SettingSpec, setting
from .storage_settings import StorageSettings

# As huimages.secret: one is made on the first start.
GENERATE = "generate"
# What the secret in a sample file has in it, so that nobody goes live with it.
SAMPLE = "change-me"

# The words of huimages.sizes.allowed that stand for several sizes.
SIZE_GROUPS = frozenset({"any", "named", "legacy"})


@dataclass(frozen=True)
class Settings(StorageSettings):
    """Every setting of the program, as values.  An attribute is the key with `_` for `.`."""

    # the renditions
    cache_path: Path = setting("cache.path", path, Path("var/cache"), "folder of the renditions")
    cache_max_bytes: int = setting(
        "cache.max_bytes",
        amount,
        20 * 10**9,
        "size of the cache; beyond it the least recently used renditions are removed; 0: no limit",
    )
    cache_follow: float = setting(
        "cache.follow",
        pause,
        5.0,
        "seconds between checks for images that other nodes trashed or removed (couchdb); 0: never",
    )
    image_url: str = setting(
        "image_url",
        web_address,
        "",
        "base of generated image URLs, e.g. a cookieless host; the site if empty",
    )
    alt_addition: str = setting(
        "alt_addition", text, "", "appended to the alt text of generated <img> tags"
    )
    sizes: dict[str, str] = setting(
        "sizes", table, {}, "additional named sizes, one per line: name = WxH or WxH!"
    )
    sizes_allowed: tuple[str, ...] = setting(
        "sizes.allowed",
        words,
        ("any",),
        "sizes served without a signature: any, or a list of sizes, names, `named` (all names) and "
        "`legacy` (all names, `o` and `150x150`, for URLs of huImages 2.2)",
    )
    quality_jpeg: int = setting("quality.jpeg", quality, 80, "quality of JPEG renditions")
    quality_webp: int = setting("quality.webp", quality, 80, "quality of WebP renditions")
    quality_avif: int = setting("quality.avif", quality, 60, "quality of AVIF renditions")

    negotiate: Literal["auto", "everywhere", "off"] = setting(
        "negotiate",
        one_of("auto", "everywhere", "off"),
        "auto",
        "which URLs return AVIF or WebP to clients that accept it: auto: those ending in .auto; "
        "everywhere: also .jpeg, .jpg and none; off: none",
    )
    accel: Literal["off", "nginx", "lighttpd"] = setting(
        "accel",
        one_of("off", "nginx", "lighttpd"),
        "off",
        "web server in front that sends cached renditions itself after huimages has checked the "
        "request (signed URLs)",
    )

    chain: Literal["upload", "request", "off"] = setting(
        "chain",
        one_of("upload", "request", "off"),
        "upload",
        "when previews (smaller copies of large originals, for quick renditions) are made: after "
        "the upload, after the first request for a rendition, or never",
    )
    upload_sizes: tuple[str, ...] = setting(
        "upload.sizes", words, (), "sizes rendered right after every upload"
    )
    render_at_once: int = setting(
        "render.at_once",
        whole,
        0,
        "concurrent renderings per process; 0: one per core",
    )
    render_waiting: int = setting(
        "render.waiting", whole, 6, "renderings that may queue; further requests get 503"
    )
    render_requests: int = setting(
        "render.requests",
        positive,
        40,
        "concurrent requests for renditions that are not cached; further ones get 503. Choose "
        "fewer than the server's `threads`, so that threads remain for other requests",
    )
    render_timeout: float = setting(
        "render.timeout", seconds, 20.0, "longest wait in the queue, in seconds"
    )
    decoding_memory: int = setting(
        "decoding.memory",
        amount,
        800 * 10**6,
        "bytes that the decoders of a process may take together, for uploads, renditions and "
        "previews; further ones wait. The largest picture within `upload.max_pixels` needs 700 MB",
    )

    # what may be uploaded
    upload_max_bytes: int = setting(
        "upload.max_bytes", amount, 64 * 10**6, "largest size of an uploaded file, in bytes"
    )
    upload_max_request_bytes: int = setting(
        "upload.max_request_bytes",
        amount,
        1000 * 10**6,
        "largest size of one form with several files, in bytes",
    )
    upload_max_pixels: int = setting(
        "upload.max_pixels", amount, 100 * 10**6, "most pixels of an uploaded picture"
    )
    upload_max_pixels_whole: int = setting(
        "upload.max_pixels_whole",
        amount,
        50 * 10**6,
        "most pixels in formats that must be decoded as a whole (all but baseline JPEG)",
    )
    upload_max_frames: int = setting(
        "upload.max_frames", whole, 1000, "most frames of an uploaded animation"
    )

    upload_artnr_pattern: re.Pattern[str] | None = setting(
        "upload.artnr_pattern",
        pattern,
        None,
        r"finds the article number in a file name, as `^([0-9]{5})`: its first group, or all of it",
    )

    # the trash
    trash_days: int = setting(
        "trash.days", whole, 30, "days after which `huimages purge` removes what is in the trash"
    )

    # the site
    secret: str = setting(
        "secret",
        text,
        "",
        f"signs cookies and URLs, at least 32 characters; {GENERATE}: made on the first start "
        "and kept in huimages.var",
        secret=True,
    )
    var: Path = setting(
        "var", path, Path("var"), "folder of files that the program creates for itself"
    )

    # who may do what
    who_view: str = setting(
        "who.view", one_of("everyone", "viewer"), "viewer", "role that may see the pages"
    )
    who_contribute: str = setting(
        "who.contribute",
        one_of("everyone", "viewer", "editor"),
        "editor",
        "role that may tag, rate and mark favourites",
    )
    who_upload: str = setting(
        "who.upload", one_of("everyone", "editor"), "editor", "role that may upload pictures"
    )
    who_edit: str = setting(
        "who.edit",
        one_of("everyone", "editor"),
        "editor",
        "role that may change titles, alt texts, focal points and all tags, and use the trash",
    )
    who_admin: str = setting(
        "who.admin",
        one_of("everyone", "admin"),
        "admin",
        "role that may remove pictures for good and manage accounts and tokens",
    )
    signed: Literal["sizes", "all", "off"] = setting(
        "signed",
        one_of("sizes", "all", "off"),
        "sizes",
        "which image URLs need a signature: of sizes that are not allowed; all; off: none, and "
        "sizes that are not allowed are not served",
    )
    signing_keys: tuple[str, ...] = setting(
        "signing_keys",
        words,
        (),
        "keys that sign image URLs, at least 32 characters each: the first signs, all verify; "
        "derived from huimages.secret if empty",
        secret=True,
    )
    renditions_per_image: int = setting(
        "renditions_per_image", whole, 200, "most cached renditions of one image; 0: no limit"
    )
    hosts: tuple[str, ...] = setting(
        "hosts", host_names, (), "host names of this site, without port; any if empty"
    )
    origins: tuple[str, ...] = setting(
        "origins",
        origin_urls,
        (),
        "origins of this site as browsers see them, if a proxy in front changes them",
    )
    api_origins: tuple[str, ...] = setting(
        "api_origins",
        origin_urls,
        (),
        "origins of other sites whose pages may use the API with a token, for example "
        "https://shop.example.com",
    )
    proxy_addresses: tuple[Network, ...] = setting(
        "proxy_addresses",
        networks,
        (),
        "IPs or networks of the proxies in front, whose headers are trusted",
    )
    proxy_user_header: str = setting(
        "proxy_user_header",
        text,
        "",
        "header in which the proxies send the name of the signed-in user; empty: none",
    )
    proxy_user_role: str = setting(
        "proxy_user_role",
        one_of("viewer", "editor"),
        "viewer",
        "role of users whom a proxy has signed in and who have no account here",
    )
    metrics: tuple[Network, ...] = setting(
        "metrics",
        networks,
        (),
        "IPs or networks that may read /metrics, which is per process; empty: none",
    )
    hsts: int = setting(
        "hsts", whole, 31_536_000, "max-age of Strict-Transport-Security, in seconds"
    )

    @classmethod
    def rows(cls) -> Iterator[tuple[str, SettingSpec]]:
        """Every row with the name of its attribute, in the order of the table."""
        for column in dataclasses.fields(cls):
            yield column.name, column.metadata["row"]

    @classmethod
    def read(cls, ini: Mapping[str, str], environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from an ini file's keys and the environment; raises BadSetting.

        The environment wins over the ini file, and both win over the variables of
        huImages 2.2.  Keys without our prefix are somebody else's.
        """
        environ = {} if environ is None else environ
        refuse_unknown([row for _, row in cls.rows()], ini, environ)
        values = {}
        for name, row in cls.rows():
            found = find(row, ini, environ)
            if found is not None:
                values[name] = parse(row, *found)
        settings = cls(**values)
        settings.check()
        return settings

    def check(self) -> None:
        """Raises BadSetting for values that are well formed and can't be meant."""
        try:
            names = self.named_sizes
        except BadSize as error:
            raise BadSetting(f"setting 'huimages.sizes': {error}") from None
        for key, sizes in (
            ("sizes.allowed", self.sizes_allowed),
            ("upload.sizes", self.upload_sizes),
        ):
            for size in sizes:
                try:
                    if key == "upload.sizes" or size not in SIZE_GROUPS:
                        Size.parse(size, names)
                except BadSize as error:
                    raise BadSetting(f"setting '{PREFIX}{key}': {error}") from None
        if self.originals == "s3" and not self.s3_bucket:
            raise BadSetting("setting 'huimages.s3.bucket' is missing: the originals are in s3")
        self._check_keys()

    def _check_keys(self) -> None:
        if self.secret and self.secret != GENERATE:
            _check_key("huimages.secret", self.secret)
        for key in self.signing_keys:
            _check_key("huimages.signing_keys", key)

    @property
    def signs_addresses(self) -> bool:
        """Whether there are addresses of pictures that need a signature."""
        return self.signed == "all" or (self.signed == "sizes" and "any" not in self.sizes_allowed)

    @property
    def renderings_at_once(self) -> int:
        """How many renditions a process makes at once."""
        return self.render_at_once or os.cpu_count() or 1

    @property
    def named_sizes(self) -> dict[str, Size]:
        """The classic named sizes and this site's own."""
        return parse_names(self.sizes)


def _check_key(setting_key: str, key: str) -> None:
    if len(key) < 32:
        raise BadSetting(f"setting '{setting_key}' is too short: at least 32 characters")
    if SAMPLE in key:
        raise BadSetting(
            f"setting '{setting_key}' is the one of the sample: python3 -c "
            "'import secrets; print(secrets.token_hex(32))' makes one of your own"
        )
