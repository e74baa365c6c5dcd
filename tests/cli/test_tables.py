"""`huimages table` and `huimages tags`."""

from __future__ import annotations

import csv
from pathlib import Path

from huimages_app.services.container import Services

from .conftest import Command


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def write(file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def test_exported_table_is_edited_and_applied(
    huimages: Command, image: str, services: Services, tmp_path: Path
) -> None:
    file = tmp_path / "t.csv"
    assert huimages("export", file).status == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert [path.name for path in tmp_path.glob(".t.csv*")] == []
    rows = rows_of(file)
    rows[0] |= {"title": "Tern", "tags": "Sea", "(width)": "1"}
    write(file, rows)
    tried = huimages("apply", file, "--dry-run")
    assert tried.out[0].startswith(f"{image}  row 2")
    assert tried.out[-2:] == [
        "1 rows, 1 with changes",
        "1 changed cells are in columns that cannot be changed",
    ]
    assert any(line.endswith("-> 'Tern'") for line in tried.out)
    assert services.images.get(image).title != "Tern"
    applied = huimages("apply", file)
    assert applied.out[-1] == "1 images changed, 0 left as they are"
    assert services.images.get(image).title == "Tern"
    assert huimages("tags", "list").out == ["       1  Sea"]
    assert huimages("tags", "list", "--count").out == ["1"]
    assert huimages("apply", file).out[0] == "1 rows, 0 with changes"


def test_export_writes_xlsx_with_the_images_of_the_query(
    huimages: Command, image: str, tmp_path: Path
) -> None:
    assert huimages("export", tmp_path / "t.xlsx", "--search", "nothing").status == 0
    assert (tmp_path / "t.xlsx").read_bytes()[:4] == b"PK\x03\x04"
    huimages("export", tmp_path / "t.csv", "--search", "nothing", "--no-bom")
    assert rows_of(tmp_path / "t.csv") == []
    ran = huimages("export", tmp_path / "t.ods")
    assert (ran.status, len(ran.err)) == (2, 1)
    assert "expected a name with .csv or .xlsx" in ran.err[0]


def test_table_with_errors_is_refused_with_one_line_per_error(
    huimages: Command, image: str, services: Services, tmp_path: Path
) -> None:
    file = tmp_path / "t.csv"
    write(file, [{"id": image, "title": "new", "alt": "x" * 1001}, {"id": "?", "title": ""}])
    ran = huimages("apply", file)
    assert ran.status == 2
    assert ran.err[:2] == [
        "row 2, column alt: the alternative text is too long: 1001 characters, at most 1000",
        "row 3, column id: '?' is no image ID; expected 34 characters",
    ]
    assert ran.err[2].endswith("2 errors; nothing was changed")
    assert services.images.get(image).title != "new"


def test_tags_are_renamed_and_merged(huimages: Command, image: str, services: Services) -> None:
    services.annotations.tag(image, "vera", ["sea", "sun"])
    assert huimages("tags", "rename", "sea", "Lake").out == ["1 images changed, 0 left as they are"]
    assert huimages("tags", "list", "--prefix", "LA").out == ["       1  Lake"]
    assert huimages("tags", "merge", "sun", "lake", "Water").status == 0
    assert "       1  Water" in huimages("tags", "list").out
    ran = huimages("tags", "rename", "gone", "x")
    assert (ran.status, ran.out, len(ran.err)) == (2, [], 1)
    assert "no picture has the tag 'gone'" in ran.err[0]
