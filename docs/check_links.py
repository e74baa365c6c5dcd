"""Find dead links in the project's Markdown: to missing files, and to missing headings.

Only links within the project are checked, which needs no network: `make check`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("docs", "deploy", "benchmarks", "tests")


def pages() -> list[Path]:
    below = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))
    return sorted(
        [*ROOT.glob("*.md"), *(path for path in below if "node_modules" not in path.parts)]
    )


@cache
def tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the headings of a page, in the form in which forges use them in URLs."""
    found: dict[str, int] = {}
    names = set()
    for before, token in zip(tokens(page), tokens(page)[1:], strict=False):
        if before.type != "heading_open":
            continue
        shown = "".join(child.content for child in token.children or [])
        name = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        count = found[name] = found.get(name, -1) + 1
        names.add(f"{name}-{count}" if count else name)
    return frozenset(names)


def links(page: Path) -> Iterator[tuple[int, str]]:
    """Yield line and URL of every link and picture."""
    for token in tokens(page):
        for child in token.children or []:
            url = child.attrGet("href") or child.attrGet("src")
            if url:
                yield (token.map or [0])[0] + 1, str(url)


def fault(page: Path, url: str) -> str | None:
    """Return the fault of a link; None for a working one and for one to another site."""
    parts = urlsplit(url)
    if parts.scheme or parts.netloc:
        return None
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_relative_to(ROOT):
        return "leads out of the project"
    if not target.exists():
        return "there is no such file"
    if parts.fragment and target.suffix == ".md" and unquote(parts.fragment) not in anchors(target):
        return "there is no such heading"
    return None


def main() -> int:
    faults = [
        f"{page.relative_to(ROOT)}:{line}: {url}: {wrong}"
        for page in pages()
        for line, url in links(page)
        if (wrong := fault(page, url))
    ]
    print("\n".join(faults) or f"{len(pages())} pages without a dead link")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
