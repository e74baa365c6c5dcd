"""Images for the tests of maintenance."""

from __future__ import annotations

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.services.container import Services
from huimages_app.services.maintenance.integrity import Finding
from tests.support.pictures import photo
from tests.support.services import add

PHOTOS = [photo(40, 30, seed=seed) for seed in range(6)]


IDS = [image_id(content) for content in PHOTOS]


@pytest.fixture
def full(services: Services) -> Services:
    for number, content in enumerate(PHOTOS):
        add(services, content, title=f"Picture {number}")
    return services


def found(services: Services, **how: bool) -> list[Finding]:
    return sorted(services.integrity.check(jobs=2, **how), key=lambda finding: finding.image_id)
