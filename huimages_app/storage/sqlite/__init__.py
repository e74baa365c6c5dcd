"""Metadata and records in one SQLite file: the embedded default.

schema        the tables, and how older files are brought up to date
connections   a connection for each thread, transactions, errors
documents     an image and what is said about it, as columns
entries       an image with all that is derived from it, kept true by every write
collections   a query, as SQL whose cost does not grow with the archive
metadata, records   the two stores
"""

from .documents import SqliteRecords
from .images import SqliteMetadata

__all__ = ["SqliteMetadata", "SqliteRecords"]
