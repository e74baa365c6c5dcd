"""The error classes of the program.  Those with a fixed sentence build it themselves.

Storage, imaging and services raise them; the web maps each once to a status
(`web.errors`), the command line to an exit status.  None of them subclasses `KeyError`:
Pyramid's traversal would turn it, and the bug behind it, into a silent 404.

The message of every error is one sentence for the sender of the input.  `slug` is the
last part of the `type` of API problems (RFC 9457); it stays when a class is renamed.
"""

from __future__ import annotations

from typing import ClassVar, Self


class HuimagesError(Exception):
    """Base of all errors that the program raises on purpose."""

    slug: ClassVar[str] = "huimages-error"

    @classmethod
    def with_message(cls, message: str) -> Self:
        """Return an error with this message instead of the one that the class builds."""
        error = cls.__new__(cls)
        error.args = (message,)
        return error


# -- the requested thing does not exist -------------------------------------------------


class UnknownImage(HuimagesError):
    """There is no image with this ID, or it is in the trash."""

    slug = "unknown-image"

    def __init__(self, image_id: str) -> None:
        super().__init__(f"there is no image {image_id}")

    @classmethod
    def in_trash(cls, image_id: str) -> Self:
        return cls.with_message(f"the image {image_id} is in the trash")

    @classmethod
    def without_original(cls, image_id: str) -> Self:
        return cls.with_message(f"there is no original {image_id}")


class RemovedImage(UnknownImage):
    """The image with this ID was removed for good."""

    slug = "removed-image"

    def __init__(self, image_id: str) -> None:
        HuimagesError.__init__(self, f"the image {image_id} has been removed")


class RightsNotBegun(UnknownImage):
    """The image may not be shown yet."""

    slug = "rights-not-begun"

    def __init__(self, image_id: str) -> None:
        HuimagesError.__init__(self, f"the image {image_id} may not be shown yet")


class RightsEnded(UnknownImage):
    """The image may not be shown any more."""

    slug = "rights-ended"

    def __init__(self, image_id: str) -> None:
        HuimagesError.__init__(
            self, f"the image {image_id} may not be shown any more: the rights to it have ended"
        )


class UnknownChange(HuimagesError):
    """The history of the image has no change with this ID, or no longer."""

    slug = "unknown-change"

    def __init__(self, image_id: str, change_id: str) -> None:
        super().__init__(f"the history of the image {image_id} has no change {change_id[:40]!r}")

    @classmethod
    def of_job(cls, image_id: str) -> Self:
        return cls.with_message(
            f"the history of the image {image_id} does not have what the job changed; it stays"
        )


class UnknownJob(HuimagesError):
    """There is no job with this ID, or no longer."""

    slug = "unknown-job"

    def __init__(self, job_id: str) -> None:
        super().__init__(f"there is no job {job_id[:40]!r}; jobs are kept for 30 days")


class UnknownArticle(HuimagesError):
    """No visible image has this article number."""

    slug = "unknown-article"

    def __init__(self, key: str, number: str) -> None:
        super().__init__(f"there is no image with {key} {number}")


class UnknownCollection(HuimagesError):
    """There is no collection with this ID."""

    slug = "unknown-collection"

    def __init__(self, collection_id: str) -> None:
        super().__init__(f"there is no collection {collection_id[:40]}")


class UnknownSavedSearch(HuimagesError):
    """There is no saved search with this ID, or it is a private one of another account."""

    slug = "unknown-saved-search"

    def __init__(self, search_id: str) -> None:
        super().__init__(f"there is no saved search {search_id[:20]!r}")


class UnknownShare(HuimagesError):
    """No share link has this token or ID, or it was revoked."""

    slug = "unknown-share"

    def __init__(self) -> None:
        super().__init__("there is no such share link; it may have been revoked")


class EndedShare(HuimagesError):
    """The end of the share link is over."""

    slug = "ended-share"

    def __init__(self) -> None:
        super().__init__("this share link has ended")


class BadSize(HuimagesError):
    """The text is not a size."""

    slug = "bad-size"


class BadImageId(HuimagesError):
    """The text is not an image ID."""

    slug = "bad-image-id"


