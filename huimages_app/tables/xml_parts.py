"""Parse XML of an untrusted ZIP piece by piece: bounded memory, no document types, no entities."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from ..errors import BadInput

_PIECE = 64 * 1024  # bytes
_LONGEST_TOKEN = 1_000_000  # bytes of a tag
_DEEPEST = 64  # levels of elements

Attributes = Mapping[str, str]


class PartHandler:
    """Gets the elements of a part, by their local names."""

    def start(self, name: str, attributes: Attributes) -> None:
        """Handle the start of an element."""

    def end(self, name: str) -> None:
        """Handle the end of an element."""

    def text(self, content: str) -> None:
        """Handle a piece of text."""


def parse_part(
    archive: zipfile.ZipFile, name: str, handler: PartHandler, most: int
) -> Iterator[None]:
    """Parse a part of the archive; yield after each piece, so that results can be taken.

    Raises BadInput, also for more than `most` elements.
    """
    parser = _parser(name, handler, most)
    fed = 0
    try:
        with archive.open(name) as part:
            while piece := part.read(_PIECE):
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                    raise BadInput(f"{name} in the .xlsx has a tag that is too long")
                yield
            parser.Parse(b"", True)
            yield
    except KeyError:
        raise BadInput(f"the .xlsx lacks the part {name}") from None
    except expat.ExpatError as error:
        raise BadInput(f"{name} in the .xlsx is not valid XML: {error}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BadInput(f"the .xlsx is damaged: {error}") from None
    except (
        NotImplementedError,
        RuntimeError,
    ) as error:  # unsupported compression method, or encryption
        raise BadInput(f"{name} in the .xlsx cannot be unpacked: {error}") from None


def _parser(name: str, handler: PartHandler, most: int) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = count = 0

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _DEEPEST:
            raise BadInput(f"{name} in the .xlsx is nested too deeply")
        if count > most:
            raise BadInput(f"{name} in the .xlsx has more than {most:,} elements, such as cells")
        handler.start(_local(element), attributes)

    def end(element: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(_local(element))

    def refuse(*_: object) -> None:
        # Without a document type there are no entities that could grow or name files.
        raise BadInput(f"{name} in the .xlsx declares a document type; expected none")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = refuse
    return parser


def _local(name: str) -> str:
    """Return a name without its namespace, which differs between two forms of the format."""
    return name.rpartition(" ")[2]
