"""Rights of an image: who made it, who must be named, and under which terms it may be used."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Final

from ..errors import BadInput
from .text import clean

MAX_TEXT: Final = 1000  # characters of each field

# Codes of the IPTC vocabulary for how a picture came about, and their names in Schema.org.
SOURCE_TYPE_BASE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SOURCE_TYPES: Final = {
    "digitalCapture": "DigitalCaptureDigitalSource",
    "computationalCapture": "",
    "negativeFilm": "NegativeFilmDigitalSource",
    "positiveFilm": "PositiveFilmDigitalSource",
    "print": "PrintDigitalSource",
    "humanEdits": "",
    "minorHumanEdits": "MinorHumanEditsDigitalSource",
    "compositeCapture": "CompositeCaptureDigitalSource",
    "algorithmicallyEnhanced": "AlgorithmicallyEnhancedDigitalSource",
    "digitalCreation": "",
    "digitalArt": "DigitalArtDigitalSource",
    "dataDrivenMedia": "DataDrivenMediaDigitalSource",
    "trainedAlgorithmicMedia": "TrainedAlgorithmicMediaDigitalSource",
    "compositeWithTrainedAlgorithmicMedia": "CompositeWithTrainedAlgorithmicMediaDigitalSource",
    "compositeSynthetic": "CompositeSyntheticDigitalSource",
    "algorithmicMedia": "AlgorithmicMediaDigitalSource",
    "screenCapture": "ScreenCaptureDigitalSource",
    "virtualRecording": "VirtualRecordingDigitalSource",
    "composite": "",
}

# Google reads these; licensors are people's addresses, and stay on the page of the image.
_STATED: Final = {"creator", "credit", "copyright", "terms", "statement", "source_type"}
_WEB_URL: Final = re.compile(r"https?://[^\s/?#\[\]]+(?:[/?#]\S*)?")
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,59}")


@dataclass(frozen=True)
class Rights:
    """The rights of an image; a field that is not known is empty."""

    creator: str = ""
    credit: str = ""  # the line to print beside the picture
    copyright: str = ""
    terms: str = ""  # of use, in words
    statement: str = ""  # URL of the licence
    licensor: str = ""  # name, or URL where a licence can be had
    source_type: str = ""  # a code of IPTC, such as trainedAlgorithmicMedia

    def __bool__(self) -> bool:
        return self != _NONE

    @property
    def values(self) -> dict[str, str]:
        """Return the fields that are known, by name."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def stated(self) -> dict[str, str]:
        """Return the known fields that every rendition states in its XMP packet."""
        return {name: value for name, value in self.values.items() if name in _STATED}

    @property
    def mark(self) -> str:
        """Return a short hash of `stated`; empty if there is nothing to state."""
        if not (stated := self.stated):
            return ""
        return hashlib.blake2s(repr(sorted(stated.items())).encode(), digest_size=6).hexdigest()

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Rights:
        """Return the rights of stored values; unknown names and values that are no text are lost.

        Another version of the program may have stored them.
        """
        return cls(
            **{name: text for name in FIELDS if isinstance(text := values.get(name), str) and text}
        )

    def patched(self, changes: Mapping[str, str]) -> Rights:
        """Return the rights with cleaned `changes`; an empty text removes a field."""
        return replace(self, **changes)


FIELDS: Final = tuple(field.name for field in fields(Rights))
_NONE: Final = Rights()


def clean_rights(values: Mapping[str, str]) -> dict[str, str]:
    """Return the fields as they are stored; raises BadInput."""
    if unknown := [name for name in values if name not in FIELDS]:
        raise BadInput(f"unknown right {unknown[0][:40]!r}; known: {', '.join(FIELDS)}")
    cleaned = {name: clean(value) for name, value in values.items()}
    for name, text in cleaned.items():
        if len(text) > MAX_TEXT:
            raise BadInput(
                f"the field {name} is too long: {len(text)} characters, at most {MAX_TEXT}"
            )
    if (statement := cleaned.get("statement")) and not is_web_url(statement):
        raise BadInput(
            f"the field statement is {statement[:60]!r}; expected a URL that begins with http:// "
            "or https://"
        )
    if code := cleaned.get("source_type"):
        cleaned["source_type"] = source_type_of(code)
        if not cleaned["source_type"]:
            raise BadInput(
                f"the field source_type is {code[:60]!r}; expected a code of IPTC, such as "
                "digitalCapture or trainedAlgorithmicMedia"
            )
    return cleaned


def source_type_of(text: str) -> str:
    """Return the code in a code or URL of the IPTC vocabulary; empty if there is none."""
    code = text.strip().rstrip("/").rpartition("/")[2]
    return code if _CODE.fullmatch(code) else ""


def is_web_url(text: str) -> bool:
    """Return whether a text is a URL that a page may link to."""
    return _WEB_URL.fullmatch(text) is not None
