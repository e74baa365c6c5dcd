"""Contract of tables of images: exported and compared without a difference, applied as a job."""

from __future__ import annotations

import io
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from huimages_app.domain.models import Image, Query
from huimages_app.domain.rights import Rights
from huimages_app.errors import BadInput
from huimages_app.services import audit
from huimages_app.services.container import Services
from huimages_app.services.jobs.job import Job
from huimages_app.storage.interfaces import MetadataBackend
from huimages_app.tables.files import CSV, FORMATS, TableFormat, read_table, write_table
from huimages_app.tables.limits import Limits

from .jobs import Opener, node, work_until_killed
from .samples import START, an_id, an_image, annotate, change, put

COUNT = 5
Table = list[dict[str, str]]


def url(image: Image) -> str:
    return f"https://example.com/{image.id}"


def exported(services: Services, table_format: TableFormat = CSV, query: Query = Query()) -> bytes:  # noqa: B008
    return b"".join(services.spreadsheets.export(query, table_format, url, bom=True))


def table_of(content: bytes) -> Table:
    header, *rows = read_table(io.BytesIO(content), Limits())
    return [
        dict(zip(header.cells, [*row.cells, *[""] * len(header.cells)], strict=False))
        for row in rows
    ]


def file_of(table: Table, table_format: TableFormat = CSV) -> io.BytesIO:
    rows = [list(table[0]), *([*row.values()] for row in table)]
    return io.BytesIO(b"".join(write_table(table_format, rows)))


def applied(services: Services, table: Table) -> Job:
    with audit.acting_as(lambda: {"by_account": "anna"}):
        job = services.spreadsheets.apply(file_of(table), "anna")
    return services.jobs.runner.run(job.id)


def errors_of(services: Services, table: Table | io.BytesIO) -> list[str]:
    file = table if isinstance(table, io.BytesIO) else file_of(table)
    return [str(error) for error in services.spreadsheets.compare(file).errors]


