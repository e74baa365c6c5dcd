"""Tables of texts are read as they were written, by huimages and by other programs."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.errors import BadInput
from huimages_app.tables.files import (
    CSV,
    FORMATS,
    XLSX,
    TableFormat,
    format_of_name,
    read_table,
    write_table,
)
from huimages_app.tables.formulas import neutralized, restored
from huimages_app.tables.limits import Limits, Row
from huimages_app.tables.xlsx_parts import column_index, column_letters

# Every character that UTF-8 can hold; rows of empty cells are not written.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
HOSTILE = st.sampled_from(
    [
        "=1+1",
        "'=1",
        "''",
        "+49",
        "-1",
        "@x",
        "\t=1",
        "_x000D_",
        "_x005F_x000D_",
        "a\r\nb",
        "\r",
        '"',
        "a,b;c\td",
        "\ufeffid",
        "\x00",
        "\x0b",
        "\ufffe",
        "＝1",
        "00123",
        "1E5",
        " ",
    ]
)
ROWS = st.lists(
    st.lists(TEXTS | HOSTILE, min_size=3, max_size=3).filter(any), min_size=1, max_size=5
)


def file_of(table_format: TableFormat, rows: Sequence[Sequence[str]]) -> io.BytesIO:
    return io.BytesIO(b"".join(write_table(table_format, rows)))


def cells_of(file: io.BytesIO, width: int) -> list[list[str]]:
    rows = list(read_table(file, Limits()))
    assert not any(row.problems for row in rows)
    return [[*row.cells, *[""] * (width - len(row.cells))] for row in rows]


@pytest.mark.parametrize("table_format", FORMATS, ids=lambda f: f.kind)
@given(rows=ROWS)
def test_table_is_read_as_it_was_written(table_format: TableFormat, rows: list[list[str]]) -> None:
    header = [["a", "b", "c"]]
    assert cells_of(file_of(table_format, header + rows), 3) == header + rows


@given(TEXTS | HOSTILE)
def test_neutralized_text_is_not_a_formula_and_can_be_restored(text: str) -> None:
    assert neutralized(text)[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert restored(neutralized(text)) == text


@given(st.text("=+'a;\n", max_size=12))
def test_no_part_of_a_neutralized_text_is_a_formula(text: str) -> None:
    """German Excel divides a file with commas at its semicolons."""
    for part in re.split("[;\n]", neutralized(text)):
        assert part[:1] not in {"=", "+"}
    assert restored(neutralized(text)) == text


@given(st.integers(0, 16383))
def test_letters_of_a_column_give_its_index(index: int) -> None:
    assert column_index(f"{column_letters(index)}7") == index


@given(st.lists(st.lists(st.text("aÄ漢🎄=+'\" <&>_\n", min_size=1), min_size=2, max_size=2)))
def test_xlsx_is_read_by_another_program(rows: list[list[str]]) -> None:
    file = file_of(XLSX, [["a", "b"], *rows])
    sheet = openpyxl.load_workbook(file, read_only=True).worksheets[0]
    found = [list(row) for row in sheet.values]
    assert found == [["a", "b"], *([neutralized(cell) for cell in row] for row in rows)]


@pytest.mark.parametrize("library", ["openpyxl", "xlsxwriter"])
def test_xlsx_of_another_program_is_read(library: str) -> None:
    file = io.BytesIO()
    values: list[object] = [
        "Möwe",
        10106,
        1.5,
        True,
        datetime(2026, 1, 31),
        date(2026, 2, 1),
        "'=1",
        "a\nb",
        1e20,
        datetime(2026, 1, 31, 12, 30),
    ]
    expected = (
        "Möwe",
        "10106",
        "1.5",
        "TRUE",
        "2026-01-31",
        "2026-02-01",
        "=1",
        "a\nb",
        "1e+20",
        "2026-01-31 12:30:00",
    )
    if library == "openpyxl":
        book = openpyxl.Workbook()
        book.active.append(values)
        book.active.cell(row=3, column=2, value="gap")
        book.save(file)
    else:
        book = xlsxwriter.Workbook(file)
        sheet = book.add_worksheet()
        formats = {datetime: "dd/mm/yyyy hh:mm", date: "d. mmmm yyyy"}
        for column, value in enumerate(values):
            code = formats.get(type(value))
            style = book.add_format({"num_format": code}) if code else None
            if isinstance(value, date):
                sheet.write_datetime(0, column, value, style)
            else:
                sheet.write(0, column, value)
        sheet.write(2, 1, "gap")
        book.close()
    assert list(read_table(file, Limits())) == [Row(1, expected), Row(3, ("", "gap"))]


@pytest.mark.parametrize("value", ["=1+1", '=HYPERLINK("http://x")'])
def test_formula_in_a_cell_is_a_problem_of_the_cell(value: str) -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["id", value])
    book.save(file)
    (row,) = read_table(file, Limits())
    assert row.problems == ((1, "is a formula; expected its value"),)


def test_rich_and_phonetic_text_is_read_as_its_letters() -> None:
    strings = (
        "<si><r><t>Mö</t></r><r><rPr><b/></rPr><t>we</t></r></si>"
        '<si><t>東京</t><rPh sb="0" eb="2"><t>とうきょう</t></rPh></si>'
    )
    file = replaced(
        shared(),
        "xl/sharedStrings.xml",
        lambda text: text.partition("<si>")[0] + strings + "</sst>",
    )
    assert cells_of(file, 2) == [["Möwe", "東京"]]


# -- CSV of other programs


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_of_another_program_is_read(delimiter: str, encoding: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(
        [["id", "title", "alt"], ["1", "Möwe; am, Strand", "a\nb"], ["", "", ""], ["2", "x", ""]]
    )
    file = io.BytesIO(text.getvalue().encode(encoding))
    assert [(row.number, row.cells) for row in read_table(file, Limits())] == [
        (1, ("id", "title", "alt")),
        (2, ("1", "Möwe; am, Strand", "a\nb")),
        (4, ("2", "x", "")),
    ]
    assert not file.closed


def test_csv_begins_with_the_mark_for_excel_if_wanted() -> None:
    assert b"".join(write_table(CSV, [["Ä"]])) == "\ufeffÄ\r\n".encode()
    assert b"".join(write_table(CSV, [["Ä"]], bom=False)) == "Ä\r\n".encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id\nMöwe\n".encode("latin-1"), "the table is not in UTF-8"),
        (b'id\n"x\n', "row 2"),
        (b'id\n"a"b\n', "row 2"),
        (b"id\n" + b"x" * 2_000_000, "row 2"),
        (b'id\n"' + b"xxxxxxxxx\n" * 20_000 + b'"', "row 2"),
        (b"id\n" + b'"\n",' * 260_000, "row 2: it has more than 1,000,000 characters"),
        (b"," * 500, "row 1 has 501 cells; expected at most 400"),
        (b"id\n" + b"x\n" * 6, "too many rows; expected at most 5"),
    ],
)
def test_unusable_csv_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        list(read_table(io.BytesIO(content), Limits(rows=5)))


# -- hostile XLSX


def shared() -> io.BytesIO:
    """Return an XLSX with two shared strings."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    book.add_worksheet().write_row(0, 0, ["one", "two"])
    book.close()
    return file


