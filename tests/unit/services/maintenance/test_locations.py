"""Probes that tell two locations of originals apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from huimages_app.errors import BadInput
from huimages_app.services.maintenance.locations import PROBE_ID, require_two_locations
from huimages_app.storage.originals.filesystem import FileOriginals
from tests.support.backups import findings
from tests.support.services import services_in


class Killed(FileOriginals):
    """A location whose process is killed before it can delete the probe."""

    def delete(self, image_id: str) -> None:
        raise KeyboardInterrupt


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A site with the probe of a killed process."""
    services_in(tmp_path).close()
    other = FileOriginals(tmp_path / "other")
    with pytest.raises(KeyboardInterrupt):
        require_two_locations(other, Killed(tmp_path / "originals"))
    return tmp_path / "originals"


def test_left_probe_is_not_reported_by_the_check(left: Path) -> None:
    assert [*FileOriginals(left).ids()] == [PROBE_ID]
    assert findings(left.parent) == []


def test_left_probe_in_the_source_does_not_make_it_the_target(left: Path, tmp_path: Path) -> None:
    require_two_locations(FileOriginals(left), FileOriginals(tmp_path / "target"))


def test_left_probe_in_the_target_is_deleted_by_the_next_run(left: Path, tmp_path: Path) -> None:
    require_two_locations(FileOriginals(tmp_path / "target"), FileOriginals(left))
    assert [*FileOriginals(left).ids()] == []


def test_same_location_with_another_name_is_refused(left: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(left)
    with pytest.raises(BadInput, match="same location"):
        require_two_locations(FileOriginals(left), FileOriginals(tmp_path / "link"))
