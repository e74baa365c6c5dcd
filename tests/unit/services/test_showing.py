from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from huimages_app.domain.models import Image
from huimages_app.domain.rights import Rights
from huimages_app.errors import RightsEnded, RightsNotBegun
from huimages_app.services.editor_urls import EditorUrls
from huimages_app.services.showing import Showing
from tests.contract.samples import an_image

NOW = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
KEY = "a key for tests of more than 32 characters"


def at(moment: datetime, zone: str = "UTC") -> Showing:
    return Showing(ZoneInfo(zone), moment.timestamp)


def limited(**days: str) -> Image:
    return an_image(1, rights=Rights(**days))


def test_day_is_that_of_the_time_zone() -> None:
    assert at(NOW).today == date(2026, 12, 31)
    assert at(NOW, "Europe/Berlin").today == date(2027, 1, 1)
    image = limited(until="2026-12-31")
    assert at(NOW).state(image) == "shown"
    assert at(NOW, "Europe/Berlin").state(image) == "ended"
    assert at(NOW, "America/New_York").state(limited(from_="2027-01-01")) == "future"


def test_require_shown_raises_by_the_side_of_the_days() -> None:
    image = an_image(1)
    assert at(NOW).require_shown(image) is image
    with pytest.raises(RightsEnded):
        at(NOW).require_shown(limited(until="2026-12-30"))
    with pytest.raises(RightsNotBegun):
        at(NOW).require_shown(limited(from_="2027-01-01"))


def test_query_for_editors_is_only_for_images_that_others_do_not_see() -> None:
    urls = EditorUrls(at(NOW), KEY, NOW.timestamp)
    assert urls.query(limited(until="2026-12-31"), "/o/x") == ""
    assert urls.query(limited(until="2026-12-30"), "/o/x").startswith("?e=")
    assert EditorUrls(at(NOW)).query(limited(until="2026-12-30"), "/o/x") == ""


@pytest.mark.parametrize("minutes", [0, 1, 29, 30, 59])
def test_url_for_editors_is_valid_for_at_most_an_hour(minutes: int) -> None:
    now = NOW + timedelta(minutes=minutes)
    urls = EditorUrls(at(now), KEY, now.timestamp)
    query = dict(
        part.split("=") for part in urls.query(limited(until="2020-01-01"), "/o/x")[1:].split("&")
    )
    expiry = urls.expiry("/o/x", query["s"], query["e"])
    assert expiry is not None
    assert 1800 <= expiry - now.timestamp() <= 3600
    assert urls.expiry("/o/y", query["s"], query["e"]) is None
    assert urls.expiry("/o/x", query["s"], str(expiry + 1)) is None
    later = EditorUrls(at(now), KEY, lambda: float(expiry))
    assert later.expiry("/o/x", query["s"], query["e"]) is None
