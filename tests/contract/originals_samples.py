"""Contents for the contract suites of originals, and helpers that put and read them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from huimages_app.domain.ids import image_id
from huimages_app.storage.interfaces import OriginalInfo, Originals

Make = Callable[[], Originals]

INFO = OriginalInfo("image/png", 64, 48)

# The first bytes of the two PDF files of shattered.io: different, with the same SHA-1.
_COMMON = (
    "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474682032203020522f4865"
    "696768742033203020522f547970652034203020522f537562747970652035203020522f46696c746572"
    "2036203020522f436f6c6f7253706163652037203020522f4c656e6774682038203020522f4269747350"
    "6572436f6d706f6e656e7420383e3e0a73747265616d0affd8fffe00245348412d312069732064656164"
    "2121212121852fec092339759c39b1a1c63c4c97e1fffe01"
)
COLLIDING = tuple(
    bytes.fromhex(_COMMON + rest)
    for rest in (
        "7f46dc93a6b67e013b029aaa1db2560b45ca67d688c7f84b8c4c791fe02b3df614f86db1690901c56b45"
        "c1530afedfb76038e972722fe7ad728f0e4904e046c230570fe9d41398abe12ef5bc942be33542a4802d"
        "98b5d70f2a332ec37fac3514e74ddc0f2cc1a874cd0c78305a21566461309789606bd0bf3f98cda80446"
        "29a1",
        "7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45"
        "c14f26fedfb3dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0a82be331fea48037"
        "b8b5d71f0e332edf93ac3500eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc46"
        "29b1",
    )
)


def stored(store: Originals, content: bytes) -> str:
    """Put `content`; return its ID."""
    identifier = image_id(content)
    store.put(identifier, BytesIO(content), INFO)
    return identifier


def read(store: Originals, identifier: str) -> bytes:
    with store.open(identifier) as file:
        return file.read()
