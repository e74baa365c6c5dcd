"""Metadata in one SQLite file: the embedded default.

backend         the four stores on one file
connection      one connection for each thread, transactions, errors
schema          the tables and their migrations
codec           records and annotations as columns, and back
entries         an image with everything derived from it, kept true by every write
query_planner   a query as SQL whose cost does not grow with the archive
images, search, annotations, documents   the four stores
"""

from .backend import SqliteBackend

__all__ = ["SqliteBackend"]
