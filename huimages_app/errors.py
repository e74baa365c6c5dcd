"""What can go wrong, in the program's own words.

Stores, imaging and the library raise these; views and the command line map each
of them once, to a status or an exit code.  None of them subclasses `KeyError`:
Pyramid's traversal turns a KeyError into a silent 404, and a bug with it.

The message of every error is one sentence for the person who sent the input.
"""

from __future__ import annotations

import re


class HuimagesError(Exception):
    """Base of all errors the program raises on purpose."""

    @classmethod
    def slug(cls) -> str:
        """The name of this kind of error for other programs: `unknown-image`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", cls.__name__).lower()


# -- asking for something that is not there -------------------------------------


class UnknownImage(HuimagesError):
    """No image with this ID (or it lies in the trash)."""


class RemovedImage(UnknownImage):
    """There was an image with this ID; it has been removed for good."""


class BadSize(HuimagesError):
    """The text is no size."""


class BadImageId(HuimagesError):
    """The text is no image ID."""


class UnknownFormat(HuimagesError):
    """Renditions are not made in this format."""


class BadCursor(HuimagesError):
    """The page cursor was not made by this store for this collection."""


# -- asking for something one may not have ----------------------------------------


class SizeNotAllowed(HuimagesError):
    """The size is well formed, and this site does not serve it."""


class OtherFocus(SizeNotAllowed):
    """The focal point is not the one that is stored; `focus` is, in percent."""

    def __init__(self, message: str, focus: tuple[int, int]) -> None:
        super().__init__(message)
        self.focus = focus


class BadSignature(SizeNotAllowed):
    """The address needs a signature, and has none, a wrong one, or one that is expired."""


class BadToken(HuimagesError):
    """An API token that is unknown, revoked or expired."""


class TooManyAttempts(HuimagesError):
    """Too many wrong passwords.  Try again in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many failed attempts: try again in {seconds} seconds")
        self.seconds = seconds


# -- sending something that can't be taken ----------------------------------------


class BadUpload(HuimagesError):
    """Base of the reasons for refusing a picture."""


class NotAnImage(BadUpload):
    """The bytes are no picture in a format that is taken, or a damaged one."""


class UnsupportedImage(NotAnImage):
    """A whole file of a kind that is not supported; the message says which kinds are."""


class TooLarge(BadUpload):
    """More bytes, pixels or frames than the limits allow."""


class IdCollision(BadUpload):
    """Other bytes are stored under the same ID already (a SHA-1 collision)."""


class BadInput(HuimagesError):
    """A value of a form, of a call or of the command line that can't be used."""


class EditConflict(HuimagesError):
    """The record was changed by somebody else since it was read."""


# -- not being able to do it -------------------------------------------------------


class StoreDown(HuimagesError):
    """A store did not answer, or not in time, or not sensibly.  Try again later."""


class Busy(HuimagesError):
    """All hands are full.  Try again in a moment."""


class BadOriginal(HuimagesError):
    """A stored original can't be decoded.  It stays as it is."""


class BadSetting(HuimagesError):
    """A setting that stops the start."""
