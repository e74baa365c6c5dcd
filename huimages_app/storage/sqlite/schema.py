"""The tables, and the migrations of files of older versions.

`images.key` encodes the time of creation (see `keys.free_key`).  All indexes of images
store this key, so every list, search results included, is read in the order of creation
without sorting, and a page starts at the position of its cursor.

Each write updates, in the same transaction, what a page needs: the postings of the image
(tables `lists` and `members`: one list for each tag, type, reference, ...; `places` for the
order within a reference), the uses of tags (`tags`), the average and summary of its
annotations, and its random index (column `slot`): a numbering without gaps of the visible images,
whose last number gives the count, and from which random images are drawn; and the pieces of its
perceptual hash (`hashes`).  Older versions of an
image have a row in `images` and none in the other tables, so no list has to skip them.

Tables and columns keep the names that released files have.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from inspect import signature

from ...errors import BadSetting
from .codec import facets_of_row, indexed_text_of_row, name_of_row

_METADATA = (
    """
    CREATE TABLE images (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        trashed INTEGER NOT NULL,   -- 0; 1 in the trash; 2 for an older version of an image
        modified INTEGER NOT NULL,  -- microseconds
        slot INTEGER UNIQUE,        -- 0, 1, ...; NULL if not visible
        average REAL,               -- of the ratings, 0 to 10; NULL without any
        summary TEXT NOT NULL,      -- JSON
        document TEXT NOT NULL      -- JSON
    )
    """,
    "CREATE INDEX images_modified ON images (trashed, modified)",
    "CREATE INDEX images_rated ON images (trashed, average, key) WHERE average IS NOT NULL",
    # A list of all images, and one of those with a tag, a type, ...; separate ones for visible
    # and for trashed images, so that a page never has to skip the others.
    """
    CREATE TABLE lists (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        trashed INTEGER NOT NULL,
        size INTEGER NOT NULL,
        UNIQUE (kind, value, trashed)
    )
    """,
    # No foreign key to images: it would need a second index as large as the table.
    """
    CREATE TABLE members (
        list INTEGER NOT NULL REFERENCES lists,
        key INTEGER NOT NULL,
        PRIMARY KEY (list, key)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE marks (
        id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        visitor TEXT NOT NULL,
        tags TEXT NOT NULL,         -- JSON
        favorite INTEGER NOT NULL,  -- 0 or 1
        rating INTEGER,
        PRIMARY KEY (id, visitor)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX marks_visitor ON marks (visitor, id)",
    "CREATE INDEX marks_favorite ON marks (id, visitor) WHERE favorite",
    "CREATE TABLE tags (tag TEXT PRIMARY KEY, uses INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX tags_uses ON tags (uses DESC, tag)",
    # The last change of every image; the row of a removed image stays as its tombstone.
    """
    CREATE TABLE changes (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL CHECK (state IN ('shown', 'trashed', 'removed'))
    )
    """,
    # Holds folded words, so the tokenizer has nothing to fold; rowid is images.key.  Migration 3
    # replaces it.
    f"""
    CREATE VIRTUAL TABLE words USING fts5 (
        text, tokenize = 'ascii', prefix = '{" ".join(map(str, range(1, 17)))}', columnsize = 0
    )
    """,
)

_RECORDS = (
    """
    CREATE TABLE records (
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        document TEXT NOT NULL,  -- JSON
        PRIMARY KEY (kind, key)
    ) WITHOUT ROWID
    """,
)

# Finds text inside of words as well: the index holds every run of three characters, in
# about the space that the index of beginnings of words took.
_INNER_WORDS = (
    "DROP TABLE words",
    """
    CREATE VIRTUAL TABLE words USING fts5 (
        text, tokenize = 'trigram case_sensitive 1', columnsize = 0
    )
    """,
    "INSERT INTO words (rowid, text)"
    " SELECT key, indexed_text(document, summary) FROM images ORDER BY key",
)

# The images of each reference in the order of their article: see `storage.places.rank`.  No
# image of an older version has a position.
_PLACES = (
    """
    CREATE TABLE places (
        list INTEGER NOT NULL REFERENCES lists,
        at REAL NOT NULL,
        key INTEGER NOT NULL,
        PRIMARY KEY (list, at, key)
    ) WITHOUT ROWID
    """,
    "INSERT INTO places SELECT list, 1e12, key FROM members JOIN lists ON number = list"
    " WHERE kind = 'reference'",
    # Article numbers in alphabetical order, in any case.
    "CREATE INDEX lists_articles ON lists (value COLLATE NOCASE, value)"
    " WHERE kind = 'reference' AND trashed = 0",
)

# The time of taking, in microseconds; NULL where it is not known, as of all images of older
# versions.
_TAKEN = (
    "ALTER TABLE images ADD COLUMN taken INTEGER",
    "CREATE INDEX images_taken ON images (trashed, taken, key) WHERE taken IS NOT NULL",
)

# The spellings of tags that are not lower case, and the number of uses of each.  A table of its
# own: a process of the older version, which is still serving, writes all columns of `marks`.
_SPELLINGS = (
    """
    CREATE TABLE spellings (
        id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        visitor TEXT NOT NULL,
        tag TEXT NOT NULL,
        spelling TEXT NOT NULL,
        PRIMARY KEY (id, visitor, tag)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE tag_spellings (
        tag TEXT NOT NULL,
        spelling TEXT NOT NULL,
        uses INTEGER NOT NULL,
        PRIMARY KEY (tag, spelling)
    ) WITHOUT ROWID
    """,
    # Triggers, because rows also go with their image.
    """
    CREATE TRIGGER spelling_added AFTER INSERT ON spellings BEGIN
        INSERT INTO tag_spellings VALUES (NEW.tag, NEW.spelling, 1)
            ON CONFLICT DO UPDATE SET uses = uses + 1;
    END
    """,
    """
    CREATE TRIGGER spelling_removed AFTER DELETE ON spellings BEGIN
        UPDATE tag_spellings SET uses = uses - 1
            WHERE tag = OLD.tag AND spelling = OLD.spelling;
        DELETE FROM tag_spellings
            WHERE tag = OLD.tag AND spelling = OLD.spelling AND uses < 1;
    END
    """,
)

# The number of images of each collection, without its other rows.  No image of an older version
# is in one.
_COLLECTIONS = (
    "CREATE INDEX lists_collections ON lists (value, size)"
    " WHERE kind = 'collection' AND trashed = 0",
)

# What lists are filtered and sorted by: the longer side in pixels, the name, and one list for
# each facet.  The lists of types exist already.
_FACETS = (
    "ALTER TABLE images ADD COLUMN longest INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE images ADD COLUMN name TEXT NOT NULL DEFAULT ''",
    "UPDATE images SET name = name_of_row(document), longest ="
    " max(json_extract(document, '$.width'), json_extract(document, '$.height'))",
    "CREATE INDEX images_longest ON images (trashed, longest, key)",
    "CREATE INDEX images_name ON images (trashed, name, key)",
    """
    CREATE TEMP TABLE facets AS
    SELECT images.key AS key, trashed, json_extract(facet.value, '$[0]') AS kind,
        json_extract(facet.value, '$[1]') AS value
    FROM images, json_each(facets_of_row(document, summary)) AS facet
    WHERE json_extract(facet.value, '$[0]') <> 'type'
    """,
    "INSERT INTO lists (kind, value, trashed, size)"
    " SELECT kind, value, trashed, count(*) FROM facets GROUP BY kind, value, trashed",
    "INSERT INTO members SELECT number, key FROM facets JOIN lists USING (kind, value, trashed)"
    " ORDER BY number, key",
    "DROP TABLE facets",
)

# The last day of the rights, as in 2026-12-31; NULL where they do not end, as of all images of
# older versions.
_ENDS = (
    "ALTER TABLE images ADD COLUMN ends TEXT",
    "CREATE INDEX images_ends ON images (trashed, ends, key) WHERE ends IS NOT NULL",
)

# The perceptual hashes of visible images, under each of their pieces: see `likeness`.
_HASHES = (
    """
    CREATE TABLE hashes (
        piece INTEGER NOT NULL,  -- 0 to 65535 of the first quarter of the hash, then the others
        key INTEGER NOT NULL,
        hash INTEGER NOT NULL,   -- all 64 bits, as a signed number
        PRIMARY KEY (piece, key)
    ) WITHOUT ROWID
    """,
)

# The tombstones, which an export begins with: one in 10,000 rows of `changes`, perhaps none.
_TOMBSTONES = ("CREATE INDEX changes_removed ON changes (id) WHERE state = 'removed'",)

# Migration n makes version n + 1 of version n.  Never edit one that was released.  One is also
# needed where older programs cannot read new records: they must not open the file.
MIGRATIONS = (
    _METADATA,
    _RECORDS,
    _INNER_WORDS,
    _PLACES,
    _TAKEN,
    (*_SPELLINGS, *_COLLECTIONS, *_FACETS, *_ENDS, *_HASHES, *_TOMBSTONES),
)
VERSION = len(MIGRATIONS)

# What the statements of migrations call.
_FUNCTIONS: dict[str, Callable[..., str]] = {
    "indexed_text": indexed_text_of_row,
    "facets_of_row": facets_of_row,
    "name_of_row": name_of_row,
}


def version_of(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def migrate(connection: sqlite3.Connection, filename: str) -> None:
    """Migrate the file to this version; raises BadSetting if a newer program wrote it.

    Safe when several processes start at once: the first one migrates, the others wait.
    """
    if version_of(connection) != VERSION:
        for name, function in _FUNCTIONS.items():
            count = len(signature(function).parameters)
            connection.create_function(name, count, function, deterministic=True)
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            version = version_of(connection)
            if version > VERSION:
                raise BadSetting(
                    f"setting 'huimages.metadata.path': {filename!r} was written by a newer"
                    f" huimages (file version {version}, this program supports {VERSION});"
                    " run the newer one, or name another file"
                )
            for statements in MIGRATIONS[version:]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
