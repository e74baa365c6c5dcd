from __future__ import annotations

import os
from pathlib import Path

import pytest

from huimages_app.config.cores import usable_cores

CORES = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("max 100000", CORES),
        ("100000 100000", 1),
        ("150000 100000", min(CORES, 2)),
        ("1000 100000", 1),
        ("99900000 100000", CORES),
        ("nonsense", CORES),
    ],
)
def test_quota_of_the_cgroup_limits_the_cores(tmp_path: Path, limit: str, expected: int) -> None:
    own = tmp_path / "own"
    own.write_text("1:cpu:/other\n0::/system.slice/huimages.service\n")
    folder = tmp_path / "system.slice/huimages.service"
    folder.mkdir(parents=True)
    (folder / "cpu.max").write_text(limit + "\n")
    assert usable_cores(own, tmp_path) == expected


def test_cores_of_the_affinity_without_a_cgroup(tmp_path: Path) -> None:
    assert usable_cores(tmp_path / "missing", tmp_path) == CORES
    own = tmp_path / "own"
    own.write_text("0::/\n")
    assert usable_cores(own, tmp_path) == CORES
