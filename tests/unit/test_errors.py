"""Tests of the messages that error classes build."""

import pytest

from huimages_app.errors import (
    BadCursor,
    EditConflict,
    HuimagesError,
    IdCollision,
    OutdatedSize,
    RemovedImage,
    UnknownAccount,
    UnknownImage,
)

ID = "RPKPTQZLXURQDWIFB55JIOABT4VUACRK01"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UnknownImage(ID), f"there is no image {ID}"),
        (UnknownImage.in_trash(ID), f"the image {ID} is in the trash"),
        (UnknownImage.without_original(ID), f"there is no original {ID}"),
        (RemovedImage(ID), f"the image {ID} has been removed"),
        (
            IdCollision(ID),
            f"other bytes are already stored as {ID}; they are kept and this picture is refused",
        ),
        (
            EditConflict(ID),
            f"the image {ID} was changed since it was read; read it again and repeat the change",
        ),
        (
            BadCursor(),
            "the cursor is damaged or belongs to another list; start from the beginning",
        ),
        (
            OutdatedSize("75x75!30,70"),
            "this image has another focal point or content box: use 75x75!30,70",
        ),
        (UnknownAccount("ada"), "there is no account ada"),
    ],
)
def test_error_message_names_subject(error: HuimagesError, message: str) -> None:
    assert str(error) == message


@pytest.mark.parametrize("kind", [UnknownImage, RemovedImage, IdCollision, EditConflict])
def test_error_with_message_keeps_class_and_slug(kind: type[HuimagesError]) -> None:
    error = kind.with_message("another sentence")
    assert type(error) is kind
    assert str(error) == "another sentence"
    assert error.slug == kind.slug
