"""Metadata in one SQLite file: the embedded default.

backend         the four stores on one file
connection      a pool of connections, transactions, errors
schema          the tables and their migrations
codec           records and annotations as columns, and back
entries         an image with the index rows derived from it
query_planner   queries as SQL whose cost does not grow with the archive
images, search, annotations, documents   the four stores
"""

from .backend import SqliteBackend

__all__ = ["SqliteBackend"]
