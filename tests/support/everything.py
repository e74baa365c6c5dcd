"""A CouchDB and an S3 store behind proxies, for sites of several nodes and legacy sites."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .couch import Site as Databases
from .faults import FaultProxy
from .s3 import ACCESS_KEY, SECRET_KEY, S3Server

Contents = dict[str, Any]


@dataclass(frozen=True)
class Stores:
    """Three databases and a bucket behind proxies, which count requests and inject faults."""

    databases: Databases
    server: S3Server
    bucket: str
    couchdb: FaultProxy
    s3: FaultProxy

    def ini(self) -> dict[str, str]:
        """Return the settings of a site on these stores, without their prefix."""
        return {
            **self.metadata_ini(),
            **self.originals_ini(),
            "originals.fallbacks": "couchdb",
        }

    def metadata_ini(self) -> dict[str, str]:
        parts = urlsplit(self.databases.url)
        through = parts.netloc.replace(str(parts.port), str(self.couchdb.port))
        return {
            "metadata": "couchdb",
            "couchdb.url": parts._replace(netloc=through).geturl(),
            "couchdb.timeout": "20",
            "couchdb.database": self.databases.images,
            "couchdb.visitor_database": self.databases.visitors,
            "couchdb.accounts_database": self.databases.accounts,
        }

    def originals_ini(self) -> dict[str, str]:
        return {
            "originals": "s3",
            "s3.bucket": self.bucket,
            "s3.endpoint_url": self.s3.url,
            "s3.access_key_id": ACCESS_KEY,
            "s3.secret_access_key": SECRET_KEY,
        }

    def make_plain(self) -> None:
        """Create the two databases without the views of huimages."""
        with self.databases.http() as http:
            for name in (self.databases.images, self.databases.visitors):
                http.put(f"/{name}").raise_for_status()

    def documents(self) -> Contents:
        """Return every document in the databases with its revision, by database and ID."""
        with self.databases.http() as http:
            return {
                f"{name}/{row['id']}": row["doc"]
                for name in (self.databases.images, self.databases.visitors)
                for row in http.get(f"/{name}/_all_docs?include_docs=true").json()["rows"]
            }

    def objects(self) -> Contents:
        """Return ETag and time of every object in the bucket, by its key."""
        listed = self.server.client.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {item["Key"]: (item["ETag"], item["LastModified"]) for item in listed}

    def requests(self) -> tuple[int, int]:
        """Return the numbers of requests to CouchDB and S3 since the last call."""
        counts = len(self.couchdb.requests), len(self.s3.requests)
        self.couchdb.requests.clear()
        self.s3.requests.clear()
        return counts


@contextmanager
def stores_on(url: str, server: S3Server) -> Iterator[Stores]:
    """Yield names of new databases and an empty bucket, on running servers."""
    port = urlsplit(url).port
    assert port
    databases = Databases(url)
    with FaultProxy(port) as couchdb, FaultProxy(server.port) as s3:
        yield Stores(databases, server, server.place().bucket, couchdb, s3)
    databases.remove()
