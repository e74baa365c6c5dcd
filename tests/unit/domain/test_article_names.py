"""Article numbers, roles and places in file names."""

from __future__ import annotations

import pytest

from huimages_app.domain.article_names import NamedArticle, NamePattern
from huimages_app.domain.models import Place

ROLES = ("main", "front", "back", "swatch", "packaging", "detail", "scene", "left")
OWN = r"^(?P<artnr>\d+)(?:_(?P<role>[A-Za-z]+))?(?:-(?P<at>\d+))?"


@pytest.mark.parametrize(
    ("pattern", "filename", "expected"),
    [
        ("amazon", "B0ABC.MAIN.jpg", NamedArticle("B0ABC", Place(0, "main"))),
        ("amazon", "B0ABC.main.JPG", NamedArticle("B0ABC", Place(0, "main"))),
        ("amazon", "B0ABC.PT01.jpg", NamedArticle("B0ABC", Place(10))),
        ("amazon", "B0ABC.PT08.png", NamedArticle("B0ABC", Place(80))),
        ("amazon", "B0ABC.PT09.png", NamedArticle("B0ABC")),
        ("amazon", "B0ABC.SWCH.jpg", NamedArticle("B0ABC", Place(role="swatch"))),
        ("amazon", "B0ABC.jpg", None),
        ("gs1", "04012345678901_A1C1.jpg", NamedArticle("04012345678901", Place(10, "front"))),
        ("gs1", "04012345678901_A7N1.tif", NamedArticle("04012345678901", Place(20, "back"))),
        ("gs1", "4012345678901_C1.jpg", NamedArticle("4012345678901", Place(101, "packaging"))),
        ("gs1", "04012345678901_L0.jpg", NamedArticle("04012345678901", Place(300, "scene"))),
        ("gs1", "04012345678901_A8.jpg", NamedArticle("04012345678901", Place(40))),
        ("gs1", "04012345678901_Z1.jpg", NamedArticle("04012345678901")),
        ("gs1", "04012345678901.jpg", None),
        (OWN, "10106_Back-3.jpg", NamedArticle("10106", Place(30, "back"))),
        (OWN, "10106_nothing.jpg", NamedArticle("10106")),
        (OWN, "10106-99999999999.jpg", NamedArticle("10106")),
        (OWN, "x.jpg", None),
        ("^([0-9]{5})_", "10106_1.jpg", NamedArticle("10106")),
        ("[0-9]{5}", "a10106.jpg", NamedArticle("10106")),
        ("^x([0-9]{5})?", "x.jpg", None),
    ],
)
def test_file_name_contains_number_role_and_position(
    pattern: str, filename: str, expected: NamedArticle | None
) -> None:
    assert NamePattern.parse(pattern).find(filename, ROLES) == expected
