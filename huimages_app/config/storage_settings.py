"""The part of the settings table about the storage of originals and metadata."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .parsers import (
    locations,
    one_of,
    path,
    seconds,
    text,
    web_url,
    web_urls,
    whole,
)
from .spec import group, setting


@dataclass(frozen=True)
class S3Settings:
    """The bucket of the originals, and how to reach it; times in seconds."""

    bucket: str = setting("s3.bucket", text, "", "bucket of the originals (s3)")
    prefix: str = setting("s3.prefix", text, "", "put before every key in the bucket")
    region: str = setting("s3.region", text, "", "region; the AWS configuration's if empty")
    endpoint_url: str = setting(
        "s3.endpoint_url", web_url, "", "URL of an S3-compatible server; AWS if empty"
    )
    ca_bundle: str = setting("s3.ca_bundle", text, "", "file of certificates to trust for S3")
    access_key_id: str = setting(
        "s3.access_key_id", text, "", "access key; the usual AWS chain if empty", secret=True
    )
    secret_access_key: str = setting(
        "s3.secret_access_key", text, "", "secret key; the usual AWS chain if empty", secret=True
    )
    connect_timeout: float = setting(
        "s3.connect_timeout", seconds, 2.0, "timeout of connecting, in seconds"
    )
    read_timeout: float = setting(
        "s3.read_timeout", seconds, 10.0, "timeout of each read, in seconds"
    )
    deadline: float = setting(
        "s3.deadline", seconds, 60.0, "limit of one whole transfer, in seconds"
    )
    checksums: Literal["when_required", "when_supported"] = setting(
        "s3.checksums",
        one_of("when_required", "when_supported"),
        "when_required",
        "when boto3 adds its own checksums; many S3-compatible stores need when_required",
    )
    redirect: int = setting(
        "s3.redirect",
        whole,
        0,
        "lifetime of presigned S3 redirects for originals, in seconds; "
        "0 streams them through huimages",
    )


@dataclass(frozen=True)
class CouchdbSettings:
    """The CouchDB server and its databases; times in seconds."""

    url: str = setting(
        "couchdb.url",
        web_urls,
        "http://127.0.0.1:5984/",
        "CouchDB server, or nodes of a cluster, first choice first; may hold user:password@",
        secret=True,
    )
    database: str = setting(
        "couchdb.database", text, "huimages", "database with one document per image"
    )
    visitor_database: str = setting(
        "couchdb.visitor_database",
        text,
        "huimages_meta",
        "database with one document per image and visitor",
    )
    accounts_database: str = setting(
        "couchdb.accounts_database",
        text,
        "huimages_accounts",
        "database of accounts, tokens and login throttling",
    )
    username: str = setting("couchdb.username", text, "", "user name, unless the URL contains it")
    password: str = setting(
        "couchdb.password", text, "", "password, unless the URL contains it", secret=True
    )
    ca_bundle: str = setting(
        "couchdb.ca_bundle", text, "", "file of certificates to trust for CouchDB"
    )
    timeout: float = setting("couchdb.timeout", seconds, 5.0, "timeout of one response, in seconds")


@dataclass(frozen=True)
class StorageSettings:
    """Storage of originals and metadata."""

    # where originals are
    originals: Literal["files", "s3"] = setting(
        "originals", one_of("files", "s3"), "files", "storage of originals"
    )
    originals_path: Path = setting(
        "originals.path", path, Path("var/originals"), "folder of the originals (files)"
    )
    originals_fallbacks: tuple[str, ...] = setting(
        "originals.fallbacks",
        locations,
        (),
        "further locations of originals, tried in this order when the first one lacks an original",
    )
    s3: S3Settings = group(S3Settings)

    # where metadata is
    metadata: Literal["sqlite", "couchdb"] = setting(
        "metadata", one_of("sqlite", "couchdb"), "sqlite", "storage of metadata"
    )
    metadata_path: Path = setting(
        "metadata.path", path, Path("var/metadata.sqlite"), "file of the metadata (sqlite)"
    )
    couchdb: CouchdbSettings = group(CouchdbSettings)
