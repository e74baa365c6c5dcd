"""Contract of metadata backends (`huimages_app.storage.interfaces.MetadataBackend`).

A backend runs it with a class of two fixtures:

    class TestMyMetadata(MetadataContract):
        @pytest.fixture
        def opener(self): return partial(MyMetadata, …)

        @pytest.fixture
        def down(self): return MyMetadata(… an unreachable server …)

`opener` opens a backend on the same data at each call and can be pickled, since other
processes call it too.  The data are empty at the start of every test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from huimages_app.storage.interfaces import MetadataBackend

from .metadata_alike import AlikeContract
from .metadata_annotations import AnnotationsContract
from .metadata_articles import ArticlesContract
from .metadata_changes import ChangesContract
from .metadata_collections import CollectionsContract
from .metadata_concurrency import ConcurrencyContract
from .metadata_down import DownContract
from .metadata_endings import EndingsContract
from .metadata_facet_counts import FacetCountsContract
from .metadata_filters import FiltersContract
from .metadata_history import HistoryContract
from .metadata_images import ImagesContract
from .metadata_months import MonthsContract
from .metadata_pages import PagesContract
from .metadata_search import SearchContract
from .metadata_snapshot import SnapshotContract
from .metadata_spellings import SpellingsContract
from .metadata_versions import VersionsContract


class MetadataContract(
    ImagesContract,
    PagesContract,
    SearchContract,
    FiltersContract,
    FacetCountsContract,
    MonthsContract,
    ArticlesContract,
    EndingsContract,
    AlikeContract,
    CollectionsContract,
    AnnotationsContract,
    SpellingsContract,
    ChangesContract,
    ConcurrencyContract,
    HistoryContract,
    SnapshotContract,
    VersionsContract,
    DownContract,
):
    @pytest.fixture
    def store(self, opener: Callable[[], MetadataBackend]) -> Iterator[MetadataBackend]:
        store = opener()
        yield store
        store.close()
