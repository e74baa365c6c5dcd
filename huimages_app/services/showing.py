"""Which images may be shown now: the days of `rights.from` and `rights.until`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from ..domain.models import Image
from ..errors import RightsEnded, RightsNotBegun

State = Literal["shown", "future", "ended"]


class Showing:
    """Compares the days of images with today in the time zone of the site.  Thread-safe.

    `clock` gives seconds since the epoch.
    """

    def __init__(self, zone: tzinfo, clock: Callable[[], float] = time.time) -> None:
        self._zone = zone
        self._clock = clock

    @property
    def today(self) -> date:
        """Return the day that it is now."""
        return datetime.fromtimestamp(self._clock(), self._zone).date()

    def state(self, image: Image) -> State:
        """Return whether the image may be shown now, from a later day on, or not any more."""
        if not (validity := image.rights.validity):
            return "shown"
        today = self.today
        if validity.has_ended(today):
            return "ended"
        return "shown" if validity.has_begun(today) else "future"

    def is_shown(self, image: Image) -> bool:
        """Return whether the image may be shown now."""
        return self.state(image) == "shown"

    def require_shown(self, image: Image) -> Image:
        """Return the image; raises RightsNotBegun, RightsEnded."""
        match self.state(image):
            case "future":
                raise RightsNotBegun(image.id)
            case "ended":
                raise RightsEnded(image.id)
        return image

    def needs_checks(self, image: Image) -> bool:
        """Return whether requests have to be checked, so that no web server may send the files."""
        validity = image.rights.validity
        return bool(validity) and validity.needs_checks(self.today)

    def coming_days(self, days: int) -> tuple[date, date]:
        """Return today and the day that is `days` later: the last days of what ends soon."""
        return self.today, self.today + timedelta(days=days)

    def ended_days(self) -> tuple[date, date]:
        """Return the first and the last of the days that are over."""
        return date.min, self.today - timedelta(days=1)

    def end_of(self, day: date) -> datetime:
        """Return the end of a day."""
        return datetime.combine(day + timedelta(days=1), datetime.min.time(), self._zone)

    def day_ending_at(self, moment: datetime) -> date | None:
        """Return the day that ends at this time; None if none does."""
        local = moment.astimezone(self._zone)
        is_midnight = local.time() == datetime.min.time()
        return local.date() - timedelta(days=1) if is_midnight else None

    def end(self, image: Image) -> float | None:
        """Return when the rights end, in seconds since the epoch; None if they do not."""
        return image.rights.validity.end(self._zone)
