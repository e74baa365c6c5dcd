from __future__ import annotations

import json

from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch

from .conftest import Command


def test_history_command_prints_changes_and_takes_one_back(
    huimages: Command, image: str, services: Services
) -> None:
    before = len(huimages("history", image).out)
    services.editing.update(image, ImagePatch(types=["product"]))
    change = services.histories.of(image)[-1]
    line, *others = huimages("history", image).out
    assert len(others) == before
    assert line.startswith(change.id)
    assert line.endswith('types: none → ["product"]')
    taken_back = huimages("history", image, "--take-back", change.id).out
    assert taken_back[0].endswith(f'types: ["product"] → none  (takes back {change.id})')
    assert services.images.get(image).types == ()
    shown = json.loads("\n".join(huimages("history", image, "--json").out))
    assert [item["undoes"] for item in shown[:2]] == [change.id, None]


def test_history_command_reports_a_later_change_with_one_line(
    huimages: Command, image: str, services: Services
) -> None:
    services.editing.update(image, ImagePatch(alt="A pier"))
    change = services.histories.of(image)[-1]
    services.editing.update(image, ImagePatch(alt="A quay"))
    ran = huimages("history", image, "--take-back", change.id)
    assert (ran.status, ran.out, len(ran.err)) == (1, [], 1)
    assert "changed again since" in ran.err[0]