class SpreadsheetsContract:
    @pytest.fixture
    def services(self, opener: Opener, tmp_path: Path) -> Iterator[Services]:
        with node(opener, tmp_path) as services:
            yield services

    @pytest.fixture
    def metadata(self, opener: Opener) -> Iterator[MetadataBackend]:
        metadata = opener()
        for number in range(COUNT):
            references = {"artnr": ("10106", "=1+1"), "ean": ("4 007",)} if number < 2 else {}
            image = an_image(number, titles=("old", f"title {number}"), references=references)
            put(metadata, replace(image, rights=Rights(credit="@anna"), types=("a b", "c")))
        annotate(metadata, an_id(1), "vera", tags=("sea", "sun"))
        annotate(metadata, an_id(1), "otto", tags=("sea", "a legacy tag"))
        yield metadata
        metadata.close()

    @pytest.fixture
    def table(self, services: Services, metadata: MetadataBackend) -> Table:
        return table_of(exported(services))

    @pytest.mark.parametrize("table_format", FORMATS, ids=lambda f: f.kind)
    def test_exported_table_has_no_differences(
        self, services: Services, metadata: MetadataBackend, table_format: TableFormat
    ) -> None:
        report = services.spreadsheets.compare(io.BytesIO(exported(services, table_format)))
        assert (report.rows, report.unchanged, report.errors) == (COUNT, COUNT, [])
        assert not report.ignored

    def test_export_has_the_images_of_a_query_and_all_cells(
        self, services: Services, table: Table
    ) -> None:
        assert [row["id"] for row in table] == [an_id(number) for number in (4, 3, 2, 1, 0)]
        assert list(table[0])[:9] == [
            *("id", "etag", "title", "alt", "tags", "types"),
            *("ref.artnr", "ref.ean", "rights.creator"),
        ]
        row = table[3]
        assert (row["title"], row["(earlier titles)"]) == ("title 1", "old")
        assert (row["tags"], row["types"]) == ("a legacy tag sea sun", "a b\nc")
        assert (row["ref.artnr"], row["ref.ean"]) == ("10106\n=1+1", "4 007")
        assert (row["rights.credit"], row["(width)"], row["(height)"]) == ("@anna", "640", "480")
        assert row["(url)"] == f"https://example.com/{an_id(1)}"
        tagged = table_of(exported(services, query=Query(tag="sun")))
        assert [row["id"] for row in tagged] == [an_id(1)]

    def test_edited_table_is_applied_and_can_be_undone(
        self, services: Services, metadata: MetadataBackend, table: Table
    ) -> None:
        row = table[3]
        row |= {"title": "Möwe", "alt": "a gull", "tags": "Sea wind", "types": "c"}
        row |= {"ref.artnr": "10107, 10108", "ref.ean": "", "rights.credit": ""}
        table[4]["title"] = "title 00"
        report = services.spreadsheets.compare(file_of(table))
        assert (report.changed, report.unchanged, report.errors) == (2, COUNT - 2, [])
        assert [(one.column, one.before, one.after) for one in report.shown[0].differences] == [
            ("title", "title 1", "Möwe"),
            ("alt", "", "a gull"),
            ("types", "a b\nc", "c"),
            ("ref.artnr", "10106\n=1+1", "10107\n10108"),
            ("ref.ean", "4 007", ""),
            ("rights.credit", "@anna", ""),
            ("tags", "a legacy tag sea sun", "Sea wind"),
        ]
        job = applied(services, table)
        assert (job.state, job.total, job.changed, job.skips) == ("done", 2, 2, ())
        image = metadata.images.get(an_id(1))
        assert (image.titles, image.alt) == (("old", "title 1", "Möwe"), "a gull")
        assert (image.types, image.references) == (("c",), {"artnr": ("10107", "10108")})
        assert image.rights == Rights()
        assert metadata.annotations.get(an_id(1), "vera").tags == ("sea",)
        assert metadata.annotations.get(an_id(1), "anna").tags == ("wind",)
        services.jobs.undo(job.id)
        assert services.jobs.runner.run(job.id).state == "undone"
        undone = metadata.images.get(an_id(1))
        assert (undone.title, undone.references["ean"]) == ("title 1", ("4 007",))
        assert set(metadata.annotations.summary(an_id(1)).tags) == {"sea", "sun", "a legacy tag"}

    def test_applying_a_table_again_changes_nothing(
        self, services: Services, metadata: MetadataBackend, table: Table
    ) -> None:
        table[0] |= {"title": "new", "tags": "wind"}
        applied(services, table)
        report = services.spreadsheets.compare(file_of(table))
        assert (report.changed, report.errors) == (0, [])

    def test_row_that_changed_meanwhile_is_refused(
        self, services: Services, metadata: MetadataBackend, table: Table
    ) -> None:
        table[3] |= {"title": "mine"}
        table[4] |= {"tags": "mine"}
        change(metadata, an_id(0), alt="theirs")  # the tags are as they were
        assert errors_of(services, table) == []
        change(metadata, an_id(1), alt="theirs")
        annotate(metadata, an_id(0), "vera", tags=("theirs",))
        (one, other) = errors_of(services, table)
        assert one.startswith("row 5, column etag: the picture was changed since")
        assert other.startswith("row 6, column etag: the picture was changed since")
        with pytest.raises(BadInput, match="row 5, column etag"):
            applied(services, table)
        assert metadata.images.get(an_id(1)).title == "title 1"

    def test_table_without_etags_overwrites_stored_values(
        self, services: Services, metadata: MetadataBackend
    ) -> None:
        applied(services, [{"id": an_id(2), "title": "new"}])
        image = metadata.images.get(an_id(2))
        assert (image.title, image.types, image.rights.credit) == ("new", ("a b", "c"), "@anna")

    def test_row_that_changes_between_comparison_and_job_is_skipped(
        self, services: Services, metadata: MetadataBackend, table: Table
    ) -> None:
        for row in table:
            row["title"] += "!"
        report, draft = services.spreadsheets.draft(file_of(table))
        assert report.changed == COUNT
        change(metadata, an_id(3), alt="theirs")
        metadata.images.remove(an_id(2))
        job = services.jobs.runner.run(services.spreadsheets.apply_draft(draft, "anna").id)
        assert (job.changed, job.skipped) == (COUNT - 2, 2)
        assert {skip.image_id for skip in job.skips} == {an_id(2), an_id(3)}
        assert metadata.images.get(an_id(3)).title == "title 3"
        with pytest.raises(BadInput, match="was applied already"):
            services.spreadsheets.apply_draft(draft, "anna")
        assert list(metadata.documents.items("table-part")) == []

    def test_draft_of_a_table_with_errors_is_not_kept(
        self, services: Services, metadata: MetadataBackend, table: Table
    ) -> None:
        assert services.spreadsheets.draft(file_of(table))[1] == ""
        table[0]["title"], table[1]["title"] = "new", ""
        report, draft = services.spreadsheets.draft(file_of(table))
        assert (len(report.errors), draft) == (1, "")
        for kind in ("table", "table-part"):
            assert list(metadata.documents.items(kind)) == []

    def test_all_errors_are_reported_by_row_and_column(
        self, services: Services, metadata: MetadataBackend, table: Table
    ) -> None:
        change(metadata, an_id(0), trashed=START)
        table[0] |= {"title": " ", "alt": "x" * 1001}
        table[1] |= {"id": "gone"}
        table[2] |= {"tags": "x" * 65, "etag": "damaged", "title": "new"}
        table[3] |= {"rights.source_type": "no code!", "id": an_id(2)}
        messages = errors_of(services, [*table, table[0]])
        assert [message.partition(":")[0] for message in messages] == [
            "row 2, column title",
            "row 2, column alt",
            "row 3, column id",
            "row 4, column etag",
            "row 4, column tags",
            "row 5, column id",
            "row 6, column id",
            "row 7, column id",
        ]
        assert "1001 characters, at most 1000" in messages[1]
        assert "in another row as well" in messages[5]

    @pytest.mark.parametrize(
        ("header", "message"),
        [
            (["id", "colour"], "row 1, column colour: unknown column; known: id, etag, title"),
            (["id", "", "title"], "row 1, column 2: the column has no name"),
            (["title"], "row 1, column id: the table lacks the column"),
            (["id", "alt", "alt"], "row 1, column alt: the column is there more than once"),
            (["id", "ref."], "row 1, column ref.: unknown column"),
        ],
    )
    def test_wrong_header_is_refused(
        self, services: Services, header: Sequence[str], message: str
    ) -> None:
        file = io.BytesIO(b"".join(write_table(CSV, [header, ["x"] * len(header)])))
        (error,) = errors_of(services, file)
        assert error.startswith(message)

    def test_number_of_errors_is_bounded(self, services: Services) -> None:
        report = services.spreadsheets.compare(file_of([{"id": str(n)} for n in range(1000)]))
        assert len(report.errors) == 100
        assert report.is_full

    def test_empty_table_is_refused(self, services: Services) -> None:
        with pytest.raises(BadInput, match="the table is empty"):
            services.spreadsheets.compare(io.BytesIO(b"\r\n"))

    def test_changed_cell_of_a_read_only_column_is_counted(
        self, services: Services, metadata: MetadataBackend, table: Table
    ) -> None:
        table[0] |= {"(width)": "1", "(file name)": "x"}
        report = services.spreadsheets.compare(file_of(table))
        assert (report.changed, report.ignored, report.errors) == (0, 2, [])

    def test_reference_keys_are_listed(self, metadata: MetadataBackend) -> None:
        put(metadata, an_image(20, references={"artnr-old": ("1",), "b": ("2",)}))
        put(metadata, an_image(21, references={"gone": ("1",)}, trashed=START))
        assert metadata.search.reference_keys(10) == ["artnr", "artnr-old", "b", "ean"]
        assert metadata.search.reference_keys(2) == ["artnr", "artnr-old"]

    @pytest.mark.slow
    def test_job_of_a_killed_process_is_completed(
        self, services: Services, metadata: MetadataBackend, opener: Opener, tmp_path: Path
    ) -> None:
        numbers = range(100, 160)
        for number in numbers:
            put(metadata, an_image(number))
        table: Table = [{"id": an_id(number), "title": "new", "tags": "wind"} for number in numbers]
        job = services.spreadsheets.apply(file_of(table), "anna")
        context = multiprocessing.get_context("spawn")
        process: Any = context.Process(
            target=work_until_killed, args=(opener, tmp_path / "killed", job.id)
        )
        process.start()
        deadline = time.monotonic() + 60
        while not services.jobs.get(job.id).changed and process.is_alive():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
        process.join()
        done = services.jobs.runner.run(job.id)
        assert (done.state, done.done, done.skipped) == ("done", len(numbers), 0)
        for number in numbers:
            assert metadata.images.get(an_id(number)).titles == ("new",)
            assert metadata.annotations.get(an_id(number), "anna").tags == ("wind",)
