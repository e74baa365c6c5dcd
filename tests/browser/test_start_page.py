"""The start page with many pictures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.chromium import Person


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("width", [360, 768])
def test_start_page_shows_full_rows_only(width: int, person: Callable[..., Person]) -> None:
    page = person(viewport={"width": width, "height": 800}).go("/")
    gaps = page.locator(".grid.rows").evaluate(
        """(grid) => {
          const { right, bottom } = grid.getBoundingClientRect();
          const boxes = [...grid.children].map((item) => item.getBoundingClientRect());
          const shown = boxes.filter((box) => box.top < bottom);
          if (shown.length === boxes.length) throw new Error("too few pictures to cut some off");
          const isLast = (box, at) => shown[at + 1]?.top !== box.top;
          return shown.filter(isLast).map((box) => right - box.right);
        }"""
    )
    assert len(gaps) >= 3
    assert max(map(abs, gaps)) < 1
