"""Build the storage that settings name; the only module that names concrete backends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .cache.renditions import RenditionCache
from .config.settings import Settings
from .config.storage_settings import S3Settings
from .errors import BadSetting
from .imaging import Decoder
from .imaging.configured import make_decoder
from .services.file_info import describer
from .services.maintenance.backup_folder import BackupFolder, prepare_folder
from .services.maintenance.legacy_report import LegacyInspection
from .storage.interfaces import MetadataBackend, Originals

if TYPE_CHECKING:
    from .storage.originals.s3 import S3Location


@dataclass(frozen=True)
class Storage:
    """The storage of one site, on which its services are built."""

    originals: Originals
    metadata: MetadataBackend
    cache: RenditionCache

    def close(self) -> None:
        """Close all three.  Services that are built on the storage close it themselves."""
        for backend in (self.metadata, self.originals, self.cache):
            backend.close()


def build_storage(settings: Settings, decoder: Decoder | None = None) -> Storage:
    """Build the storage that the settings name, without a request to it; raises BadSetting."""
    return Storage(make_originals(settings, decoder), make_metadata(settings), make_cache(settings))


def make_originals(settings: Settings, decoder: Decoder | None = None) -> Originals:
    """Return the storage of originals, with its fallbacks; raises BadSetting.

    `decoder` (None: a new one) inspects pictures that are copied from a fallback.
    """
    first = originals_at(settings.originals, settings)
    if not settings.originals_fallbacks:
        return first
    from .storage.originals.fallback import FallbackOriginals

    further = [originals_at(location, settings) for location in settings.originals_fallbacks]
    return FallbackOriginals(first, further, describer(decoder or make_decoder(settings)))


def originals_at(location: str, settings: Settings) -> Originals:
    """Return the originals at files[:FOLDER], s3[:BUCKET[/PREFIX]] or couchdb.

    The settings give the parts that the location lacks.  A FOLDER must exist: a mistyped one
    must not look like an empty location.  Raises BadSetting.
    """
    kind, _, rest = location.partition(":")
    if kind == "files":
        from .storage.originals.filesystem import FileOriginals

        if rest:
            return FileOriginals(Path(rest).expanduser(), make=False)
        return FileOriginals(settings.originals_path)
    if kind == "s3":
        # boto3 takes half a second and 40 MB.
        from .storage.originals.s3 import S3Originals

        return S3Originals(_s3_location(rest, settings.s3))
    if location == "couchdb":
        from .storage.couchdb import AttachmentOriginals, Server

        return AttachmentOriginals(
            Server(settings.couchdb), settings.couchdb.database, seconds=settings.s3.deadline
        )
    raise BadSetting(
        f"{location!r} is no location of originals; expected files:FOLDER, s3:BUCKET[/PREFIX] or "
        "couchdb"
    )


def make_metadata(settings: Settings) -> MetadataBackend:
    """Return the backend for metadata; raises BadSetting if a newer program stored the data."""
    if settings.metadata == "couchdb":
        from .storage.couchdb import CouchBackend, DatabaseNames, Server

        names = DatabaseNames(
            settings.couchdb.database,
            settings.couchdb.visitor_database,
            settings.couchdb.accounts_database,
        )
        metadata: MetadataBackend = CouchBackend(Server(settings.couchdb), names)
    else:
        from .storage.sqlite import SqliteBackend

        metadata = SqliteBackend(settings.metadata_path)
    metadata.require_supported()
    return metadata


def make_backup_folder(path: Path, settings: Settings, *, make: bool) -> BackupFolder:
    """Return the folder of a backup, which is created if `make`; raises BadInput."""
    prepare_folder(path, make=make)
    return BackupFolder(path, originals_at(f"files:{path.absolute() / 'originals'}", settings))


def make_legacy_inspection(settings: Settings) -> LegacyInspection:
    """Return the inspection of a legacy site in the databases and buckets of the settings."""
    if settings.metadata != "couchdb":
        raise BadSetting(
            "setting 'huimages.metadata' is sqlite; expected couchdb, which has the documents "
            "of a legacy site"
        )
    from .storage.couchdb import CouchLegacySite, Server

    buckets = []
    for location in (settings.originals, *settings.originals_fallbacks):
        kind, _, rest = location.partition(":")
        if kind == "s3":
            from .storage.legacy.s3_bucket import S3LegacyBucket

            buckets.append(S3LegacyBucket(_s3_location(rest, settings.s3)))
    documents = CouchLegacySite(
        Server(settings.couchdb),
        settings.couchdb.database,
        settings.couchdb.visitor_database,
        seconds=settings.s3.deadline,
    )
    return LegacyInspection(documents, buckets)


def make_cache(settings: Settings) -> RenditionCache:
    """Return the cache of renditions; files being written are beside its folder."""
    path = settings.cache.path
    return RenditionCache(
        path,
        scratch_of(path),
        settings.cache.max_bytes,
        max_per_image=settings.renditions_per_image,
    )


def scratch_of(path: Path) -> Path:
    """Return the folder beside the cache for files that are being written."""
    return path.with_name(path.name + ".tmp")


def _s3_location(rest: str, settings: S3Settings) -> S3Location:
    from .storage.originals.s3 import S3Location

    bucket, _, prefix = rest.partition("/")
    if not bucket and not settings.bucket:
        raise BadSetting("setting 'huimages.s3.bucket' is empty; expected the name of the bucket")
    if bool(settings.access_key_id) != bool(settings.secret_access_key):
        raise BadSetting(
            "only one of the settings 'huimages.s3.access_key_id' and "
            "'huimages.s3.secret_access_key' is set; expected both or none"
        )
    if not bucket:
        bucket, prefix = settings.bucket, settings.prefix
    return S3Location.of(settings, bucket, prefix)
