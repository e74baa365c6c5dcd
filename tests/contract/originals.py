"""Contract of all stores of originals.  The fixture `make` opens the store:

    class TestFileOriginals(OriginalsContract):
        @pytest.fixture
        def make(self, tmp_path):
            return functools.partial(FileOriginals, tmp_path)

`make` can be pickled, since other processes call it too, and all stores it opens share the
same originals.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import BadImageId, IdCollision, UnknownImage
from huimages_app.storage.interfaces import OriginalInfo, Originals

from .originals_concurrency import OriginalsConcurrencyContract
from .originals_samples import COLLIDING, INFO, Make, read, stored


class OriginalsContract(OriginalsConcurrencyContract):
    @pytest.fixture
    def make(self) -> Make:
        raise NotImplementedError("the module of the store overrides this fixture")

    @pytest.fixture
    def originals(self, make: Make) -> Iterator[Originals]:
        store = make()
        yield store
        store.close()

    @pytest.mark.parametrize("name", ["", ".", "../../outside", "_design/tags", "a" * 34])
    def test_calls_with_an_invalid_id_raise_bad_image_id(
        self, originals: Originals, name: str
    ) -> None:
        with pytest.raises(BadImageId):
            originals.length(name)
        with pytest.raises(BadImageId):
            originals.delete(name)
        with pytest.raises(BadImageId), originals.open(name):
            pass

    # -- putting and reading -------------------------------------------------------------

    def test_open_returns_the_bytes_that_were_put(self, originals: Originals) -> None:
        content = b"\x00\xff" * 5000 + b"\r\n"
        identifier = image_id(content)
        assert originals.put(identifier, BytesIO(content), INFO) is True
        assert read(originals, identifier) == content
        assert originals.length(identifier) == len(content)

    def test_put_reads_a_file_from_its_start(self, originals: Originals) -> None:
        file = BytesIO(b"all of it")
        file.seek(4)
        originals.put(image_id(b"all of it"), file, INFO)
        assert read(originals, image_id(b"all of it")) == b"all of it"

    def test_opened_original_is_seekable(self, originals: Originals) -> None:
        identifier = stored(originals, b"0123456789")
        with originals.open(identifier) as file:
            assert file.tell() == 0
            assert file.seek(-3, os.SEEK_END) == 7
            assert file.read() == b"789"
            file.seek(2)
            assert file.read(2) == b"23"

    def test_original_opened_twice_has_two_positions(self, originals: Originals) -> None:
        identifier = stored(originals, b"0123456789")
        with originals.open(identifier) as one, originals.open(identifier) as other:
            assert one.read(5) == b"01234"
            assert other.read() == b"0123456789"
            assert one.read() == b"56789"

    def test_open_original_is_readable_after_delete(self, originals: Originals) -> None:
        identifier = stored(originals, b"still here")
        with originals.open(identifier) as file:
            originals.delete(identifier)
            assert file.read() == b"still here"

    def test_exception_of_the_caller_passes_unchanged(self, originals: Originals) -> None:
        identifier = stored(originals, b"fine")
        with pytest.raises(OSError, match="mine"), originals.open(identifier):
            raise OSError("mine")

    def test_put_of_the_same_bytes_changes_nothing(self, originals: Originals) -> None:
        identifier = stored(originals, b"once")
        again = OriginalInfo("image/jpeg", 1, 2)
        assert originals.put(identifier, BytesIO(b"once"), again) is False
        assert read(originals, identifier) == b"once"
        assert list(originals.ids()) == [identifier]

    def test_original_of_24_mb_is_stored_whole(self, originals: Originals) -> None:
        content = os.urandom(1 << 20) * 24 + b"end"
        identifier = stored(originals, content)
        assert originals.length(identifier) == len(content)
        assert image_id(read(originals, identifier)) == identifier
        assert originals.put(identifier, BytesIO(content), INFO) is False

    # -- missing originals ---------------------------------------------------------------

    def test_unknown_original_raises_and_has_no_length(self, originals: Originals) -> None:
        identifier = image_id(b"never put")
        with pytest.raises(UnknownImage, match=identifier), originals.open(identifier):
            pytest.fail("nothing was put")
        assert originals.length(identifier) is None
        originals.delete(identifier)

    def test_delete_removes_one_original(self, originals: Originals) -> None:
        identifier, other = stored(originals, b"gone"), stored(originals, b"stays")
        originals.delete(identifier)
        originals.delete(identifier)
        assert originals.length(identifier) is None
        with pytest.raises(UnknownImage), originals.open(identifier):
            pytest.fail("it was removed")
        assert list(originals.ids()) == [other]
        assert originals.put(identifier, BytesIO(b"gone"), INFO) is True
        assert read(originals, identifier) == b"gone"

    # -- collisions ----------------------------------------------------------------------

    def test_put_of_colliding_bytes_raises_id_collision(self, originals: Originals) -> None:
        first, second = COLLIDING
        identifier = stored(originals, first)
        assert image_id(second) == identifier
        with pytest.raises(IdCollision, match=identifier):
            originals.put(identifier, BytesIO(second), INFO)
        assert read(originals, identifier) == first

    @pytest.mark.parametrize("other", [b"original", b"original!!", b"0riginal!", b""])
    def test_put_of_other_bytes_of_any_length_raises_id_collision(
        self, originals: Originals, other: bytes
    ) -> None:
        identifier = stored(originals, b"original!")
        with pytest.raises(IdCollision):
            originals.put(identifier, BytesIO(other), INFO)
        assert read(originals, identifier) == b"original!"

    # -- listing -------------------------------------------------------------------------

    def test_ids_are_sorted_and_start_after_a_given_one(self, originals: Originals) -> None:
        assert list(originals.ids()) == []
        identifiers = sorted(stored(originals, b"%d" % number) for number in range(25))
        assert list(originals.ids()) == identifiers
        assert list(originals.ids(after=identifiers[9])) == identifiers[10:]
        assert list(originals.ids(after=identifiers[-1])) == []

    def test_ids_start_after_any_text(self, originals: Originals) -> None:
        identifiers = sorted(stored(originals, b"%d" % number) for number in range(12))
        for beginning in ("A", "M", identifiers[5][:3], identifiers[5][:7], identifiers[5] + "A"):
            expected = [identifier for identifier in identifiers if identifier > beginning]
            assert list(originals.ids(after=beginning)) == expected

    def test_ids_continue_while_originals_are_deleted(self, originals: Originals) -> None:
        identifiers = sorted(stored(originals, b"%d" % number) for number in range(12))
        seen = []
        for identifier in originals.ids():
            originals.delete(identifier)
            seen.append(identifier)
        assert seen == identifiers
        assert list(originals.ids()) == []

    def test_original_is_found_by_a_new_store(self, make: Make) -> None:
        first = make()
        identifier = stored(first, b"kept")
        first.close()
        second = make()
        assert read(second, identifier) == b"kept"
        second.close()

    # -- checks and URLs -----------------------------------------------------------------

    def test_check_succeeds_and_stores_nothing(self, originals: Originals) -> None:
        originals.check()
        assert list(originals.ids()) == []

    def test_presigned_url_is_an_absolute_url_or_none(self, originals: Originals) -> None:
        identifier = stored(originals, b"somewhere")
        url = originals.presigned_url(identifier, filename="größe.png", seconds=60)
        assert url is None or url.startswith(("http://", "https://"))

    def test_is_intact_compares_the_bytes_with_the_id(self, originals: Originals) -> None:
        store = originals
        whole = stored(store, b"a picture")
        damaged = image_id(b"another picture")
        store.put(damaged, BytesIO(b"another pictur"), INFO)
        assert store.is_intact(whole)
        assert not store.is_intact(damaged)
        with pytest.raises(UnknownImage):
            store.is_intact(image_id(b"unknown"))
