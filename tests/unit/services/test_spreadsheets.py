"""Rows of images with any texts have no difference after export and import."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.models import AnnotationSummary
from huimages_app.domain.rights import Rights
from huimages_app.services.spreadsheets import columns
from huimages_app.services.spreadsheets.comparison import RowComparison
from huimages_app.services.spreadsheets.export import row_of
from huimages_app.services.spreadsheets.report import CellError, ComparedRow
from huimages_app.tables.files import FORMATS, TableFormat, read_table, write_table
from huimages_app.tables.limits import Limits
from tests.contract.samples import an_image

# Also what documents of 2009 may hold, but no character that UTF-8 lacks.  CSV cannot tell
# line breaks in cells apart.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20)
KEYS = st.sampled_from(["artnr", "ean", "Legacy Key"])
IMAGES = st.builds(
    lambda **fields: an_image(1, **fields),
    titles=st.lists(TEXT, max_size=3).map(tuple),
    alt=TEXT,
    references=st.dictionaries(KEYS, st.lists(TEXT, max_size=3).map(tuple)),
    types=st.lists(TEXT, max_size=3).map(tuple),
    filename=TEXT,
    rights=st.builds(Rights, creator=TEXT, terms=TEXT),
)
SUMMARIES = st.builds(AnnotationSummary, tags=st.dictionaries(TEXT, st.just(1), max_size=3))


@pytest.mark.slow
@pytest.mark.parametrize("table_format", FORMATS, ids=lambda f: f.kind)
@given(image=IMAGES, summary=SUMMARIES)
def test_exported_row_has_no_difference(
    table_format: TableFormat, image: Any, summary: AnnotationSummary
) -> None:
    header = columns.header(["artnr", "ean", "Legacy Key"])
    rows = [header, row_of(image, summary, header, "https://example.com/")]
    names, row = read_table(io.BytesIO(b"".join(write_table(table_format, rows))), Limits())
    (result,) = RowComparison(row, names.cells, image, summary).results()
    assert isinstance(result, ComparedRow)
    assert (result.differences, result.ignored) == ((), 0)
    # Another editor changed the image meanwhile; cells that were not edited keep that change.
    newer = replace(image, titles=(*image.titles, "new"))
    other = AnnotationSummary(tags={**summary.tags, "new": 1})
    (result,) = RowComparison(row, names.cells, newer, other).results()
    assert isinstance(result, ComparedRow)
    assert result.differences == ()


@pytest.mark.slow
@given(image=IMAGES, alt=TEXT)
def test_changed_cell_is_the_only_difference_or_an_error(image: Any, alt: str) -> None:
    header = columns.header(["artnr"])
    cells = row_of(image, AnnotationSummary(), header, "")
    cells[header.index("alt")] = alt
    (names, row) = read_table(
        io.BytesIO(b"".join(write_table(FORMATS[1], [header, cells]))), Limits()
    )
    (result,) = RowComparison(row, names.cells, image, AnnotationSummary()).results()
    if isinstance(result, CellError):
        assert result.column == "alt"
    else:
        assert {one.column for one in result.differences} <= {"alt"}


def test_etag_never_looks_like_a_number() -> None:
    for number in range(500):
        image = an_image(number, titles=(str(number),))
        record, tags = columns.parsed_etag(columns.etag_of(image, AnnotationSummary()))
        assert record[0] == "r"
        assert tags[0] == "t"
