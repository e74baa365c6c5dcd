"""Saved searches: keep filters and an order under a name, for everyone or for one account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..domain.searches import SavedSearch, Search, clean_name, new_search_id
from ..errors import BadInput, UnknownSavedSearch
from ..storage.interfaces import Document, DocumentStore
from . import audit

# One document for everyone's searches, and one for those of each account, by its visitor ID.  The
# fields of its record are the IDs of searches: CouchDB unites the fields of two revisions.
KIND = "saved-searches"
_SHARED = "shared"
MAX_SHARED, MAX_PRIVATE = 200, 50


@dataclass(frozen=True)
class SavedSearchPatch:
    """Changes of a saved search; None leaves a field."""

    name: str | None = None
    search: Search | None = None
    is_shared: bool | None = None


class SavedSearches:
    """The saved searches of a site.  Thread-safe.  Every method raises StorageUnavailable.

    `visitor_id` is that of the account that acts; empty for programs and visitors without an
    account, which have no private searches.  Methods that take an ID raise UnknownSavedSearch, also
    for a private search of another account.
    """

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    def all(self, visitor_id: str = "") -> list[SavedSearch]:
        """Return everyone's searches and those of the account, by name."""
        owners = ["", visitor_id] if visitor_id else [""]
        records = self._documents.get_many(KIND, map(_key, owners))
        found = {
            search_id: _saved(search_id, entry, owner)
            for owner in reversed(owners)
            for search_id, entry in records.get(_key(owner), {}).items()
        }
        return sorted(found.values(), key=lambda one: (one.name.casefold(), one.id))

    def get(self, search_id: str, visitor_id: str = "") -> SavedSearch:
        """Return one of them."""
        for one in self.all(visitor_id):
            if one.id == search_id:
                return one
        raise UnknownSavedSearch(search_id)

    def add(self, name: str, search: Search, visitor_id: str = "") -> SavedSearch:
        """Save a search: for the account, or for everyone without one.  Raises BadInput."""
        now = datetime.now(UTC).replace(microsecond=0)
        new = SavedSearch(
            new_search_id(), clean_name(name), search, now, audit.author(), visitor_id
        )
        self._put(new)
        audit.record("search saved", **_details(new))
        return new

    def update(self, search_id: str, patch: SavedSearchPatch, visitor_id: str = "") -> SavedSearch:
        """Change a saved search; raises BadInput.

        A shared one that becomes private is then that of the account.
        """
        old = self.get(search_id, visitor_id)
        owner = old.owner
        if patch.is_shared is not None and patch.is_shared != old.is_shared:
            if not patch.is_shared and not visitor_id:
                raise BadInput("only an account has private searches")
            owner = "" if patch.is_shared else visitor_id
        new = replace(
            old,
            name=old.name if patch.name is None else clean_name(patch.name),
            search=patch.search or old.search,
            owner=owner,
        )
        self._put(new)
        if new.owner != old.owner:
            self._take_out(old)
        audit.record("saved search changed", **_details(new))
        return new

    def remove(self, search_id: str, visitor_id: str = "") -> None:
        """Remove a saved search."""
        old = self.get(search_id, visitor_id)
        self._take_out(old)
        audit.record("saved search removed", **_details(old))

    def forget(self, visitor_id: str) -> None:
        """Remove all searches of an account."""
        self._documents.save(KIND, _key(visitor_id), lambda record: None)

    # -- steps -------------------------------------------------------------------------------

    def _put(self, one: SavedSearch) -> None:
        most = MAX_SHARED if one.is_shared else MAX_PRIVATE

        def put(present: Document | None) -> Document:
            others = {key: entry for key, entry in (present or {}).items() if key != one.id}
            if len(others) >= most:
                raise BadInput(f"there are {most} saved searches already; remove one of them")
            name = one.name.casefold()
            if any(entry["name"].casefold() == name for entry in others.values()):
                raise BadInput(f"there is a saved search {one.name!r} already; choose another name")
            return {**others, one.id: _entry(one)}

        self._documents.save(KIND, _key(one.owner), put)

    def _take_out(self, one: SavedSearch) -> None:
        def take_out(present: Document | None) -> Document | None:
            others = {key: entry for key, entry in (present or {}).items() if key != one.id}
            return others or None

        self._documents.save(KIND, _key(one.owner), take_out)


def _key(owner: str) -> str:
    return f"of-{owner}" if owner else _SHARED


def _entry(one: SavedSearch) -> dict[str, str]:
    fields = {
        "name": one.name,
        "search": one.search.text,
        "created": one.created.isoformat(),
        "by": one.by,
    }
    return {name: text for name, text in fields.items() if text}


def _saved(search_id: str, entry: Document, owner: str) -> SavedSearch:
    return SavedSearch(
        search_id,
        entry["name"],
        Search.parse(entry.get("search", "")),
        datetime.fromisoformat(entry["created"]),
        entry.get("by", ""),
        owner,
    )


def _details(one: SavedSearch) -> dict[str, str]:
    """Return what the audit log says of a search: of a private one only its ID."""
    if not one.is_shared:
        return {"search": one.id, "shared": "no"}
    return {"search": one.id, "name": one.name, "filters": one.search.text, "shared": "yes"}
