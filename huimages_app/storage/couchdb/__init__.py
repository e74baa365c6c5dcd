"""CouchDB as a store: metadata, records, and the originals an old site attached.

`server` and `session` talk to CouchDB; nothing else in the program imports its client.
"""

from ..legacy.couchdb_site import CouchLegacySite
from ..originals.couchdb_attachments import AttachmentOriginals
from .backend import CouchBackend, DatabaseNames
from .client import Server

__all__ = ["AttachmentOriginals", "CouchBackend", "CouchLegacySite", "DatabaseNames", "Server"]
