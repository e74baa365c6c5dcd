"""Evaluation of the measurements of the comparison with other servers."""

from __future__ import annotations

import io
import os
from typing import Any

import pytest
from PIL import Image, ImageChops

from benchmarks.heaviest import heaviest
from benchmarks.load import Request, WrongResponse, check
from benchmarks.machine import core_seconds, family
from benchmarks.originals import commented
from benchmarks.results import ratio
from benchmarks.targets import Measurements, targets
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
    with pytest.raises(WrongResponse):
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
        "start (a.py:1);_receive (huimages_app/imaging/isolation/process.py:129) 900\n"
        "start (a.py:1);save (c.py:3) 10\n"
        "other (d.py:4);load (b.py:2) 20\n"
    )
    shares = heaviest(stacks)
    assert [line for _, line in shares] == ["load (b.py:2)", "save (c.py:3)"]
    assert [round(share, 2) for share, _ in shares] == [0.83, 0.17]


def rounds_of(**rates: float) -> dict[str, list[dict[str, float]]]:
    return {name: [{"by_clock": rate, "by_core": rate}] for name, rate in rates.items()}


def measured(**parts: Any) -> Measurements:
    """Return measurements of two contests for first sizes, one in which huimages is slow."""
    speed = {
        "speeds": {
            "2 MP → 640, 2 at once": rounds_of(huimages=26, sharp=10, thumbor=13),
            "2 MP → 240, 8 at once": rounds_of(huimages=26, sharp=10, thumbor=26),
        },
        "warm": {"nginx static": [10.0], "huimages behind nginx": [9.6]},
        "peaks": {"huimages": {"baseline": 80.0, "progressive": 500.0}},
        "likeness": 0.997,
    }
    return Measurements({"speed": speed, **parts})


def verdicts(measurements: Measurements) -> dict[str, str]:
    return {target.what: target.verdict.partition(":")[0] for target in targets(measurements)}


def test_target_is_judged_by_the_worst_contest_and_server() -> None:
    found = verdicts(measured())
    assert found["first size, 2 MP → 640, to sharp"] == "met"
    assert found["first size, 2 MP → 240, to thumbor"] == "not met"
    assert found["first size to each other server, worst row"] == "not met"
    assert found["second size, 12 MP → 240, to sharp"] == "not measured"
    assert found["hits through nginx, to nginx static"] == "met"
    assert found["hits by the application, to sharp from its cache"] == "not measured"
    assert found["memory, eight of 24 MP at once, baseline"] == "met"
    assert found["memory, eight of 24 MP at once, progressive"] == "not met"


def test_targets_of_other_benchmarks_are_judged_where_they_ran() -> None:
    encoders = {"webp, effort 4": {"ssim": 1.004}, "jpeg": {"ssim": 1.02}}
    costs = {"limit": [{"clock": 10, "cores": 10}], "files": [{"clock": 19, "cores": 21}]}
    found = verdicts(measured(encoders=encoders, imports={"costs": costs}))
    assert found["WebP bytes at equal SSIM, to sharp's default"] == "met"
    assert found["JPEG bytes at equal SSIM, to sharp's default"] == "not met"
    assert found["AVIF bytes at equal SSIM, to sharp's default"] == "not measured"
    assert found["import, to reading, hashing and decoding at an eighth"] == "met"
    assert verdicts(measured())["import, to reading, hashing and decoding at an eighth"] == (
        "not measured"
    )
