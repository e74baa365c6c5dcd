"""Parsers from the text of a setting to its value.

The docstring of a parser is the form that it expects.  It is shown in `docs/settings.md` and
in the message for a text of another form, for which the parser raises ValueError.
"""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from ..domain.amounts import parse_amount
from ..domain.article_names import NamePattern
from ..domain.articles import ROLE
from ..domain.hosts import host_of, origin_of
from ..domain.ids import is_image_id
from ..domain.text import REFERENCE_KEY
from .cores import usable_cores

Parser = Callable[[str], object]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_METHOD = re.compile(r"[A-Z]{3,20}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")

# What can be taken over from the metadata embedded in a file.
EMBEDDED = ("title", "alt", "tags", "rights", "taken")


def expected(parser: Parser) -> str:
    """Return the form that a parser expects, in words."""
    return parser.__doc__ or ""


def text(value: str) -> str:
    """any text"""
    return value


def path(value: str) -> Path:
    """a file or folder"""
    if not value:
        raise ValueError(value)
    return Path(value).expanduser()


def optional_file(value: str) -> Path | None:
    """a file, or nothing"""
    return path(value) if value else None


def web_url(value: str) -> str:
    """a URL that begins with http:// or https://"""
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError(value)
    return value


def web_urls(value: str) -> str:
    """URLs that begin with http:// or https://, separated by blanks or lines"""
    for url in value.split():
        web_url(url)
    return value


def name_pattern(value: str) -> NamePattern | None:
    """amazon, gs1, or a regular expression"""
    try:
        return NamePattern.parse(value) if value else None
    except re.error as error:
        raise ValueError(value) from error


def time_zone(value: str) -> ZoneInfo:
    """the name of a time zone, as in Europe/Berlin"""
    try:
        return ZoneInfo(value)
    except (OSError, KeyError) as error:  # a folder of the time zones; an unknown one
        raise ValueError(value) from error


def whole(value: str) -> int:
    """a whole number of 0 or more"""
    number = int(value)
    if number < 0:
        raise ValueError(value)
    return number


def positive(value: str) -> int:
    """a whole number above 0"""
    number = int(value)
    if number < 1:
        raise ValueError(value)
    return number


def processes(value: str) -> int:
    """auto, or a whole number above 0"""
    return usable_cores() if value == "auto" else positive(value)


def seconds(value: str) -> float:
    """a number of seconds above 0, as in 2.5"""
    number = float(value)
    if not 0 < number < float("inf"):
        raise ValueError(value)
    return number


def pause(value: str) -> float:
    """a number of seconds, as in 2.5, or 0"""
    return 0.0 if value == "0" else seconds(value)


def similarity(value: str) -> float:
    """a number from 0.8 to 0.999, as in 0.97"""
    number = float(value)
    if not 0.8 <= number <= 0.999:
        raise ValueError(value)
    return number


def share(value: str) -> float:
    """a number from 0 to 1, as in 0.1"""
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(value)
    return number


def amount(value: str) -> int:
    """an amount, as in 5000000, 64 MB, 1.5 GB or 100 MP"""
    return parse_amount(value)


def words(value: str) -> tuple[str, ...]:
    """words, separated by spaces, commas or lines"""
    return tuple(value.replace(",", " ").split())


def size_list(value: str) -> tuple[str, ...]:
    """sizes, separated by spaces or lines; a comma divides only before a space"""
    # 600x600=7,f4f4f4 is one size.
    return tuple(filter(None, re.split(r",?\s+", value + "\n")))


def host_names(value: str) -> tuple[str, ...]:
    """host names without port, separated by spaces"""
    if any("/" in word or (":" in word and word[0] != "[") for word in words(value)):
        raise ValueError(value)
    return tuple(host_of(word) for word in words(value))


def origin_urls(value: str) -> tuple[str, ...]:
    """origins, separated by spaces, as in https://www.example.com or http://localhost:8080"""
    return tuple(origin_of(word) for word in words(value))


