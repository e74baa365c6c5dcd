"""`huimages migrate` between all kinds of locations, complete and interrupted."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from huimages_app.backends import originals_at
from huimages_app.config.settings import Settings
from huimages_app.domain.ids import image_id
from huimages_app.storage.interfaces import OriginalInfo, Originals
from tests.support import oldsite, pictures
from tests.support.commands import Ran, begun, huimages, ini_of
from tests.support.couch import Site as Couch
from tests.support.faults import Fault, FaultProxy
from tests.support.s3 import ACCESS_KEY, SECRET_KEY, S3Server

PHOTOS = [pictures.photo(40, 30, seed=seed) for seed in range(5)]
IDS = sorted(map(image_id, PHOTOS))
ATTACHED = sorted(image.id for image in oldsite.IMAGES.values() if image.attached)

NewLocation = Callable[[str], str]


@pytest.fixture
def settings(s3_store: S3Server, tmp_path: Path) -> dict[str, str]:
    return {
        "originals.path": str(tmp_path / "originals"),
        "metadata.path": str(tmp_path / "metadata.sqlite"),
        "var": str(tmp_path / "var"),
        "s3.bucket": s3_store.place().bucket,
        "s3.endpoint_url": s3_store.url,
        "s3.access_key_id": ACCESS_KEY,
        "s3.secret_access_key": SECRET_KEY,
    }


@pytest.fixture
def ini(settings: dict[str, str], tmp_path: Path) -> Path:
    return ini_of(tmp_path, settings)


@pytest.fixture
def new_location(s3_store: S3Server, tmp_path: Path) -> NewLocation:
    """Create an empty location of a kind; return its name."""

    def make(kind: str) -> str:
        if kind == "s3":
            return f"s3:{s3_store.place().bucket}/pictures/"
        folder = tmp_path / "place"
        folder.mkdir(exist_ok=True)
        return f"files:{folder}"

    return make


def opened(place: str, settings: dict[str, str]) -> Originals:
    """Open a location without the command."""
    read = Settings.read({f"huimages.{key}": value for key, value in settings.items()})
    return originals_at(place, read)


def fill(place: str, settings: dict[str, str], contents: list[bytes]) -> None:
    with closing(opened(place, settings)) as originals:
        for content in contents:
            originals.put(
                image_id(content), io.BytesIO(content), OriginalInfo("image/jpeg", 40, 30)
            )


def held(place: str, settings: dict[str, str]) -> list[str]:
    """Read all originals of a location; return their IDs."""
    with closing(opened(place, settings)) as originals:
        for identifier in (ids := list(originals.ids())):
            with originals.open(identifier) as file:
                assert image_id(file.read()) == identifier
        return ids


@pytest.mark.slow
@pytest.mark.parametrize(("from_", "to"), [("files", "s3"), ("s3", "files")])
def test_originals_are_copied_and_moved_both_ways(
    from_: str, to: str, ini: Path, settings: dict[str, str], new_location: NewLocation
) -> None:
    source, target = new_location(from_), new_location(to)
    fill(source, settings, PHOTOS[:4])
    fill(target, settings, PHOTOS[3:])
    ran = huimages(ini, "migrate", "--from", source, "--to", target)
    assert ran == Ran(
        0,
        [
            "3 originals copied, 0 failed",
            "in both locations: 4",
            f"only in {source}: 0",
            f"only in {target}: 1",
        ],
        [],
    )
    assert held(target, settings) == IDS
    again = huimages(ini, "migrate", "--from", source, "--to", target)
    assert (again.status, again.out[:2]) == (
        0,
        ["0 originals copied, 0 failed", "in both locations: 4"],
    )
    moved = huimages(ini, "migrate", "--move", "--from", source, "--to", target, "--jobs", "3")
    assert (moved.status, moved.out[3]) == (0, f"only in {target}: 5")
    assert held(source, settings) == []
    assert held(target, settings) == IDS


@pytest.mark.slow
@pytest.mark.parametrize("to", ["files", "s3"])
def test_attachments_of_a_legacy_site_are_copied(
    to: str,
    couchdb_site: Couch,
    settings: dict[str, str],
    tmp_path: Path,
    new_location: NewLocation,
) -> None:
    settings |= {"couchdb.url": couchdb_site.url, "couchdb.database": couchdb_site.images}
    ini, target = ini_of(tmp_path, settings), new_location(to)
    with couchdb_site.http() as http:
        oldsite.fill(http, couchdb_site.images, couchdb_site.visitors)
        refused = huimages(ini, "migrate", "--move", "--from", "couchdb", "--to", target)
        assert refused.status == 2
        assert refused.err[-1].endswith("copy without moving")
        ran = huimages(ini, "migrate", "--from", "couchdb", "--to", target)
        assert (ran.status, ran.out[:2]) == (
            0,
            [f"{len(ATTACHED)} originals copied, 0 failed", f"in both locations: {len(ATTACHED)}"],
        )
        assert held(target, settings) == ATTACHED
        for identifier in ATTACHED:
            assert http.get(f"/{couchdb_site.images}/{identifier}").json()["_rev"][:2] == "1-"
    back = huimages(ini, "migrate", "--from", "s3", "--to", "couchdb")
    assert back.status == 0  # the location is empty
    fill("s3", settings, PHOTOS[:1])
    back = huimages(ini, "migrate", "--from", "s3", "--to", "couchdb")
    assert back.status == 2
    assert "can't be stored in CouchDB" in back.err[-1]


def test_damaged_original_is_reported_and_others_are_moved(
    ini: Path, settings: dict[str, str], new_location: NewLocation
) -> None:
    source, target = new_location("files"), new_location("s3")
    fill(source, settings, PHOTOS)
    broken = Path(source.removeprefix("files:")) / IDS[2][:2] / IDS[2][2:4] / IDS[2]
    broken.chmod(0o640)
    broken.write_bytes(b"\xff\xd8\xff cut")
    ran = huimages(ini, "migrate", "--move", "--from", source, "--to", target)
    assert ran.status == 1
    assert ran.err == [f"{IDS[2]}: the bytes in the source are not those of this picture"]
    assert ran.out == [
        "4 originals copied, 1 failed",
        "in both locations: 0",
        f"only in {source}: 1",
        f"only in {target}: 4",
    ]
    assert broken.read_bytes() == b"\xff\xd8\xff cut"


def test_damaged_copy_is_not_counted_as_copied(
    ini: Path, settings: dict[str, str], new_location: NewLocation
) -> None:
    source, target = new_location("files"), new_location("s3")
    fill(source, settings, PHOTOS[:2])
    with closing(opened(target, settings)) as originals:
        cut = io.BytesIO(PHOTOS[0][:-10])
        originals.put(image_id(PHOTOS[0]), cut, OriginalInfo("image/jpeg", 40, 30))
    ran = huimages(ini, "migrate", "--from", source, "--to", target)
    assert ran.status == 1
    [line] = ran.err
    assert line.startswith(f"{image_id(PHOTOS[0])}: the bytes ")
    assert ran.out[:3] == [
        "1 original copied, 1 failed",
        "in both locations: 1",
        f"only in {source}: 1",
    ]


@pytest.mark.slow
def test_repeated_run_continues_after_kill(
    s3_store: S3Server, settings: dict[str, str], tmp_path: Path, new_location: NewLocation
) -> None:
    source, target = new_location("files"), "s3"
    fill(source, settings, [pictures.photo(40, 30, seed=seed) for seed in range(30)])
    with FaultProxy(s3_store.port) as proxy, proxy.broken(Fault(only=b"PUT ", delay=0.05)):
        slow = ini_of(tmp_path, settings | {"s3.endpoint_url": proxy.url})
        process = begun(slow, "migrate", "--move", "--from", source, "--to", target, "--jobs", "2")
        with process:
            there = opened(target, settings)
            deadline = time.monotonic() + 60
            while len(list(there.ids())) < 10:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            process.kill()
    there.close()
    left, arrived = set(held(source, settings)), set(held(target, settings))
    assert left
    assert len(left | arrived) == 30
    ran = huimages(
        ini_of(tmp_path, settings), "migrate", "--move", "--from", source, "--to", target
    )
    assert ran.status == 0
    assert held(source, settings) == []
    assert len(held(target, settings)) == 30


def test_unavailable_location_ends_the_run(
    s3_store: S3Server, settings: dict[str, str], tmp_path: Path, new_location: NewLocation
) -> None:
    source = new_location("files")
    fill(source, settings, PHOTOS[:2])
    times = {"s3.connect_timeout": "0.3", "s3.read_timeout": "0.5"}
    with FaultProxy(s3_store.port) as proxy, proxy.broken(Fault(only=b"PUT ", frozen=True)):
        ini = ini_of(tmp_path, settings | times | {"s3.endpoint_url": proxy.url})
        ran = huimages(ini, "migrate", "--from", source, "--to", "s3", "--jobs", "4")
    # The bucket responds, so each original is tried and reported.
    assert (ran.status, ran.out[0]) == (1, "0 originals copied, 2 failed")
    ini = ini_of(tmp_path, settings | times | {"s3.endpoint_url": proxy.url})
    ran = huimages(ini, "migrate", "--from", source, "--to", "s3")
    assert ran.status == 1
    assert "can't be reached" in ran.err[-1]
    assert len(held(source, settings)) == 2


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        ("files:/nowhere/at/all", "can't store originals"),
        ("elsewhere", "no location of originals"),
        ("s3:", "the name of the bucket"),
    ],
)
def test_invalid_location_is_rejected(place: str, complaint: str, tmp_path: Path) -> None:
    ini = ini_of(tmp_path, {"originals.path": str(tmp_path / "originals")})
    ran = huimages(ini, "migrate", "--from", "files", "--to", place)
    assert ran.status in {1, 2}
    assert complaint in ran.err[-1]
