"""Metadata in CouchDB, and originals that huImages 2.2 stored there as attachments.

`transport` sends requests, `client` and `database` are the handles of a server and of a
database.  No other package imports the PyPI client.
"""

from ..legacy.couchdb_site import CouchLegacySite
from ..originals.couchdb_attachments import AttachmentOriginals
from .backend import CouchBackend, DatabaseNames
from .client import Server

__all__ = ["AttachmentOriginals", "CouchBackend", "CouchLegacySite", "DatabaseNames", "Server"]
