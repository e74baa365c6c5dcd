"""CouchDB as a store: metadata, records, and the originals an old site attached.

`server` and `session` talk to CouchDB; nothing else in the program imports its client.
"""

from .attachments import AttachmentOriginals
from .metadata import CouchMetadata
from .records import CouchRecords
from .server import Server
from .survey import CouchSite

__all__ = ["AttachmentOriginals", "CouchMetadata", "CouchRecords", "CouchSite", "Server"]