def reference_keys(value: str) -> tuple[str, ...]:
    """keys of references, separated by spaces"""
    if not words(value) or not all(map(REFERENCE_KEY.fullmatch, words(value))):
        raise ValueError(value)
    return words(value)


def truth(value: str) -> bool:
    """true or false"""
    if value.lower() not in {"true", "false"}:
        raise ValueError(value)
    return value.lower() == "true"


def image_id(value: str) -> str:
    """an image ID"""
    if value and not is_image_id(value):
        raise ValueError(value)
    return value


def role_names(value: str) -> tuple[str, ...]:
    """roles of lowercase letters, digits, _ and -, separated by spaces"""
    if not all(map(ROLE.fullmatch, words(value))):
        raise ValueError(value)
    return words(value)


def locations(value: str) -> tuple[str, ...]:
    """locations, separated by spaces: couchdb, files:FOLDER, s3:BUCKET or s3:BUCKET/PREFIX"""
    for location in words(value):
        kind, _, rest = location.partition(":")
        if location != "couchdb" and not (kind in {"files", "s3"} and rest):
            raise ValueError(location)
    return words(value)


def networks(value: str) -> tuple[Network, ...]:
    """IPs or networks, separated by spaces, as in 127.0.0.1 10.0.0.0/8"""
    return tuple(ipaddress.ip_network(word) for word in words(value))


class PurgeRequest(NamedTuple):
    """A request to a cache; `{id}` in the URL is replaced by the ID of the image."""

    method: str
    url: str

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


def purge_requests(value: str) -> tuple[PurgeRequest, ...]:
    """lines of the form METHOD URL, with {id} in the URL and without user:password@"""
    requests = []
    for line in filter(None, map(str.strip, value.splitlines())):
        method, _, url = line.partition(" ")
        web_url(url)
        if not _METHOD.fullmatch(method) or "{id}" not in url or "@" in urlsplit(url).netloc:
            raise ValueError(line)
        requests.append(PurgeRequest(method, url))
    return tuple(requests)


def header_lines(value: str) -> dict[str, str]:
    """lines of the form Name: value"""
    headers = {}
    for line in filter(None, map(str.strip, value.splitlines())):
        name, colon, content = map(str.strip, line.partition(":"))
        if not colon or not _HEADER.fullmatch(name) or not content.isprintable():
            raise ValueError(line)
        headers[name] = content
    return headers


def command(value: str) -> str:
    """a command with {id} in one of its words, which may be quoted as in a shell"""
    if value and not any("{id}" in word for word in shlex.split(value)[1:]):
        raise ValueError(value)
    return value


def table(value: str) -> dict[str, str]:
    """lines of the form name = value, each name once"""
    result: dict[str, str] = {}
    for line in filter(None, map(str.strip, value.splitlines())):
        name, _, definition = map(str.strip, line.partition("="))
        if not name or not definition or name in result:
            raise ValueError(line)
        result[name] = definition
    return result


def embedded_parts(value: str) -> tuple[str, ...]:
    """some of title, alt, tags, rights and taken, separated by spaces; or none"""
    parts = () if value == "none" else words(value)
    if not set(parts) <= set(EMBEDDED):
        raise ValueError(value)
    return parts


def whole_from(first: int, last: int) -> Parser:
    """Return a parser that accepts a whole number from `first` to `last`."""

    def parser(value: str) -> int:
        number = int(value)
        if not first <= number <= last:
            raise ValueError(value)
        return number

    parser.__doc__ = f"a whole number from {first} to {last}"
    return parser


percent = whole_from(1, 100)


def one_of(*choices: str) -> Parser:
    """Return a parser that accepts one of `choices`."""

    def parser(value: str) -> str:
        if value not in choices:
            raise ValueError(value)
        return value

    parser.__doc__ = " or ".join(choices)
    return parser
