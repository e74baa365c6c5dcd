"""All settings: one table, read once at the start.

`Settings.read` takes what the ini file says and what the environment says, and refuses
keys it does not know.  The rest of the program sees values, never text.  A new setting is
one row here and `make docs`.
"""

from __future__ import annotations

import dataclasses
import difflib
import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ..domain.sizes import Size, parse_names
from ..errors import BadSetting, BadSize
from .parsers import (
    Cast,
    Network,
    amount,
    host_names,
    networks,
    one_of,
    origin_urls,
    path,
    pattern,
    pause,
    places,
    positive,
    quality,
    seconds,
    table,
    text,
    wanted,
    web_address,
    web_addresses,
    whole,
    words,
)

log = logging.getLogger(__name__)

PREFIX = "huimages."

# As huimages.secret: one is made on the first start.
GENERATE = "generate"
# What the secret in a sample file has in it, so that nobody goes live with it.
SAMPLE = "change-me"

# The words of huimages.sizes.allowed that stand for several sizes.
SIZE_GROUPS = frozenset({"any", "named", "legacy"})

# The variables of huImages 2.2, the newer name of a pair first.  Its other two,
# AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, boto3 reads by itself.
CLASSIC_VARIABLES = {
    "huimages.couchdb.url": ("HUIMAGESCOUCHSERVER", "COUCHSERVER"),
    "huimages.s3.bucket": ("HUIMAGES3BUCKET", "S3BUCKET"),
    "huimages.image_url": ("IMAGESERVERURL",),
    "huimages.alt_addition": ("HUIMAGESALTADDITION",),
}


@dataclass(frozen=True)
class SettingSpec:
    """One setting: its key in the ini file, how text becomes a value, a line of help."""

    key: str
    cast: Cast
    help: str
    secret: bool

    @property
    def file_key(self) -> str:
        """The key that names a file to read the value from; secrets have one."""
        return self.key + "_file"

    @property
    def variable(self) -> str:
        """The environment variable that overrides the key."""
        return variable_of(self.key)


def variable_of(key: str) -> str:
    """The environment variable that overrides `key`: HUIMAGES_A_B for huimages.a.b."""
    return key.upper().replace(".", "_")


