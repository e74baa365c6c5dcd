"""An image with the index rows derived from it, which every write keeps up to date."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...domain.facets import facets_of, longest_side
from ...domain.likeness import is_matched
from ...domain.models import Annotation, AnnotationSummary, Image
from ..places import rank
from .codec import (
    collated_name,
    dumps,
    image_from_json,
    image_to_json,
    indexed_text,
    micros,
    summary_from_json,
    summary_to_json,
)
from .keys import free_key
from .likeness import delete_hash, write_hash

# In the column `trashed`: only images of the first two states are on lists.
_VISIBLE, _TRASHED, _REPLACED = 0, 1, 2

PostingsName = tuple[str, str, int]  # kind, value, trashed
Posting = tuple[PostingsName, int]  # on this list, under this key


@dataclass(frozen=True)
class Entry:
    """An image, its key, and the summary of its annotations."""

    image: Image
    key: int
    summary: AnnotationSummary
    favorite_of: frozenset[str]

    def postings(self) -> set[PostingsName]:
        """Return the names of the lists the image is on (table `lists`)."""
        if not self.is_listed:
            return set()
        return {(kind, value, self.state) for kind, value in self._postings()}

    @property
    def state(self) -> int:
        """Return the value of the column `trashed`."""
        if self.image.trashed is not None:
            return _TRASHED
        return _REPLACED if self.image.replaced_by else _VISIBLE

    @property
    def is_listed(self) -> bool:
        """Return whether lists have the image: those of visible or those of trashed images."""
        return self.state != _REPLACED

    def _postings(self) -> Iterator[tuple[str, str]]:
        yield "all", ""
        for tag in self.summary.tags:
            yield "tag", tag
        yield from facets_of(self.image, is_tagged=bool(self.summary.tags))
        for key, values in self.image.references.items():
            for value in values:
                yield "reference", reference_value(key, value)
        for collection in self.image.collections:
            yield "collection", collection
        for visitor in self.favorite_of:
            yield "favorite", visitor

    def ranks(self) -> dict[PostingsName, float]:
        """Return the number by which the image is sorted on each list that has an own order."""
        if not self.is_listed:
            return {}
        in_articles: dict[PostingsName, float] = {
            ("reference", reference_value(key, value), self.state): rank(
                self.image.place(key, value)
            )
            for key, values in self.image.references.items()
            for value in values
        }
        in_collections: dict[PostingsName, float] = {
            ("collection", collection, self.state): at
            for collection, at in self.image.collections.items()
        }
        return {**in_articles, **in_collections}

    @property
    def counted_tags(self) -> Mapping[str, int]:
        """Return the uses of tags that count: not those of older versions."""
        return {} if self.image.replaced_by else self.summary.tags

    def words(self) -> str:
        return indexed_text(self.image, self.summary.tags)

    def with_annotation(self, visitor: str, old: Annotation, new: Annotation) -> Entry:
        """Return the entry after the annotation of a visitor changed."""
        tags = Counter(self.summary.tags)
        tags.subtract(dict.fromkeys(old.tags, 1))
        tags.update(dict.fromkeys(new.tags, 1))
        summary = AnnotationSummary(
            tags={tag: uses for tag, uses in tags.items() if uses},
            rating_sum=self.summary.rating_sum + (new.rating or 0) - (old.rating or 0),
            rating_count=self.summary.rating_count
            + (new.rating is not None)
            - (old.rating is not None),
            favorites=self.summary.favorites + new.favorite - old.favorite,
        )
        others = self.favorite_of - {visitor}
        return replace(
            self, summary=summary, favorite_of=others | {visitor} if new.favorite else others
        )


def reference_value(key: str, value: str) -> str:
    """Return the name of the postings of a reference."""
    return dumps([key, value])


def load(db: sqlite3.Connection, image_id: str) -> Entry | None:
    """Return the entry of an image; None if there is none."""
    row = db.execute(
        "SELECT document, key, summary FROM images WHERE id = ?", [image_id]
    ).fetchone()
    if row is None:
        return None
    favorite_of = db.execute("SELECT visitor FROM marks WHERE favorite AND id = ?", [image_id])
    return Entry(
        image_from_json(row[0]),
        row[1],
        summary_from_json(row[2]),
        frozenset(visitor for (visitor,) in favorite_of),
    )


def with_image(db: sqlite3.Connection, old: Entry | None, image: Image) -> Entry:
    """Return the entry with another record, and another key if the time of creation changed."""
    if old and old.image.created == image.created:
        return replace(old, image=image)
    key = free_key(db, micros(image.created))
    return (
        replace(old, image=image, key=key)
        if old
        else Entry(image, key, AnnotationSummary(), frozenset())
    )


def write(db: sqlite3.Connection, old: Entry | None, new: Entry | None) -> None:
    """Replace an entry, create one (without `old`) or remove it (without `new`)."""
    _write_image(db, old, new)
    _write_postings(db, old, new)
    _write_tags(db, old, new)
    _write_words(db, old, new)
    _write_hash(db, old, new)
    _write_change(db, old, new)


def _write_image(db: sqlite3.Connection, old: Entry | None, new: Entry | None) -> None:
    was_visible = old is not None and old.state == _VISIBLE
    is_visible = new is not None and new.state == _VISIBLE
    if old and was_visible and not is_visible:
        _release_random_index(db, old.key)
    if old and not new:
        db.execute("DELETE FROM images WHERE key = ?", [old.key])  # with its annotations
    if new:
        columns = row_of(new)
        if is_visible and not was_visible:
            columns["slot"] = visible_count(db)
        names, placeholders = ", ".join(columns), ", ".join("?" * len(columns))
        if old:
            db.execute(
                f"UPDATE images SET ({names}) = ({placeholders}) WHERE key = ?",
                [*columns.values(), old.key],
            )
        else:
            db.execute(f"INSERT INTO images ({names}) VALUES ({placeholders})", [*columns.values()])


def row_of(entry: Entry) -> dict[str, Any]:
    """Return the columns of the table `images`, without the random index."""
    image, summary = entry.image, entry.summary
    return {
        "key": entry.key,
        "id": image.id,
        "trashed": entry.state,
        "modified": micros(image.modified),
        "average": summary.rating,
        "taken": None if image.taken is None else micros(image.taken),
        "longest": longest_side(image),
        "name": collated_name(image),
        "ends": image.rights.until or None,
        "summary": summary_to_json(summary),
        "document": image_to_json(image),
    }


def visible_count(db: sqlite3.Connection) -> int:
    """Return the number of visible images: their random indexes are 0, 1, ..."""
    (last,) = db.execute("SELECT max(slot) FROM images").fetchone()
    return 0 if last is None else int(last) + 1


def _release_random_index(db: sqlite3.Connection, key: int) -> None:
    """Give the last random index (column `slot`) to the image whose index becomes free."""
    (free,) = db.execute("SELECT slot FROM images WHERE key = ?", [key]).fetchone()
    last = visible_count(db) - 1
    db.execute("UPDATE images SET slot = NULL WHERE key = ?", [key])
    db.execute("UPDATE images SET slot = ? WHERE slot = ?", [free, last])


def _write_postings(db: sqlite3.Connection, old: Entry | None, new: Entry | None) -> None:
    before = {(name, old.key) for name in old.postings()} if old else set()
    after = {(name, new.key) for name in new.postings()} if new else set()
    ranks_before = _ranked(old)
    ranks_after = _ranked(new)
    # Rows of `places` refer to their list: they are deleted before it and inserted after it.
    for posting in ranks_before.keys() - ranks_after.keys():
        _delete_place(db, posting, ranks_before[posting])
    for posting in before - after:
        _delete_posting(db, posting)
    for posting in after - before:
        _insert_posting(db, posting)
    for posting, at in ranks_after.items():
        if ranks_before.get(posting) != at:
            if posting in ranks_before:
                _delete_place(db, posting, ranks_before[posting])
            db.execute(
                f"INSERT INTO places VALUES ({_NUMBER}, ?, ?)", [*posting[0], at, posting[1]]
            )


# The number of a list, as an expression.
_NUMBER = "(SELECT number FROM lists WHERE (kind, value, trashed) = (?, ?, ?))"


def _ranked(entry: Entry | None) -> dict[Posting, float]:
    return {(name, entry.key): at for name, at in entry.ranks().items()} if entry else {}


def _delete_place(db: sqlite3.Connection, posting: Posting, at: float) -> None:
    name, key = posting
    db.execute(f"DELETE FROM places WHERE (list, at, key) = ({_NUMBER}, ?, ?)", [*name, at, key])


def _delete_posting(db: sqlite3.Connection, posting: Posting) -> None:
    name, key = posting
    deleted = db.execute(
        f"DELETE FROM members WHERE list = {_NUMBER} AND key = ? RETURNING list", [*name, key]
    ).fetchone()
    if deleted is None:
        return  # a process of an older version, which knows fewer lists, wrote the image
    (size,) = db.execute(
        "UPDATE lists SET size = size - 1 WHERE number = ? RETURNING size", deleted
    ).fetchone()
    if not size:
        db.execute("DELETE FROM lists WHERE number = ?", deleted)


def _insert_posting(db: sqlite3.Connection, posting: Posting) -> None:
    name, key = posting
    db.execute(
        "INSERT INTO lists (kind, value, trashed, size) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING",
        [*name],
    )
    inserted = db.execute(
        f"INSERT INTO members VALUES ({_NUMBER}, ?) ON CONFLICT DO NOTHING RETURNING list",
        [*name, key],
    ).fetchone()
    if inserted:
        db.execute("UPDATE lists SET size = size + 1 WHERE number = ?", inserted)


def _write_tags(db: sqlite3.Connection, old: Entry | None, new: Entry | None) -> None:
    difference = Counter(new.counted_tags if new else {})
    difference.subtract(old.counted_tags if old else {})
    for tag, uses in difference.items():
        if uses:
            db.execute(
                "INSERT INTO tags VALUES (?, ?) ON CONFLICT DO UPDATE SET uses = uses + ?",
                [tag, uses, uses],
            )
            db.execute("DELETE FROM tags WHERE tag = ? AND uses = 0", [tag])


def _write_words(db: sqlite3.Connection, old: Entry | None, new: Entry | None) -> None:
    before = (old.key, old.words()) if old and old.is_listed else None
    after = (new.key, new.words()) if new and new.is_listed else None
    if before != after:
        if before:
            db.execute("DELETE FROM words WHERE rowid = ?", [before[0]])
        if after:
            db.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", after)


def _write_hash(db: sqlite3.Connection, old: Entry | None, new: Entry | None) -> None:
    before = (old.key, old.image.phash) if old and is_matched(old.image) else None
    after = (new.key, new.image.phash) if new and is_matched(new.image) else None
    if before != after:
        if before:
            delete_hash(db, *before)
        if after:
            write_hash(db, *after)


def _write_change(db: sqlite3.Connection, old: Entry | None, new: Entry | None) -> None:
    entry = new or old
    if entry:
        state = "removed" if not new else "trashed" if entry.image.trashed else "shown"
        db.execute(
            "INSERT OR REPLACE INTO changes (id, state) VALUES (?, ?)", [entry.image.id, state]
        )
