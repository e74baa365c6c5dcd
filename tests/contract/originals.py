"""What every store of originals has to keep; one fixture, `make`, says which store it is.

    class TestFileOriginals(OriginalsContract):
        @pytest.fixture
        def make(self, tmp_path):
            return functools.partial(FileOriginals, tmp_path)

`make` has to be picklable, and all that it makes share the same originals: other
processes call it too.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import BadImageId, IdCollision, UnknownImage
from huimages_app.storage.interfaces import OriginalInfo, Originals

Make = Callable[[], Originals]
Spawn = multiprocessing.context.SpawnContext

INFO = OriginalInfo("image/png", 64, 48, "a picture.png")

# The two beginnings of PDF files of shattered.io: other bytes, the same SHA-1.
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
    """Put `content`; returns its ID."""
    identifier = image_id(content)
    store.put(identifier, BytesIO(content), INFO)
    return identifier


def read(store: Originals, identifier: str) -> bytes:
    with store.open(identifier) as file:
        return file.read()


class Stalling(BytesIO):
    """A picture that arrives up to its middle; then a file `arrived` appears and all waits."""

    def __init__(self, content: bytes, arrived: Path) -> None:
        super().__init__(content)
        self._middle = len(content) // 2
        self._arrived = arrived

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= self._middle:
            self._arrived.touch()
            time.sleep(60)
        return super().read(min(size, self._middle) if size and size > 0 else self._middle)


def put_stalling(make: Make, content: bytes, arrived: Path) -> None:
    make().put(image_id(content), Stalling(content, arrived), INFO)


def put_for_ever(make: Make, content: bytes, started: Path) -> None:
    store = make()
    identifier = image_id(content)
    started.touch()
    while True:
        store.put(identifier, BytesIO(content), INFO)
        store.delete(identifier)


def read_on_both_sides(make: Make, identifier: str) -> None:
    """Use one store before a fork, and in both processes after it."""
    store = make()
    read(store, identifier)
    child = os.fork()
    read(store, identifier)
    if not child:
        store.close()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0
    read(store, identifier)


def put_all(make: Make, contents: list[bytes]) -> int:
    """Put them one after the other; returns how many were new."""
    store = make()
    return sum(store.put(image_id(each), BytesIO(each), INFO) for each in contents)


def appears(path: Path, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not appear"
        time.sleep(0.01)


class OriginalsContract:
    """See the module."""

    @pytest.fixture
    def make(self) -> Make:
        raise NotImplementedError("the module of the store overrides this fixture")

    @pytest.fixture
    def originals(self, make: Make) -> Iterator[Originals]:
        store = make()
        yield store
        store.close()

    @pytest.fixture
    def processes(self) -> Iterator[Spawn]:
        """Starts processes that share nothing with this one, as other servers do."""
        yield multiprocessing.get_context("spawn")
        for process in multiprocessing.active_children():
            process.kill()
            process.join()

    @pytest.mark.parametrize("name", ["", ".", "../../outside", "_design/tags", "a" * 34])
    def test_touches_nothing_that_has_no_id(self, originals: Originals, name: str) -> None:
        with pytest.raises(BadImageId):
            originals.length(name)
        with pytest.raises(BadImageId):
            originals.delete(name)
        with pytest.raises(BadImageId), originals.open(name):
            pass

    # -- putting and reading -------------------------------------------------------------

    def test_gives_back_what_was_put(self, originals: Originals) -> None:
        content = b"\x00\xff" * 5000 + b"\r\n"
        identifier = image_id(content)
        assert originals.put(identifier, BytesIO(content), INFO) is True
        assert read(originals, identifier) == content
        assert originals.length(identifier) == len(content)

    def test_reads_content_from_its_start(self, originals: Originals) -> None:
        file = BytesIO(b"all of it")
        file.seek(4)
        originals.put(image_id(b"all of it"), file, INFO)
        assert read(originals, image_id(b"all of it")) == b"all of it"

    def test_an_opened_original_is_seekable(self, originals: Originals) -> None:
        identifier = stored(originals, b"0123456789")
        with originals.open(identifier) as file:
            assert file.tell() == 0
            assert file.seek(-3, os.SEEK_END) == 7
            assert file.read() == b"789"
            file.seek(2)
            assert file.read(2) == b"23"

    def test_can_be_opened_twice_at_once(self, originals: Originals) -> None:
        identifier = stored(originals, b"0123456789")
        with originals.open(identifier) as one, originals.open(identifier) as other:
            assert one.read(5) == b"01234"
            assert other.read() == b"0123456789"
            assert one.read() == b"56789"

    def test_an_open_original_outlives_its_removal(self, originals: Originals) -> None:
        identifier = stored(originals, b"still here")
        with originals.open(identifier) as file:
            originals.delete(identifier)
            assert file.read() == b"still here"

    def test_errors_of_the_reader_stay_its_own(self, originals: Originals) -> None:
        identifier = stored(originals, b"fine")
        with pytest.raises(OSError, match="mine"), originals.open(identifier):
            raise OSError("mine")

    def test_the_same_again_changes_nothing(self, originals: Originals) -> None:
        identifier = stored(originals, b"once")
        again = OriginalInfo("image/jpeg", 1, 2, "other.jpeg")
        assert originals.put(identifier, BytesIO(b"once"), again) is False
        assert read(originals, identifier) == b"once"
        assert list(originals.ids()) == [identifier]

    def test_large_contents(self, originals: Originals) -> None:
        content = os.urandom(1 << 20) * 24 + b"end"
        identifier = stored(originals, content)
        assert originals.length(identifier) == len(content)
        assert image_id(read(originals, identifier)) == identifier
        assert originals.put(identifier, BytesIO(content), INFO) is False

    @pytest.mark.parametrize(
        "filename", ["größe.png", "日本.jpeg", 'a"b\\c;.png', "x" * 300, "a\r\nb: c", ""]
    )
    def test_any_file_name_will_do(self, originals: Originals, filename: str) -> None:
        content = filename.encode() + b"content"
        identifier = image_id(content)
        assert originals.put(
            identifier, BytesIO(content), OriginalInfo("image/png", 1, 1, filename)
        )
        assert read(originals, identifier) == content

    # -- nothing there -------------------------------------------------------------------

    def test_an_unknown_original(self, originals: Originals) -> None:
        identifier = image_id(b"never put")
        with pytest.raises(UnknownImage, match=identifier), originals.open(identifier):
            pytest.fail("nothing was put")
        assert originals.length(identifier) is None
        originals.delete(identifier)

    def test_delete(self, originals: Originals) -> None:
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

    def test_other_bytes_under_the_same_id_are_refused(self, originals: Originals) -> None:
        first, second = COLLIDING
        identifier = stored(originals, first)
        assert image_id(second) == identifier
        with pytest.raises(IdCollision, match=identifier):
            originals.put(identifier, BytesIO(second), INFO)
        assert read(originals, identifier) == first

    @pytest.mark.parametrize("other", [b"original", b"original!!", b"0riginal!", b""])
    def test_of_any_length(self, originals: Originals, other: bytes) -> None:
        identifier = stored(originals, b"original!")
        with pytest.raises(IdCollision):
            originals.put(identifier, BytesIO(other), INFO)
        assert read(originals, identifier) == b"original!"

    def test_of_colliding_bytes_put_at_once_one_wins(self, originals: Originals) -> None:
        identifier = image_id(COLLIDING[0])

        def put(content: bytes) -> bytes | None:
            try:
                originals.put(identifier, BytesIO(content), INFO)
            except IdCollision:
                return None
            return content

        with ThreadPoolExecutor(8) as pool:
            winners = set(pool.map(put, COLLIDING * 8)) - {None}
        assert len(winners) == 1
        assert read(originals, identifier) == winners.pop()

    # -- all of them ---------------------------------------------------------------------

    def test_ids(self, originals: Originals) -> None:
        assert list(originals.ids()) == []
        identifiers = sorted(stored(originals, b"%d" % number) for number in range(25))
        assert list(originals.ids()) == identifiers
        assert list(originals.ids(after=identifiers[9])) == identifiers[10:]
        assert list(originals.ids(after=identifiers[-1])) == []

    def test_ids_after_something_that_is_not_there(self, originals: Originals) -> None:
        identifiers = sorted(stored(originals, b"%d" % number) for number in range(12))
        for beginning in ("A", "M", identifiers[5][:3], identifiers[5][:7], identifiers[5] + "A"):
            expected = [identifier for identifier in identifiers if identifier > beginning]
            assert list(originals.ids(after=beginning)) == expected

    def test_removing_while_listing(self, originals: Originals) -> None:
        identifiers = sorted(stored(originals, b"%d" % number) for number in range(12))
        seen = []
        for identifier in originals.ids():
            originals.delete(identifier)
            seen.append(identifier)
        assert seen == identifiers
        assert list(originals.ids()) == []

    # -- several at once -----------------------------------------------------------------

    def test_threads_putting_the_same(self, originals: Originals) -> None:
        content = os.urandom(300_000)
        identifier = image_id(content)
        together = threading.Barrier(8)

        def put(_: int) -> bool:
            together.wait(10)
            return originals.put(identifier, BytesIO(content), INFO)

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(put, range(8))) == [False] * 7 + [True]
        assert read(originals, identifier) == content

    def test_readers_see_all_or_nothing(self, originals: Originals) -> None:
        content = os.urandom(1_000_000)
        identifier = image_id(content)
        done = threading.Event()
        seen = set()

        def look() -> None:
            while not done.is_set():
                seen.add(originals.length(identifier))
                try:
                    seen.add(len(read(originals, identifier)))
                except UnknownImage:
                    seen.add(None)

        with ThreadPoolExecutor(2) as pool:
            looking = [pool.submit(look), pool.submit(look)]
            for _ in range(5):
                originals.put(identifier, BytesIO(content), INFO)
                originals.delete(identifier)
            done.set()
            for each in looking:
                each.result(10)
        assert seen <= {None, len(content)}

    def test_putting_and_removing_at_once(self, originals: Originals) -> None:
        content = os.urandom(100_000)
        identifier = image_id(content)

        def put(_: int) -> None:
            for _ in range(8):
                originals.put(identifier, BytesIO(content), INFO)

        def remove(_: int) -> None:
            for _ in range(8):
                originals.delete(identifier)

        with ThreadPoolExecutor(3) as pool:
            for each in [pool.submit(put, 1), pool.submit(put, 2), pool.submit(remove, 1)]:
                each.result(60)
        originals.put(identifier, BytesIO(content), INFO)
        assert read(originals, identifier) == content

    def test_processes_putting_the_same(
        self, make: Make, originals: Originals, processes: Spawn
    ) -> None:
        contents = [b"%d" % number * 1000 for number in range(20)]
        # Not multiprocessing.Pool, which ends its processes with SIGTERM: one that is measured
        # and just leaving may be writing down its coverage, and survives that as a wreck.
        with ProcessPoolExecutor(3, mp_context=processes) as pool:
            new = list(pool.map(put_all, [make] * 3, [contents] * 3))
        assert sum(new) == len(contents)
        for content in contents:
            assert read(originals, image_id(content)) == content

    # -- crashes -------------------------------------------------------------------------

    def test_killed_in_the_middle_of_a_put(
        self,
        make: Make,
        originals: Originals,
        tmp_path: Path,
        processes: Spawn,
    ) -> None:
        content = os.urandom(6_000_000)
        arrived = tmp_path / "arrived"
        process = processes.Process(target=put_stalling, args=(make, content, arrived))
        process.start()
        appears(arrived)
        assert originals.length(image_id(content)) is None
        process.kill()
        process.join(10)
        assert process.exitcode == -signal.SIGKILL
        assert originals.length(image_id(content)) is None
        assert list(originals.ids()) == []
        assert originals.put(image_id(content), BytesIO(content), INFO) is True
        assert read(originals, image_id(content)) == content

    def test_killed_at_any_moment(
        self,
        make: Make,
        originals: Originals,
        tmp_path: Path,
        processes: Spawn,
    ) -> None:
        content = os.urandom(500_000)
        identifier = image_id(content)
        for number in range(3):
            started = tmp_path / f"started{number}"
            process = processes.Process(target=put_for_ever, args=(make, content, started))
            process.start()
            appears(started)
            time.sleep(0.05 + 0.037 * number)
            process.kill()
            process.join(10)
            assert originals.length(identifier) in {None, len(content)}
            originals.put(identifier, BytesIO(content), INFO)
            assert read(originals, identifier) == content
            assert list(originals.ids()) == [identifier]

    def test_goes_on_after_a_fork(self, make: Make, originals: Originals, processes: Spawn) -> None:
        identifier = stored(originals, b"before the fork")
        process = processes.Process(target=read_on_both_sides, args=(make, identifier))
        process.start()
        process.join(30)
        assert process.exitcode == 0

    def test_what_was_put_outlives_the_store(self, make: Make) -> None:
        first = make()
        identifier = stored(first, b"kept")
        first.close()
        second = make()
        assert read(second, identifier) == b"kept"
        second.close()

    # -- the rest ------------------------------------------------------------------------

    def test_check(self, originals: Originals) -> None:
        originals.check()
        assert list(originals.ids()) == []

    def test_address(self, originals: Originals) -> None:
        identifier = stored(originals, b"somewhere")
        address = originals.presigned_url(identifier, filename="größe.png", seconds=60)
        assert address is None or address.startswith(("http://", "https://"))

    def test_is_intact_reads_the_bytes(self, originals: Originals) -> None:
        store = originals
        whole = stored(store, b"a picture")
        damaged = image_id(b"another picture")
        store.put(damaged, BytesIO(b"another pictur"), INFO)
        assert store.is_intact(whole)
        assert not store.is_intact(damaged)
        with pytest.raises(UnknownImage):
            store.is_intact(image_id(b"unknown"))

    def test_replace_damaged_stores_the_intact_bytes(self, originals: Originals) -> None:
        store = originals
        damaged = image_id(b"a picture")
        store.put(damaged, BytesIO(b"a pictur"), INFO)
        assert not store.replace_damaged(damaged, BytesIO(b"a picturx"), INFO)
        assert not store.is_intact(damaged)
        content = BytesIO(b"a picture")
        content.read(4)
        assert store.replace_damaged(damaged, content, INFO)
        assert read(store, damaged) == b"a picture"
        assert not store.replace_damaged(damaged, content, INFO)