def setting(key: str, cast: Cast, default: Any, help_: str, *, secret: bool = False) -> Any:
    """A row of the table: `key` without its prefix, cast, default, a line of help."""
    metadata = {"row": SettingSpec(PREFIX + key, cast, help_, secret)}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    # A secret is not shown where settings are logged.
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True)
class Settings:
    """Every setting of the program, as values.  An attribute is the key with `_` for `.`."""

    # where originals are
    originals: Literal["files", "s3"] = setting(
        "originals", one_of("files", "s3"), "files", "where originals are kept"
    )
    originals_path: Path = setting(
        "originals.path", path, Path("var/originals"), "folder of the originals (files)"
    )
    originals_fallbacks: tuple[str, ...] = setting(
        "originals.fallbacks",
        places,
        (),
        "where to look for an original that is not there, in this order",
    )
    s3_bucket: str = setting("s3.bucket", text, "", "bucket of the originals (s3)")
    s3_prefix: str = setting("s3.prefix", text, "", "put before every key in the bucket")
    s3_region: str = setting("s3.region", text, "", "region; the AWS configuration's if empty")
    s3_endpoint_url: str = setting(
        "s3.endpoint_url", web_address, "", "address of an S3-compatible store; AWS if empty"
    )
    s3_ca_bundle: str = setting("s3.ca_bundle", text, "", "file of certificates to trust for S3")
    s3_access_key_id: str = setting(
        "s3.access_key_id", text, "", "access key; the usual AWS chain if empty", secret=True
    )
    s3_secret_access_key: str = setting(
        "s3.secret_access_key", text, "", "secret key; the usual AWS chain if empty", secret=True
    )
    s3_connect_timeout: float = setting("s3.connect_timeout", seconds, 2.0, "seconds")
    s3_read_timeout: float = setting("s3.read_timeout", seconds, 10.0, "seconds, for each read")
    s3_deadline: float = setting("s3.deadline", seconds, 60.0, "seconds for one whole transfer")
    s3_checksums: Literal["when_required", "when_supported"] = setting(
        "s3.checksums",
        one_of("when_required", "when_supported"),
        "when_required",
        "when boto3 adds its own checksums; many S3-compatible stores need when_required",
    )
    s3_redirect: int = setting(
        "s3.redirect",
        whole,
        0,
        "seconds for which who asks for an original is sent to S3 itself; 0: it comes from here",
    )

    # where metadata is
    metadata: Literal["sqlite", "couchdb"] = setting(
        "metadata", one_of("sqlite", "couchdb"), "sqlite", "where metadata is kept"
    )
    metadata_path: Path = setting(
        "metadata.path", path, Path("var/metadata.sqlite"), "file of the metadata (sqlite)"
    )
    couchdb_url: str = setting(
        "couchdb.url",
        web_addresses,
        "http://127.0.0.1:5984/",
        "CouchDB server, or nodes of a cluster, first choice first; may hold user:password@",
        secret=True,
    )
    couchdb_database: str = setting("couchdb.database", text, "huimages", "one document an image")
    couchdb_visitor_database: str = setting(
        "couchdb.visitor_database", text, "huimages_meta", "one document an image and visitor"
    )
    couchdb_accounts_database: str = setting(
        "couchdb.accounts_database",
        text,
        "huimages_accounts",
        "accounts, tokens, sign-in throttling",
    )
    couchdb_username: str = setting("couchdb.username", text, "", "if it does not stand in the URL")
    couchdb_password: str = setting(
        "couchdb.password", text, "", "if it does not stand in the URL", secret=True
    )
    couchdb_ca_bundle: str = setting(
        "couchdb.ca_bundle", text, "", "file of certificates to trust for CouchDB"
    )
    couchdb_timeout: float = setting("couchdb.timeout", seconds, 5.0, "seconds for one answer")

    # the renditions
    cache_path: Path = setting("cache.path", path, Path("var/cache"), "folder of the renditions")
    cache_max_bytes: int = setting(
        "cache.max_bytes",
        amount,
        20 * 10**9,
        "the oldest used are removed beyond this; 0: no limit",
    )
    cache_follow: float = setting(
        "cache.follow",
        pause,
        5.0,
        "seconds between looks for images that other nodes trashed or removed (couchdb); 0: never",
    )
    image_url: str = setting(
        "image_url",
        web_address,
        "",
        "base of generated image URLs, e.g. a cookieless host; the site if empty",
    )
    alt_addition: str = setting(
        "alt_addition", text, "", "put behind the alt text of generated <img> tags"
    )
    sizes: dict[str, str] = setting(
        "sizes", table, {}, "further named sizes, a line each: name = WxH or WxH!"
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
        "where a rendition is AVIF or WebP for clients that take it: under the extension .auto; "
        "under .jpeg, .jpg and none as well; nowhere",
    )
    accel: Literal["off", "nginx", "lighttpd"] = setting(
        "accel",
        one_of("off", "nginx", "lighttpd"),
        "off",
        "which web server in front sends cached renditions itself, once it was found that they "
        "may be seen (signed addresses)",
    )

    chain: Literal["upload", "request", "off"] = setting(
        "chain",
        one_of("upload", "request", "off"),
        "upload",
        "when smaller copies of large originals are made, for quick renditions: after the upload, "
        "after the first request for a rendition, or never",
    )
    upload_sizes: tuple[str, ...] = setting(
        "upload.sizes", words, (), "sizes made of every picture after its upload"
    )
    render_at_once: int = setting(
        "render.at_once",
        whole,
        0,
        "renderings at once in a process, and as many uploads decoded; 0: as many as cores",
    )
    render_waiting: int = setting(
        "render.waiting", whole, 6, "renderings that may wait for their turn; more are answered 503"
    )
    render_requests: int = setting(
        "render.requests",
        positive,
        40,
        "requests that may be at renditions which are not in the cache, and wait for one another; "
        "more are answered 503. Fewer than the server has `threads`: the others are for the rest",
    )
    render_timeout: float = setting("render.timeout", seconds, 20.0, "seconds to wait for a turn")
    decoding_memory: int = setting(
        "decoding.memory",
        amount,
        800 * 10**6,
        "bytes that the decoders of a process may take together, for uploads, renditions and "
        "previews; further ones wait. The largest picture within `upload.max_pixels` needs 700 MB",
    )

    # what may be uploaded
    upload_max_bytes: int = setting("upload.max_bytes", amount, 64 * 10**6, "bytes of an upload")
    upload_max_request_bytes: int = setting(
        "upload.max_request_bytes", amount, 1000 * 10**6, "bytes of one form with several uploads"
    )
    upload_max_pixels: int = setting(
        "upload.max_pixels", amount, 100 * 10**6, "pixels of an upload"
    )
    upload_max_pixels_whole: int = setting(
        "upload.max_pixels_whole",
        amount,
        50 * 10**6,
        "pixels of formats that have to be decoded whole (all but baseline JPEG)",
    )
    upload_max_frames: int = setting("upload.max_frames", whole, 1000, "frames of an animation")

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
    var: Path = setting("var", path, Path("var"), "folder for what the program makes for itself")

    # who may do what
    who_view: str = setting(
        "who.view", one_of("everyone", "viewer"), "viewer", "who sees the pages"
    )
    who_contribute: str = setting(
        "who.contribute",
        one_of("everyone", "viewer", "editor"),
        "editor",
        "who gives tags, ratings and favourites",
    )
    who_upload: str = setting(
        "who.upload", one_of("everyone", "editor"), "editor", "who adds pictures"
    )
    who_edit: str = setting(
        "who.edit",
        one_of("everyone", "editor"),
        "editor",
        "who changes titles, alt texts, focal points and others' tags, and uses the trash",
    )
    who_admin: str = setting(
        "who.admin",
        one_of("everyone", "admin"),
        "admin",
        "who removes pictures for good and manages accounts and tokens",
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
        "keys of image URLs, of at least 32 characters; the first signs, all are good; made from "
        "huimages.secret if empty",
        secret=True,
    )
    renditions_per_image: int = setting(
        "renditions_per_image", whole, 200, "renditions kept of one image at most; 0: no limit"
    )
    hosts: tuple[str, ...] = setting(
        "hosts", host_names, (), "host names that this site answers to; any if empty"
    )
    origins: tuple[str, ...] = setting(
        "origins",
        origin_urls,
        (),
        "origins of this site as browsers see it, if a proxy in front changes the Host header",
    )
    api_origins: tuple[str, ...] = setting(
        "api_origins",
        origin_urls,
        (),
        "origins of other sites whose pages may make changes with the API and a token",
    )
    proxy_addresses: tuple[Network, ...] = setting(
        "proxy_addresses", networks, (), "the proxies in front, whose headers are believed"
    )
    proxy_user_header: str = setting(
        "proxy_user_header", text, "", "header in which they say who is signed in; empty: none"
    )
    proxy_user_role: str = setting(
        "proxy_user_role",
        one_of("viewer", "editor"),
        "viewer",
        "role of those whom a proxy signs in and who have no account here",
    )
    metrics: tuple[Network, ...] = setting(
        "metrics", networks, (), "who may read /metrics, of each process by itself; empty: nobody"
    )
    hsts: int = setting(
        "hsts", whole, 31_536_000, "seconds for which browsers keep to https once they used it"
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
        _refuse_unknown(ini, environ)
        values = {}
        for name, row in cls.rows():
            found = _find(row, ini, environ)
            if found is not None:
                values[name] = _cast(row, *found)
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


def _refuse_unknown(ini: Mapping[str, str], environ: Mapping[str, str]) -> None:
    known = [row.key for _, row in Settings.rows()]
    known += [row.file_key for _, row in Settings.rows() if row.secret]
    for key in ini:
        if key.startswith(PREFIX) and key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" (did you mean '{near[0]}'?)" if near else ""
            raise BadSetting(f"unknown setting '{key}'{hint}")
    variables = [variable_of(key) for key in known]
    for variable in environ:
        # Only a warning: container systems set variables of their own with any prefix.
        if variable.startswith("HUIMAGES_") and variable not in variables:
            for close in difflib.get_close_matches(variable, variables, n=1, cutoff=0.85):
                log.warning("variable %s is no setting (did you mean %s?)", variable, close)


def _find(
    row: SettingSpec, ini: Mapping[str, str], environ: Mapping[str, str]
) -> tuple[str, str] | None:
    """Where a setting was given, and its text; None if nowhere.  Raises BadSetting."""
    for source, key, file_key in (
        (environ, row.variable, variable_of(row.file_key)),
        (ini, row.key, row.file_key),
    ):
        if row.secret and file_key in source:
            if key in source:
                raise BadSetting(f"settings '{key}' and '{file_key}' are both given: keep one")
            return file_key, _read_file(file_key, source[file_key])
        if key in source:
            return key, source[key]
    for variable in CLASSIC_VARIABLES.get(row.key, ()):
        if environ.get(variable):
            return variable, environ[variable]
    return None


def _read_file(key: str, filename: str) -> str:
    try:
        return Path(filename.strip()).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"setting '{key}': {filename!r} can't be read: {error}") from None


def _cast(row: SettingSpec, key: str, value: str) -> Any:
    try:
        return row.cast(value.strip())
    except ValueError:
        shown = "its value" if row.secret else repr(value)
        raise BadSetting(f"setting '{key}': {shown} is not {wanted(row.cast)}") from None
