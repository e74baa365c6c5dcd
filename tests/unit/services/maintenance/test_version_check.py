"""Links between versions that do not fit together: found, and corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Image, Query
from huimages_app.factory import build_services
from huimages_app.services.container import Services
from huimages_app.services.maintenance.integrity import Problem
from huimages_app.storage.sqlite.annotations import SqliteAnnotations
from huimages_app.storage.sqlite.images import SqliteImages
from tests.support.services import settings_in, storage_in
from tests.support.versions import added, chain, faults, record, replaced, versions, visible

UNKNOWN_ID = image_id(b"never stored")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with storage_in(tmp_path) as storage:
        services = build_services(settings_in(tmp_path), storage)
        yield services
        services.close()


def change(services: Services, image_id: str, **fields: Any) -> None:
    services.editing._metadata.images.update(image_id, lambda image: replace(image, **fields))


def repair(services: Services) -> list[str]:
    """Repair; return what was wrong.  A second run finds nothing."""
    found = faults(services, repair=True)
    assert {finding.problem for finding in found} <= {Problem.VERSIONS}
    assert all(finding.repaired for finding in found)
    assert faults(services) == []
    return [finding.detail for finding in found]


def test_consistent_versions_are_not_reported(services: Services) -> None:
    chain(services, 1, 2, 3)
    assert faults(services) == []


def test_check_without_repair_changes_nothing(services: Services) -> None:
    first, second = chain(services, 1, 2)
    change(services, first, replaced_by="")
    [finding] = faults(services)
    assert (finding.image_id, finding.problem, finding.repaired) == (
        second, Problem.VERSIONS, False
    )  # fmt: skip
    assert record(services, first).replaced_by == ""


def test_interrupted_replacement_is_completed(services: Services) -> None:
    first, second = chain(services, 1, 2)
    change(services, first, replaced_by="", versioned=None)
    services.annotations.tag(first, "vera", ["late"])
    assert repair(services) == [f"the replacement of its older version {first} was not finished"]
    assert visible(services) == {second}
    assert services.annotations.summary(second).tags == {"late": 1}


def test_older_version_that_names_a_later_one_is_corrected_to_the_newest(
    services: Services,
) -> None:
    first, second, third = chain(services, 1, 2, 3)
    change(services, first, replaced_by=second)
    assert services.versions.newest(record(services, first)) == record(services, third)
    repair(services)
    assert record(services, first).replaced_by == third


def test_interrupted_going_back_is_completed(services: Services) -> None:
    first, second = chain(services, 1, 2)
    later = datetime.now(UTC)
    change(services, first, replaced_by="", versions=(second,), versioned=later)
    repair(services)
    assert versions(services, first) == [second, first]
    assert visible(services) == {first}


def test_image_whose_newest_version_never_existed_is_visible_again(services: Services) -> None:
    image = added(services, 1)
    change(services, image, replaced_by=UNKNOWN_ID)
    assert services.versions.all(record(services, image)) == [record(services, image)]
    assert repair(services) == [f"its newest version {UNKNOWN_ID} does not exist"]
    assert visible(services) == {image}


def test_image_whose_newest_version_was_removed_moves_to_the_trash(services: Services) -> None:
    image, removed = added(services, 1), added(services, 2)
    services.editing.remove(removed)
    change(services, image, replaced_by=removed)
    repair(services)
    trash = services.images.page(Query(trashed=True), 9).images
    assert [one.id for one in trash] == [image]


def test_version_of_an_image_whose_newest_version_is_missing_is_found_with_it(
    services: Services,
) -> None:
    first, second = added(services, 1), added(services, 2)
    change(services, first, replaced_by=second)
    change(services, second, replaced_by=UNKNOWN_ID)
    repair(services)
    assert visible(services) == {second}
    assert versions(services, first) == [first, second]


def test_older_version_that_is_not_listed_is_listed_first(services: Services) -> None:
    first, second, third = chain(services, 1, 2, 3)
    change(services, third, versions=(second,))
    assert repair(services) == [f"its newest version {third} does not list it"]
    assert versions(services, third) == [first, second, third]


def test_listed_version_without_a_record_is_removed_from_the_list(services: Services) -> None:
    first, second = chain(services, 1, 2)
    change(services, second, versions=(UNKNOWN_ID, first))
    assert repair(services) == [f"its older version {UNKNOWN_ID} does not exist"]
    assert versions(services, second) == [first, second]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_cycle_of_versions_is_broken_at_the_last_replacement(
    services: Services, length: int
) -> None:
    ids = [added(services, seed) for seed in range(length)]
    start = datetime.now(UTC)
    for index, one in enumerate(ids):
        target = ids[(index + 1) % length]
        change(services, one, replaced_by=target, versioned=start + timedelta(seconds=index))
    assert visible(services) == set()
    assert services.versions.newest(record(services, ids[0])) is None
    repair(services)
    assert visible(services) == {ids[0]}
    assert set(versions(services, ids[0])) == set(ids)


def test_two_newest_versions_of_one_image_are_both_kept(services: Services) -> None:
    """Two nodes replaced it before their databases were replicated."""
    first, second = chain(services, 1, 2)
    other = added(services, 3)
    change(services, other, versions=(first,), versioned=record(services, second).versioned)
    change(services, first, versioned=datetime.now(UTC))
    assert repair(services) == [f"its older version {first} is no version of it any more"]
    assert visible(services) == {second, other}


class Killed(BaseException):
    """The error that stands for the end of the process between two writes."""


def killing(monkeypatch: pytest.MonkeyPatch, step: int) -> Callable[[], bool]:
    """End the process after a number of writes; return whether it came to that."""
    remaining = step

    def ending(write: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            nonlocal remaining
            remaining -= 1
            if remaining < 0:
                raise Killed
            return write(*arguments)

        return call

    monkeypatch.setattr(SqliteImages, "save", ending(SqliteImages.save))
    monkeypatch.setattr(SqliteImages, "remove", ending(SqliteImages.remove))
    monkeypatch.setattr(SqliteAnnotations, "save", ending(SqliteAnnotations.save))
    return lambda: remaining < 0


@pytest.mark.slow
@pytest.mark.parametrize("step", range(12))
@pytest.mark.parametrize("action", ["replace", "merge", "back", "turn", "remove"])
def test_process_killed_between_two_writes_loses_nothing(
    services: Services, monkeypatch: pytest.MonkeyPatch, action: str, step: int
) -> None:
    first, second, third = chain(services, 1, 2, 3, references={"artnr": ["10106"]})
    merged = added(services, 5, title="Merged")
    for visitor in ("vera", "emil"):
        services.annotations.tag(third, visitor, ["sunny"])
    everything = {first, second, third, merged}
    actions: dict[str, Callable[[], object]] = {
        "replace": lambda: replaced(services, third, 4),
        "merge": lambda: replaced(services, third, 5),
        "back": lambda: services.versions.go_back(first),
        "turn": lambda: services.versions.turn(third, 90),
        "remove": lambda: services.editing.remove(third),
    }
    with monkeypatch.context() as patch:
        was_killed = killing(patch, step)
        try:
            actions[action]()
        except Killed:
            assert was_killed()
        else:
            assert not was_killed()
    details = {finding.problem for finding in faults(services, repair=True)}
    assert details <= {Problem.VERSIONS, Problem.NO_RECORD, Problem.LEFT_OVER}
    assert {one.problem for one in faults(services)} <= {Problem.LEFT_OVER}
    gone = {third} if action == "remove" and step else set()
    trash = {image.id for image in services.images.page(Query(trashed=True), 9).images}
    for one in everything - gone:
        newest = services.versions.newest(record(services, one))
        assert isinstance(newest, Image)
        assert newest.id in visible(services) | trash
    # With or without a replacement, the article has one picture that has all tags.
    if action in {"replace", "merge", "back", "turn"}:
        shown = services.articles.get("artnr", "10106").images
        assert services.annotations.summary(shown[0].id).tags["sunny"] == 2
