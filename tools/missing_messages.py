"""Print the messages that the catalogues lack: `python tools/missing_messages.py FOLDER`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po


def main(folder: Path) -> None:
    """Print one block for each catalogue in a folder."""
    for path in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        language = path.parts[-3]
        missing = list(missing_messages(path, language))
        sys.stdout.write(f"{language}: {len(missing)} messages missing\n")
        for message in missing:
            texts = [message.id] if isinstance(message.id, str) else message.id
            sys.stdout.write(f"  {' | '.join(texts)}\n")


def missing_messages(path: Path, language: str) -> Iterator[Message]:
    """Yield the messages of a catalogue that have no translation, or not all plural forms."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    for message in catalogue:
        forms = [message.string] if isinstance(message.string, str) else message.string
        if message.id and not all(forms or ("",)):
            yield message


if __name__ == "__main__":
    main(Path(sys.argv[1]))
