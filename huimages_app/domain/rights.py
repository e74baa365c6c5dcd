"""Rights of an image: who made it, who must be named, and under which terms it may be used."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Final

from ..errors import BadInput
from .text import clean
from .validity import Validity, parse_day

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
DAYS: Final = ("from", "until")  # the fields that are days, as in 2026-12-31


@dataclass(frozen=True)
class Rights:
    """The rights of an image; a field that is not known is empty.

    Everywhere else the field `from_` has the name `from`, a keyword of Python.
    """

    creator: str = ""
    credit: str = ""  # the line to print beside the picture
    copyright: str = ""
    terms: str = ""  # of use, in words
    statement: str = ""  # URL of the licence
    licensor: str = ""  # name, or URL where a licence can be had
    source_type: str = ""  # a code of IPTC, such as trainedAlgorithmicMedia
    from_: str = ""  # the first day on which the image may be shown, as in 2026-01-31
    until: str = ""  # the last one

    def __post_init__(self) -> None:
        """Raise ValueError for invalid days."""
        for day in filter(None, (self.from_, self.until)):
            parse_day(day)

    def __bool__(self) -> bool:
        return self != _NONE

    @property
    def values(self) -> dict[str, str]:
        """Return the fields that are known, by name."""
        return {name: value for name in FIELDS if (value := getattr(self, _attribute(name)))}

    @property
    def stated(self) -> dict[str, str]:
        """Return the known fields that every rendition states in its XMP packet."""
        return {name: value for name, value in self.values.items() if name in _STATED}

    @property
    def validity(self) -> Validity:
        """Return the days on which the image may be shown."""
        return Validity(*(parse_day(text) if text else None for text in (self.from_, self.until)))

    @property
    def mark(self) -> str:
        """Return a short text that identifies `stated` and `validity`; empty if there is neither.

        It changes with both.
        """
        stated = repr(sorted(self.stated.items())).encode() if self.stated else b""
        digest = hashlib.blake2s(stated, digest_size=6).hexdigest() if stated else ""
        return digest + (f"{_LIMITED}{self.from_}_{self.until}" if self.validity else "")

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Rights:
        """Return the rights of stored values; unknown names and values of other types are dropped.

        Another version of the program may have stored them.
        """
        texts = {name: text for name in FIELDS if isinstance(text := values.get(name), str)}
        return cls(
            **{_attribute(name): text for name, text in texts.items() if _is_day(name, text)}
        )

    def patched(self, changes: Mapping[str, str]) -> Rights:
        """Return the rights with cleaned `changes`; an empty text removes a field.

        Raises BadInput if the first day would be after the last.
        """
        rights = replace(self, **{_attribute(name): text for name, text in changes.items()})
        if rights.until and rights.from_ > rights.until:
            raise BadInput(
                f"the rights would begin on {rights.from_} and end on {rights.until}; expected a "
                "first day that is not after the last"
            )
        return rights


def _attribute(name: str) -> str:
    return f"{name}_" if name == "from" else name


FIELDS: Final = tuple(field.name.rstrip("_") for field in fields(Rights))
_NONE: Final = Rights()
_LIMITED: Final = "_"  # begins the part of a mark that has the days


def limits_days(mark: str) -> bool:
    """Return whether the image with this `Rights.mark` may be shown on certain days only."""
    return _LIMITED in mark


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
    for name in DAYS:
        if not _is_day(name, text := cleaned.get(name, "")):
            raise BadInput(f"the field {name} is {text[:20]!r}; expected a day like 2026-12-31")
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


def _is_day(name: str, text: str) -> bool:
    """Return whether a text fits the field: in those for days, it is one or empty."""
    if name not in DAYS or not text:
        return True
    with suppress(ValueError):
        parse_day(text)
        return True
    return False


def source_type_of(text: str) -> str:
    """Return the code in a code or URL of the IPTC vocabulary; empty if there is none."""
    code = text.strip().rstrip("/").rpartition("/")[2]
    return code if _CODE.fullmatch(code) else ""


def is_web_url(text: str) -> bool:
    """Return whether a text is a URL that a page may link to."""
    return _WEB_URL.fullmatch(text) is not None
