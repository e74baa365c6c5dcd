"""CouchDB as a store: metadata, records, and the originals an old site attached.

`server` and `session` talk to CouchDB; nothing else in the program imports its client.
"""

from ..legacy.couchdb_site import CouchSite
from ..originals.couchdb_attachments import AttachmentOriginals
from .client import Server
from .documents import CouchRecords
from .images import CouchMetadata

__all__ = ["AttachmentOriginals", "CouchMetadata", "CouchRecords", "CouchSite", "Server"]
