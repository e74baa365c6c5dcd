"""What every store of metadata promises (`huimages_app.storage.interfaces.Metadata`).

A store joins with a class of two fixtures:

    class TestMyMetadata(MetadataContract):
        @pytest.fixture
        def opener(self): return partial(MyMetadata, …)

        @pytest.fixture
        def down(self): return MyMetadata(… where nothing answers …)

`opener` opens the store on the same data each time it is called, and can be pickled:
other processes open it too.  Its data are empty at the start of every test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from huimages_app.storage.interfaces import Metadata

from .metadata_changes import ChangesContract
from .metadata_concurrency import ConcurrencyContract
from .metadata_down import DownContract
from .metadata_images import ImagesContract
from .metadata_marks import MarksContract
from .metadata_pages import PagesContract
from .metadata_search import SearchContract


class MetadataContract(
    ImagesContract,
    PagesContract,
    SearchContract,
    MarksContract,
    ChangesContract,
    ConcurrencyContract,
    DownContract,
):
    @pytest.fixture
    def store(self, opener: Callable[[], Metadata]) -> Iterator[Metadata]:
        store = opener()
        yield store
        store.close()