def replaced(file: io.BytesIO, name: str, change: object) -> io.BytesIO:
    """Return the archive with one part changed."""
    new = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            text = source.read(part).decode()
            target.writestr(part, change(text) if part == name else text)  # type: ignore[operator]
    return new


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", SHEET])
@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://example.com/x.dtd">',
    ],
)
def test_document_type_in_xlsx_is_refused(part: str, declaration: str) -> None:
    def declare(text: str) -> str:
        head, mark, rest = text.partition("?>")
        return head + mark + declaration + rest

    with pytest.raises(BadInput, match="declares a document type"):
        list(read_table(replaced(shared(), part, declare), Limits()))


@pytest.mark.parametrize(
    ("part", "content", "message"),
    [
        (SHEET, "<worksheet><sheetData>", "is not valid XML"),
        (SHEET, "<a>" * 100, "nested too deeply"),
        (SHEET, f'<a b="{"x" * 3_000_000}"/>', "a tag that is too long"),
        (SHEET, f"<c><v>{'1' * 400_000}</v></c>", "too much text"),
        (SHEET, '<row r="2"/><row r="2"/>', "no valid number"),
        (SHEET, '<row r="99999999999"/>', "no valid number"),
        (SHEET, '<row><c r="ZZ1"><v>1</v></c></row>', "more than 400 cells"),
        (SHEET, '<row><c r="1"><v>1</v></c></row>', "row 1 has the cell '1'"),
        (SHEET, '<row><c t="s"><v>7</v></c></row>', "the shared string 7"),
        (SHEET, "<row><c><v>1</v></c></row>" * 7, "too many rows; expected at most 5"),
        (SHEET, "<row>" + "<c/>" * 12_000 + "</row>", "more than 11,000 elements"),
        ("xl/workbook.xml", "<x/>", "lacks the part a sheet"),
        ("xl/styles.xml", "<x>" + " " * 11_000_000 + "</x>", "is too large"),
    ],
)
def test_unusable_xlsx_is_refused(part: str, content: str, message: str) -> None:
    body = f"<x>{content}</x>" if part == SHEET and "<worksheet" not in content else content
    with pytest.raises(BadInput, match=message):
        list(read_table(replaced(shared(), part, lambda _: body), Limits(rows=5)))


