from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from huimages_app.domain.rights import Rights, clean_rights, limits_days
from huimages_app.domain.validity import Validity, parse_day
from huimages_app.errors import BadInput

DAY = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("validity", "begun", "ended", "checks"),
    [
        (Validity(), True, False, False),
        (Validity(first=DAY), True, False, False),
        (Validity(first=date(2027, 1, 1)), False, False, True),
        (Validity(last=DAY), True, False, True),
        (Validity(last=date(2026, 12, 30)), True, True, True),
        (Validity(DAY, DAY), True, False, True),
    ],
)
def test_both_days_are_inclusive(
    validity: Validity, begun: bool, ended: bool, checks: bool
) -> None:
    assert validity.has_begun(DAY) is begun
    assert validity.has_ended(DAY) is ended
    assert validity.needs_checks(DAY) is checks


def test_end_is_midnight_in_the_time_zone() -> None:
    assert Validity().end(UTC) is None
    assert Validity(last=DAY).end(UTC) == datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    berlin = Validity(last=DAY).end(ZoneInfo("Europe/Berlin"))
    assert berlin == datetime(2026, 12, 31, 23, tzinfo=UTC).timestamp()
    # In Beirut no clock shows midnight on this day: summer time begins then.
    beirut = Validity(last=date(2021, 3, 27)).end(ZoneInfo("Asia/Beirut"))
    assert beirut == datetime(2021, 3, 27, 22, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text", ["", "2026-1-1", "2026-02-30", "9999-12-31", "20261231", "2026-W01-1", "٢٠٢٦-٠١-٠١"]
)
def test_parse_day_refuses_texts_that_are_no_day(text: str) -> None:
    with pytest.raises(ValueError):
        parse_day(text)


def test_rights_have_the_days_under_their_stored_names() -> None:
    rights = Rights.of({"from": "2026-01-01", "until": "2026-12-31", "credit": "Ada"})
    assert rights.validity == Validity(date(2026, 1, 1), DAY)
    assert rights.values == {"credit": "Ada", "from": "2026-01-01", "until": "2026-12-31"}
    assert "from" not in rights.stated


def test_invalid_stored_day_is_ignored() -> None:
    assert Rights.of({"until": "soon", "from": "2026-13-01"}) == Rights()


def test_mark_changes_with_the_days() -> None:
    plain, limited = Rights(credit="Ada"), Rights(credit="Ada", until="2026-12-31")
    assert plain.mark != limited.mark != Rights(credit="Ada", from_="2026-12-31").mark
    assert not limits_days(plain.mark)
    assert limits_days(limited.mark)
    assert limits_days(Rights(from_="2026-12-31").mark)
    assert Rights().mark == ""


@pytest.mark.parametrize("name", ["from", "until"])
def test_clean_rights_reports_the_field_of_an_invalid_day(name: str) -> None:
    assert clean_rights({name: " 2026-12-31 "}) == {name: "2026-12-31"}
    assert clean_rights({name: ""}) == {name: ""}
    with pytest.raises(BadInput, match=f"the field {name} is '31.12.2026'; expected a day like"):
        clean_rights({name: "31.12.2026"})


def test_patched_refuses_rights_that_end_before_they_begin() -> None:
    rights = Rights(until="2026-01-01")
    assert rights.patched({"from": "2026-01-01"}).from_ == "2026-01-01"
    with pytest.raises(BadInput, match="begin on 2026-01-02 and end on 2026-01-01"):
        rights.patched({"from": "2026-01-02"})
