"""Calls of the operating system for files, per miss and per hit.

The calls of a miss were halved once: docs/decisions/062.  A number here grows only with a reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.domain.formats import JPEG
from huimages_app.domain.sizes import Size
from huimages_app.services.container import Services
from tests.support import pictures
from tests.support.file_calls import file_calls
from tests.support.services import add, services_in

SIZE = Size.parse("60x40")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = services_in(tmp_path, **{"cache.max_bytes": "1 GB", "chain": "off"})
    services.start()
    yield services
    services.close()


def warm(services: Services, image_id: str) -> None:
    """Do the work of the first request of a process."""
    services.operations.prune_cache()  # begins the count of the cache
    for size in ("10x10", "11x11"):
        services.renditions.get(image_id, Size.parse(size), JPEG).close()


def test_first_rendition_of_an_image_makes_few_file_calls(services: Services) -> None:
    warm(services, add(services, pictures.photo(80, 60)).image.id)
    image_id = add(services, pictures.photo(80, 61)).image.id
    with file_calls() as calls:
        served = services.renditions.get(image_id, SIZE, JPEG)
    served.close()
    assert len(calls) <= 33, Counter(calls)


def test_next_rendition_of_an_image_makes_few_file_calls(services: Services) -> None:
    image_id = add(services, pictures.photo(80, 60)).image.id
    warm(services, image_id)
    with file_calls() as calls:
        served = services.renditions.get(image_id, SIZE, JPEG)
    served.close()
    assert len(calls) <= 30, Counter(calls)


def test_cache_hit_opens_one_file_once(services: Services) -> None:
    image_id = add(services, pictures.photo(80, 60)).image.id
    warm(services, image_id)
    with file_calls() as calls:
        served = services.renditions.find(image_id, Size.parse("10x10"), JPEG)
    assert served is not None
    served.close()
    assert len(calls) <= 3, Counter(calls)