def test_escapes_in_xlsx_become_whole_characters() -> None:
    row = "".join(
        f'<c t="inlineStr"><is><t>{text}</t></is></c>'
        for text in ("_xD83C__xDF84_", "a_xD800_", "_x000D_")
    )
    sheet = replaced(shared(), SHEET, lambda _: f"<x><row>{row}</row></x>")
    assert [row.cells for row in read_table(sheet, Limits())] == [("🎄", "a\ufffd", "\r")]


def test_xlsx_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = replaced(shared(), SHEET, lambda _: " " * 50_000_000)
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(BadInput, match=r"unpacks to 50,0.* bytes; expected at most 1,000,000"):
        list(read_table(bomb, Limits(unpacked=1_000_000)))


def test_damaged_xlsx_is_refused() -> None:
    content = file_of(XLSX, [["id"], ["x" * 30_000]]).getvalue()
    for length in range(4, len(content), 97):
        with pytest.raises(BadInput):
            list(read_table(io.BytesIO(content[:length]), Limits()))
    for at in range(30, len(content), 61):
        broken = bytearray(content)
        broken[at] ^= 0xFF
        try:
            list(read_table(io.BytesIO(bytes(broken)), Limits()))
        except BadInput:
            continue  # everything else would fail the test


def test_wrong_values_are_problems_of_their_cells() -> None:
    cells = (
        '<row r="1"><c r="A1"><v>x</v></c><c r="B1" t="b"><v>?</v></c>'
        '<c r="C1" t="e"><v>#N/A</v></c><c r="D1" t="str"><v>text</v></c></row>'
    )
    file = replaced(shared(), SHEET, lambda _: f"<x>{cells}</x>")
    (row,) = read_table(file, Limits())
    assert [position for position, _ in row.problems] == [0, 1, 2]
    assert row.cells == ("", "", "", "text")


@pytest.mark.parametrize(
    ("name", "expected"), [("a.csv", CSV), ("A.XLSX", XLSX), ("dir.csv/x.xlsx", XLSX)]
)
def test_format_follows_the_ending_of_the_name(name: str, expected: TableFormat) -> None:
    assert format_of_name(name) is expected


@pytest.mark.parametrize("name", ["a.ods", "csv", "a.csv.zip", ""])
def test_file_name_of_no_table_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=r"expected a name with \.csv or \.xlsx"):
        format_of_name(name)
