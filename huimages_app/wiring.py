"""Settings → stores → library.  The one module that names concrete stores."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .errors import BadSetting, BadUpload, StoreDown
from .imaging import Limits, inspect, sniff
from .library import Library, limits_of
from .library.follower import Follower
from .library.survey import Survey
from .settings import GENERATE, Settings
from .stores.base import Metadata, OriginalInfo, Originals, Records
from .stores.cache import RenditionCache

if TYPE_CHECKING:
    from .stores.couchdb import Server
    from .stores.s3 import S3Place


def with_secret(settings: Settings) -> Settings:
    """The settings with the secret that this site made for itself, if it should make one."""
    if settings.secret != GENERATE:
        return settings
    path = settings.var / "secret"
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"the secret {path} can't be made or read: {error}") from None
    settings = dataclasses.replace(settings, secret=secret)
    settings.check()
    return settings


def _make_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # readable by us alone
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its one counts
            os.link(file.name, path)


def make_library(settings: Settings) -> Library:
    """The library these settings describe.  It starts without its stores; raises BadSetting."""
    if settings.signs_addresses:
        settings = with_secret(settings)
    originals, (metadata, records) = make_originals(settings), make_metadata(settings)
    return Library.of(settings, originals, metadata, records, make_cache(settings))


def make_originals(settings: Settings) -> Originals:
    """Where originals are kept, and behind it the further places to look.  Raises BadSetting."""
    first = make_place(settings.originals, settings)
    if not settings.originals_fallbacks:
        return first
    from .stores.chain import ChainedOriginals

    further = [make_place(place, settings) for place in settings.originals_fallbacks]
    return ChainedOriginals(first, further, describer(settings))


def describer(settings: Settings) -> Callable[[BinaryIO], OriginalInfo]:
    """What finds out what to store beside the bytes of a picture."""
    return functools.partial(_described, limits_of(settings))


def _described(limits: Limits, file: BinaryIO) -> OriginalInfo:
    """What to store beside a picture that is copied up, even if it can't be decoded."""
    try:
        measured = inspect(file, limits)
    except BadUpload:
        file.seek(0)
        return OriginalInfo(sniff(file.read(64)), 0, 0)
    return OriginalInfo(measured.contenttype, measured.width, measured.height)


def make_place(place: str, settings: Settings) -> Originals:
    """One place of originals: files[:FOLDER], s3[:BUCKET[/PREFIX]] or couchdb.

    Whatever the place does not say is as the settings have it.  A FOLDER has to be there:
    a mistyped one is no empty place.  Raises BadSetting.
    """
    kind, _, rest = place.partition(":")
    if kind == "files":
        from .stores.files import FileOriginals

        if rest:
            return FileOriginals(Path(rest).expanduser(), make=False)
        return FileOriginals(settings.originals_path)
    if kind == "s3":
        # boto3 takes half a second and 40 MB.
        from .stores.s3 import S3Originals

        return S3Originals(_s3_place(rest, settings))
    if place == "couchdb":
        from .stores.couchdb import AttachmentOriginals

        return AttachmentOriginals(
            _couchdb(settings), settings.couchdb_database, seconds=settings.s3_deadline
        )
    raise BadSetting(
        f"{place!r} is no place of originals: files:FOLDER, s3:BUCKET[/PREFIX] or couchdb is wanted"
    )


def make_metadata(settings: Settings) -> tuple[Metadata, Records]:
    """Where metadata and records are kept; raises BadSetting for a file of a newer version."""
    if settings.metadata == "couchdb":
        from .stores.couchdb import CouchMetadata, CouchRecords

        server = _couchdb(settings)
        return (
            CouchMetadata(server, settings.couchdb_database, settings.couchdb_visitor_database),
            CouchRecords(server, settings.couchdb_accounts_database),
        )
    from .stores.sqlite import SqliteMetadata, SqliteRecords

    metadata = SqliteMetadata(settings.metadata_path)
    # A file of a newer version stops the start.  A damaged one does not: pictures that are
    # in the cache go on being served.
    with contextlib.suppress(StoreDown):
        metadata.check()
    return metadata, SqliteRecords(settings.metadata_path)


def make_survey(settings: Settings) -> Survey:
    """What looks a former site through: the databases and buckets that the settings name."""
    if settings.metadata != "couchdb":
        raise BadSetting("a former site has its documents in CouchDB: huimages.metadata = couchdb")
    from .stores.couchdb import CouchSite

    buckets = []
    for place in (settings.originals, *settings.originals_fallbacks):
        kind, _, rest = place.partition(":")
        if kind == "s3":
            from .stores.s3_survey import S3SiteBucket

            buckets.append(S3SiteBucket(_s3_place(rest, settings)))
    documents = CouchSite(
        _couchdb(settings),
        settings.couchdb_database,
        settings.couchdb_visitor_database,
        seconds=settings.s3_deadline,
    )
    return Survey(documents, buckets)


def make_cache(settings: Settings) -> RenditionCache:
    """The renditions, and beside their folder what is being written."""
    path = settings.cache_path
    return RenditionCache(path, _scratch(path), settings.cache_max_bytes)


def make_follower(settings: Settings, library: Library) -> Follower | None:
    """What keeps this node's cache up with the other nodes; None if there are none."""
    if settings.metadata == "sqlite" or not settings.cache_follow:
        return None
    bookmark = _scratch(settings.cache_path) / "followed"
    return Follower(
        library.metadata,
        library.cache,
        bookmark,
        settings.cache_follow,
        prepare=library.prepare,
    )


def _scratch(path: Path) -> Path:
    return path.with_name(path.name + ".tmp")


def _couchdb(settings: Settings) -> Server:
    from .stores.couchdb import Server

    return Server(
        settings.couchdb_url,
        username=settings.couchdb_username,
        password=settings.couchdb_password,
        timeout=settings.couchdb_timeout,
        ca_bundle=settings.couchdb_ca_bundle,
    )


def _s3_place(rest: str, settings: Settings) -> S3Place:
    from .stores.s3 import S3Place

    bucket, _, prefix = rest.partition("/")
    if not bucket and not settings.s3_bucket:
        raise BadSetting("setting 'huimages.s3.bucket' is empty: it names the bucket")
    if bool(settings.s3_access_key_id) != bool(settings.s3_secret_access_key):
        raise BadSetting(
            "of 'huimages.s3.access_key_id' and 'huimages.s3.secret_access_key' one is missing"
        )
    return S3Place(
        bucket=bucket or settings.s3_bucket,
        prefix=prefix if bucket else settings.s3_prefix,
        region=settings.s3_region,
        endpoint_url=settings.s3_endpoint_url,
        ca_bundle=settings.s3_ca_bundle,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=settings.s3_secret_access_key,
        connect_timeout=settings.s3_connect_timeout,
        read_timeout=settings.s3_read_timeout,
        deadline=settings.s3_deadline,
        checksums=settings.s3_checksums,
    )
