"""The shared strings of an XLSX, kept on the disk: their number does not cost memory."""

from __future__ import annotations

import tempfile
from array import array
from types import TracebackType
from typing import Self

from ..errors import BadInput
from .limits import MAX_CELL
from .xlsx_parts import unescaped
from .xml_parts import Attributes, PartHandler


class TextCollector(PartHandler):
    """Collects the text of a string: of elements `t`, without phonetic ones."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._length = 0
        self._is_text = False
        self._is_phonetic = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "rPh":
            self._is_phonetic = True
        elif name == "t":
            self._is_text = not self._is_phonetic

    def end(self, name: str) -> None:
        if name == "rPh":
            self._is_phonetic = False
        elif name == "t":
            self._is_text = False

    def text(self, content: str) -> None:
        if self._is_text:
            self.add(content)

    def add(self, content: str) -> None:
        """Add a piece of the string; raises BadInput if it becomes too long."""
        self._length += len(content)
        if self._length > MAX_CELL * 7:  # each character may be an escape of seven
            raise BadInput(f"a cell has too much text; expected at most {MAX_CELL:,} characters")
        self._texts.append(content)

    def taken(self) -> str:
        """Return the string, and begin the next one."""
        text = unescaped("".join(self._texts))
        self._texts, self._length = [], 0
        return text


class SharedStrings(TextCollector):
    """Strings by number, in a temporary file."""

    def __init__(self) -> None:
        super().__init__()
        self._file = tempfile.TemporaryFile(buffering=1 << 20)  # noqa: SIM115 - closed by __exit__
        self._ends = array("Q", [0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            content = self.taken().encode("utf-8", "surrogatepass")
            self._file.write(content)
            self._ends.append(self._ends[-1] + len(content))

    def get(self, number: int) -> str:
        """Return a string; raises BadInput if there is none."""
        if not 0 <= number < len(self._ends) - 1:
            raise BadInput(f"a cell names the shared string {number}, which the .xlsx lacks")
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        content: bytes = self._file.read(end - start)
        return content.decode("utf-8", "surrogatepass")