class UnknownFormat(HuimagesError):
    """There are no renditions in this format."""

    slug = "unknown-format"


class OtherFormat(UnknownFormat):
    """The size is served in another format only."""

    slug = "other-format"


class BadCursor(HuimagesError):
    """A cursor is damaged, or belongs to another list, order or site."""

    slug = "bad-cursor"

    def __init__(self) -> None:
        super().__init__(
            "the cursor is damaged or belongs to another list; start from the beginning"
        )


# -- the client lacks a permission ------------------------------------------------------


class SizeNotAllowed(HuimagesError):
    """The size is well formed, but this site does not serve it."""

    slug = "size-not-allowed"


class OutdatedSize(SizeNotAllowed):
    """The focal point or content box differs from the stored one, which `size` contains."""

    slug = "other-focus"

    def __init__(self, size: str) -> None:
        super().__init__(f"this image has another focal point or content box: use {size}")
        self.size = size


class BadSignature(SizeNotAllowed):
    """The URL needs a signature, and it is missing, wrong or expired."""

    slug = "bad-signature"


class BadToken(HuimagesError):
    """The API token is unknown, revoked or expired."""

    slug = "bad-token"


class TooManyAttempts(HuimagesError):
    """Too many wrong passwords; the client may try again in `seconds`."""

    slug = "too-many-attempts"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many failed attempts: try again in {seconds} seconds")
        self.seconds = seconds


# -- the input is refused ---------------------------------------------------------------


class BadUpload(HuimagesError):
    """Base of the reasons for refusing a picture."""

    slug = "bad-upload"


class NotAnImage(BadUpload):
    """The bytes are not a picture in an accepted format, or they are damaged."""

    slug = "not-an-image"


class UnsupportedImage(NotAnImage):
    """An intact file of an unsupported kind; the message names the supported kinds."""


class TooLarge(BadUpload):
    """The picture has more bytes, pixels or frames than the limits allow."""

    slug = "too-large"


class IdCollision(BadUpload):
    """Other bytes are stored under the same ID (a SHA-1 collision)."""

    slug = "id-collision"

    def __init__(self, image_id: str) -> None:
        super().__init__(
            f"other bytes are already stored as {image_id}; they are kept and this picture "
            "is refused"
        )


class BadInput(HuimagesError):
    """A value of a form, of a call or of the command line is not usable."""

    slug = "bad-input"


class CannotTurn(BadInput):
    """The picture cannot be turned without encoding it again."""


class CannotReplace(BadInput):
    """The picture cannot become a version of the image."""


class UnknownAccount(BadInput):
    """There is no account with this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no account {name}")


class EditConflict(HuimagesError):
    """Another client changed the record since this client read it."""

    slug = "edit-conflict"

    def __init__(self, image_id: str) -> None:
        super().__init__(
            f"the image {image_id} was changed since it was read; read it again and repeat the "
            "change"
        )

    @classmethod
    def of_field(cls, image_id: str, name: str) -> Self:
        return cls.with_message(
            f"the field {name} of the image {image_id} was changed again since; it stays as it is"
        )

    @classmethod
    def of_article(cls, key: str, number: str) -> Self:
        return cls.with_message(
            f"the article {key} {number} was changed since it was read; read it again and repeat "
            "the change"
        )

    @classmethod
    def of_collection(cls, collection_id: str) -> Self:
        return cls.with_message(
            f"the collection {collection_id} was changed since it was read; read it again and "
            "repeat the change"
        )


# -- the server cannot do it now --------------------------------------------------------


class StorageUnavailable(HuimagesError):
    """A storage backend is unreachable, slow or returns garbage; try again later."""

    slug = "store-down"


class ServerBusy(HuimagesError):
    """The server is at capacity; try again in a moment."""

    slug = "busy"


class CorruptOriginal(HuimagesError):
    """A stored original cannot be decoded; it is kept as it is."""

    slug = "bad-original"


class DamagedBackup(HuimagesError):
    """A file of a backup is not as it was written."""

    slug = "damaged-backup"


class BadSetting(HuimagesError):
    """A setting is missing or wrong, which stops the start."""

    slug = "bad-setting"
