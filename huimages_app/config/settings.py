"""All settings: one table, read once at the start.

`Settings.read` reads the ini file and the environment, and refuses unknown keys.  The rest of
the program gets values, never text.  A new setting is one row, here or in the module of its
group, and `make docs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from ..domain.named_sizes import RenderingInputs, parse_named_sizes
from ..domain.sizes import Size
from ..errors import BadSetting, BadSize
from .article_settings import ArticleSettings
from .cores import usable_cores
from .invalidation_settings import InvalidationSettings
from .observation_settings import LogSettings, OtelSettings, SentrySettings
from .parsers import (
    EMBEDDED,
    Network,
    embedded_parts,
    host_names,
    networks,
    one_of,
    origin_urls,
    path,
    processes,
    size_list,
    table,
    text,
    time_zone,
    web_url,
    whole,
    words,
)
from .reading import read_group, refuse_unknown
from .rendering_settings import (
    CacheSettings,
    DecodingSettings,
    EffortSettings,
    PermissionSettings,
    QualitySettings,
    RenderSettings,
    UploadSettings,
    WatermarkSettings,
)
from .spec import PREFIX, SettingSpec, group, setting, table_rows
from .storage_settings import StorageSettings

# The value of huimages.secret with which a secret is made on the first start.
GENERATE = "generate"
# Part of the secret in sample files, which no site may use.
SAMPLE = "change-me"

# The words of huimages.sizes.allowed that mean several sizes.
SIZE_GROUPS = frozenset({"any", "named", "legacy"})


@dataclass(frozen=True)
class Settings(ArticleSettings, StorageSettings):
    """Every setting of the program, as values.

    A group is an attribute: huimages.s3.bucket is `s3.bucket`.  In all other attributes the
    `.` of the key is `_`.
    """

    # the renditions
    cache: CacheSettings = group(CacheSettings)
    image_url: str = setting(
        "image_url",
        web_url,
        "",
        "base of generated image URLs, e.g. a cookieless host; the site if empty",
    )
    alt_addition: str = setting(
        "alt_addition", text, "", "appended to the alt text of generated <img> tags"
    )
    sizes: dict[str, str] = setting(
        "sizes",
        table,
        {},
        "additional named sizes, one per line: name = WxH, WxH! or WxH=7, maybe with output "
        "options: jpeg, webp, avif, png, qNN, max AMOUNT, sharpen, grayscale, watermark",
    )
    sizes_allowed: tuple[str, ...] = setting(
        "sizes.allowed",
        size_list,
        ("any",),
        "sizes served without a signature: any, or a list of sizes, names, `named` (all names) and "
        "`legacy` (all names, `o` and `150x150`, for URLs of huImages 2.2)",
    )
    quality: QualitySettings = group(QualitySettings)
    effort: EffortSettings = group(EffortSettings)
    watermark: WatermarkSettings = group(WatermarkSettings)

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
    render: RenderSettings = group(RenderSettings)
    decoding: DecodingSettings = group(DecodingSettings)

    # what may be uploaded
    upload: UploadSettings = group(UploadSettings)

    embedded_read: tuple[str, ...] = setting(
        "embedded.read",
        embedded_parts,
        EMBEDDED,
        "what a new picture takes over from the EXIF, IPTC and XMP in its file; `taken` is the "
        "time and the camera",
    )

    timezone: ZoneInfo = setting(
        "timezone",
        time_zone,
        ZoneInfo("UTC"),
        "time zone of the first and the last day of rights, and of the last day of share links",
    )

    # the pages
    name: str = setting(
        "name",
        text,
        "huImages",
        "name of the site: in the header, in titles, and of the installed app",
    )

    # the trash
    trash_days: int = setting(
        "trash.days", whole, 30, "days after which `huimages purge` removes what is in the trash"
    )

    # the site
    workers: int = setting(
        "workers",
        processes,
        1,
        "processes that serve this site on the same port; auto: one per core",
    )
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

    # permissions and security
    who: PermissionSettings = group(PermissionSettings)
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
        "IPs or networks that may read /metrics; empty: none",
    )
    invalidate: InvalidationSettings = group(InvalidationSettings)
    log: LogSettings = group(LogSettings)
    otel: OtelSettings = group(OtelSettings)
    sentry: SentrySettings = group(SentrySettings)
    hsts: int = setting(
        "hsts", whole, 31_536_000, "max-age of Strict-Transport-Security, in seconds"
    )

    @classmethod
    def rows(cls) -> Iterator[tuple[str, SettingSpec]]:
        """Yield every row in the order of the table, with the path of its attribute."""
        return table_rows(cls)

    @classmethod
    def read(cls, ini: Mapping[str, str], environ: Mapping[str, str] | None = None) -> Settings:
        """Return the settings of an ini file and the environment; raises BadSetting.

        The environment wins over the ini file, and both win over the variables of
        huImages 2.2.  Keys without the prefix `huimages.` belong to other programs.
        """
        environ = {} if environ is None else environ
        refuse_unknown([row for _, row in cls.rows()], ini, environ)
        settings = read_group(cls, ini, environ)
        settings.check()
        return settings

    def check(self) -> None:
        """Raise BadSetting for values that are well formed but useless or unsafe."""
        self._check_sizes()
        if self.originals == "s3" and not self.s3.bucket:
            raise BadSetting("setting 'huimages.s3.bucket' is missing: the originals are in s3")
        self._check_keys()

    def _check_sizes(self) -> None:
        with _naming("sizes"):
            names = self.named_sizes
            for name, size in names.items():
                size.require_pixels(self.render.max_pixels)
                if size.options.watermark and not self.watermark.content:
                    raise BadSize(f"the size {name} has a watermark: set huimages.watermark.file")
        for key, texts in (
            ("sizes.allowed", set(self.sizes_allowed) - SIZE_GROUPS),
            ("upload.sizes", self.upload.sizes),
        ):
            with _naming(key):
                for text_ in texts:
                    Size.parse(text_, names).require_pixels(self.render.max_pixels)

    def _check_keys(self) -> None:
        if self.secret and self.secret != GENERATE:
            _check_key("huimages.secret", self.secret)
        for key in self.signing_keys:
            _check_key("huimages.signing_keys", key)

    @property
    def parallel_renditions(self) -> int:
        """Return the number of renditions that each process makes at once."""
        if self.render.at_once:
            return self.render.at_once
        cores = usable_cores()
        # One more than its share, to use cores that processes with few connections leave free.
        return cores if self.workers == 1 else cores // self.workers + 1

    @property
    def signs_urls(self) -> bool:
        """Return whether some URLs of pictures need a signature."""
        return self.signed == "all" or (self.signed == "sizes" and "any" not in self.sizes_allowed)

    @property
    def articles_are_open(self) -> bool:
        """Return whether everyone may use stable URLs of articles."""
        return self.articles_open or self.who.view == "everyone"

    @property
    def signs_articles(self) -> bool:
        """Return whether a signature opens stable URLs of articles."""
        return self.signed != "off" and not self.articles_are_open

    @cached_property
    def named_sizes(self) -> Mapping[str, Size]:
        """The named sizes of huImages 2.2 and those of this site; raises BadSize, BadSetting."""
        wants_watermark = any("watermark" in text.split() for text in self.sizes.values())
        watermark = self.watermark.version if wants_watermark else ""
        quality = self.quality
        inputs = RenderingInputs(
            quality.by_extension, watermark, quality.similarity, quality.is_adaptive
        )
        return parse_named_sizes(self.sizes, inputs)


@contextmanager
def _naming(key: str) -> Iterator[None]:
    """Turn BadSize into BadSetting for the setting `key`."""
    try:
        yield
    except BadSize as error:
        raise BadSetting(f"setting '{PREFIX}{key}': {error}") from None


def _check_key(setting_key: str, key: str) -> None:
    if len(key) < 32:
        raise BadSetting(f"setting '{setting_key}' is too short: at least 32 characters")
    if SAMPLE in key:
        raise BadSetting(
            f"setting '{setting_key}' is that of the sample file: python3 -c "
            "'import secrets; print(secrets.token_hex(32))' makes a new one"
        )
