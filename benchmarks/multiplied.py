"""An archive in SQLite made larger by copies of its images, in SQL: 2,000,000 images in minutes.

A copy is later, and has an ID, an article and a perceptual hash of its own; its title, tags and
ratings are those of the image.  To make 2,000,000 different images with Python takes four times
as long.
"""

from __future__ import annotations

import random
import sqlite3

# Of a value of time in a document, such as 2009-04-01T00:00:00.123456+00:00.
_LATER = (
    "strftime('%Y-%m-%dT%H:%M:%S', substr({0}, 1, 19), :seconds || ' seconds') || substr({0}, 20)"
)
_CREATED, _TAKEN = "json_extract(document, '$.created')", "json_extract(document, '$.taken')"
# The 32 characters of the ID, rotated by two for each copy.
_TURNED = "substr(id, 2 * :copy + 1, 32 - 2 * :copy) || substr(id, 1, 2 * :copy) || '01'"
_HASH = "(hash | :mask) - (hash & :mask)"  # exclusive or
_KEYS_PER_MICROSECOND = 1 << 9
MAX_COPIES = 16  # rotating the ID by all its characters gives the same ID

_REMEMBERED = (
    "CREATE TEMP TABLE hashed (key INTEGER PRIMARY KEY, hash INTEGER)",
    "INSERT INTO hashed SELECT key, hash FROM hashes WHERE piece < 65536",
    "CREATE TEMP TABLE marks_before AS SELECT * FROM marks",
    """
    CREATE TEMP TABLE words_before AS
        SELECT words.rowid AS key, text,
            '  ' || substr(number, 1, instr(number, '/') - 1) || '  ' AS word
        FROM words JOIN
            (SELECT key, json_extract(document, '$.references.artnr[0]') AS number FROM images)
            ON key = words.rowid
    """,
    "CREATE TEMP TABLE lists_before AS SELECT * FROM lists",
    "CREATE TEMP TABLE steps AS SELECT number, CASE kind WHEN 'reference' THEN"
    " (SELECT max(number) FROM lists) ELSE 0 END AS step FROM lists",
    "CREATE TEMP TABLE members_before AS SELECT list, key, step FROM members"
    " JOIN steps ON number = list ORDER BY list, key",
    "CREATE TEMP TABLE places_before AS SELECT list, at, key, step FROM places"
    " JOIN steps ON number = list ORDER BY list, at, key",
)

_COPY = (
    f"""
    INSERT INTO images
        (key, id, trashed, modified, slot, average, summary, document, taken, longest, name)
    SELECT key + :shift, {_TURNED}, trashed, modified + :seconds * 1000000,
        slot + :copy * :count, average, summary,
        replace(replace(replace(replace(replace(document,
            id, {_TURNED}),
            '"artnr":["', '"artnr":["' || :copy),
            {_CREATED}, {_LATER.format(_CREATED)}),
            coalesce({_TAKEN}, '-'), coalesce({_LATER.format(_TAKEN)}, '-')),
            '"phash":"' || printf('%016x', hash), '"phash":"' || printf('%016x', {_HASH})),
        taken + :seconds * 1000000, longest, name
    FROM images JOIN hashed USING (key) ORDER BY key
    """,
    "INSERT INTO changes (id, state) SELECT id, 'shown' FROM images"
    " WHERE slot >= :copy * :count AND slot < (:copy + 1) * :count ORDER BY slot",
    f"INSERT INTO marks SELECT {_TURNED}, visitor, tags, favorite, rating FROM marks_before",
    "INSERT INTO words (rowid, text) SELECT key + :shift,"
    " replace(text, word, '  ' || :copy || ltrim(word)) FROM words_before ORDER BY key",
    """
    INSERT INTO lists SELECT number + :copy * (SELECT max(number) FROM lists_before), kind,
        '["artnr","' || :copy || substr(value, 11), trashed, size
    FROM lists_before WHERE kind = 'reference' ORDER BY number
    """,
    "INSERT INTO members SELECT list + :copy * step, key + :shift FROM members_before",
    "INSERT INTO places SELECT list + :copy * step, at, key + :shift FROM places_before",
)

# The quarters of the hash, each 16 bits.
_HASHES = "INSERT INTO hashes " + " UNION ALL ".join(
    f"SELECT {number} * 65536 + ((hash >> {48 - 16 * number}) & 65535), key, hash FROM new_hashes"
    for number in range(4)
)


def multiply(db: sqlite3.Connection, copies: int, seconds: int) -> None:
    """Add copies of all images until there are `copies` of each; the next one `seconds` later.

    In one transaction.  At most MAX_COPIES.
    """
    chance = random.Random(2)
    for statement in _REMEMBERED:
        db.execute(statement)
    db.execute("CREATE TEMP TABLE new_hashes (key INTEGER, hash INTEGER)")
    (count,) = db.execute("SELECT count(*) FROM hashed").fetchone()
    for copy in range(1, copies):
        later = copy * seconds
        values = {
            "copy": copy,
            "count": count,
            "seconds": later,
            "shift": later * 10**6 * _KEYS_PER_MICROSECOND,
            "mask": chance.getrandbits(63),
        }
        for statement in _COPY:
            db.execute(statement, values)
        db.execute(
            f"INSERT INTO new_hashes SELECT key + :shift, {_HASH} FROM hashed",
            values,
        )
    db.execute(f"{_HASHES} ORDER BY 1, 2")
    db.execute("UPDATE lists SET size = size * ? WHERE kind <> 'reference'", [copies])
    db.execute("UPDATE tags SET uses = uses * ?", [copies])
