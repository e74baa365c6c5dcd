"""Evaluation of the measurements of the comparison with other servers."""

from __future__ import annotations

import io
import os

import pytest
from PIL import Image, ImageChops

from benchmarks.heaviest import heaviest
from benchmarks.load import Request, WrongAnswer, check
from benchmarks.machine import core_seconds, family
from benchmarks.originals import commented
from benchmarks.results import ratio
from benchmarks.targets import Told, targets
from huimages_app.domain.ids import image_id
from tests.support import pictures


def test_ratio_is_the_median_of_the_rounds() -> None:
    # The second round had a busy moment, for both.
    assert ratio([30, 3, 20], [10, 1, 20]) == 3


def test_commented_picture_has_another_id_and_the_same_pixels() -> None:
    content = pictures.photo(40, 30)
    other = commented(content, "another")
    assert image_id(other) != image_id(content)
    difference = ImageChops.difference(pictures.opened(other), pictures.opened(content))
    assert difference.getbbox() is None


@pytest.mark.parametrize(
    "body",
    [b"", b"sorry", pictures.photo(40, 28), pictures.truncated(pictures.photo(40, 30))],
)
def test_check_refuses_a_wrong_response(body: bytes) -> None:
    with pytest.raises(WrongAnswer):
        check(Request("/40x30/x", 40, 30), body)


def test_check_accepts_a_size_rounded_differently() -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 31)).save(file, "JPEG")
    check(Request("/40x30/x", 40, 30), file.getvalue())


def test_family_includes_children_and_core_seconds_grow() -> None:
    assert os.getpid() in family(os.getppid())
    before = core_seconds(os.getpid())
    while core_seconds(os.getpid()) < before + 0.02:
        sum(range(10_000))


def test_heaviest_lines_leave_out_waiting() -> None:
    stacks = (
        "start (a.py:1);load (b.py:2) 30\n"
        "start (a.py:1);wait (threading.py:320) 900\n"
        "start (a.py:1);save (c.py:3) 10\n"
        "other (d.py:4);load (b.py:2) 20\n"
    )
    shares = heaviest(stacks)
    assert [line for _, line in shares] == ["load (b.py:2)", "save (c.py:3)"]
    assert [round(share, 2) for share, _ in shares] == [0.83, 0.17]


def test_target_is_judged_by_the_worst_contest() -> None:
    speed = {
        name: [{"by_clock": rate, "by_core": rate}]
        for name, rate in {"huimages": 26.0, "sharp": 10.0, "ipx": 13.0}.items()
    }
    slow = {**speed, "ipx": [{"by_clock": 26.0, "by_core": 26.0}]}
    told = Told(
        {
            "speeds": {"2 MP → 640, 2 at once": speed, "24 MP → 1024, 2 at once": slow},
            "warm": {},
            "peaks": {"huimages": {"baseline": 80.0, "progressive": 500.0}},
            "likeness": 0.997,
        }
    )
    verdicts = {target.what: target.verdict for target in targets(told)}
    assert verdicts["first size, 2 MP → 640, to sharp"] == "met"
    assert verdicts["first size, to ipx, everywhere"].startswith("not met: ")
    assert verdicts["second size, 12 MP → 240, to sharp"].startswith("not measured")
    assert verdicts["memory, eight of 24 MP at once, baseline"] == "met"
    assert verdicts["memory, eight of 24 MP at once, progressive"] == "not met"
