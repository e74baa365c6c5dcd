"""Tests of the inspection of a legacy site, in memory; on real storage: test_switch_over."""

from __future__ import annotations

from collections.abc import Iterator

from huimages_app.domain.ids import image_id
from huimages_app.errors import UnknownImage
from huimages_app.services.maintenance.legacy_report import ATTACHMENT, LegacyInspection
from huimages_app.storage.legacy.models import (
    LegacyAnnotation,
    LegacyBucket,
    LegacyDocuments,
    LegacyImage,
    LegacyOther,
    Peek,
)
from tests.support import pictures

IDS = sorted(image_id(b"%d" % number) for number in range(50))
HEAD = pictures.photo(60, 40)


class Documents(LegacyDocuments):
    def __init__(self, attached: bool = True) -> None:
        self._attached = attached

    def size(self) -> int:
        return len(IDS)

    def images(self) -> Iterator[LegacyImage | LegacyOther]:
        for id_ in IDS:
            yield LegacyImage(id_, (60, 40), False, True, self._attached, ("odd",))
        yield LegacyOther("_design/all")

    def annotations(self) -> Iterator[LegacyAnnotation | LegacyOther]:
        for id_ in IDS[:3]:
            for visitor in ("vera", "paul"):
                yield LegacyAnnotation(id_, visitor, tags=2, favorite=True, rated=False)

    def peek(self, image_id: str) -> Peek:
        return Peek("image/jpeg", HEAD)


class Bucket(LegacyBucket):
    name = "s3:bucket"

    def listed(self) -> Iterator[tuple[str, str]]:
        yield IDS[0], IDS[0]
        yield IDS[0], f"{IDS[0]}.jpeg"

    def peek(self, key: str) -> Peek:
        raise UnknownImage("removed")


def test_sample_has_the_requested_size() -> None:
    inspection = LegacyInspection(Documents(), [])
    assert inspection.size() == len(IDS)
    seen: list[bool] = []
    report = inspection.run(5, jobs=2, progress=lambda: seen.append(True))
    assert (report.looked_into, len(seen)) == (5, len(IDS))
    assert inspection.run(1000).looked_into == len(IDS)
    assert inspection.run(0).looked_into == 0


def test_report_counts_everything_and_keeps_20_examples() -> None:
    report = LegacyInspection(Documents(), []).run()
    assert report.originals == {ATTACHMENT: len(IDS)}
    assert report.oddities["odd"].count == len(IDS)
    assert report.oddities["odd"].examples == IDS[:20]
    assert (report.annotations, report.visitors, report.tags, report.favorites) == (6, 2, 12, 6)
    assert report.designs == ["_design/all"]


def test_original_removed_during_inspection_is_not_unreadable() -> None:
    report = LegacyInspection(Documents(attached=False), [Bucket()]).run(10)
    assert report.originals == {
        "s3:bucket, key ID and s3:bucket, key ID.jpeg": 1,
        "nowhere": len(IDS) - 1,
    }
    assert report.missing.count == len(IDS) - 1
    assert (report.looked_into, report.unreadable.count) == (1, 0)
