from __future__ import annotations

import re
import threading

import pytest

from huimages_app.observation import request_ids


@pytest.mark.parametrize("proposed", ["a", "A-z_0.9", "f" * 64])
def test_valid_proposed_id_is_used(proposed: str) -> None:
    assert request_ids.begin(proposed) == request_ids.current() == proposed


@pytest.mark.parametrize("proposed", ["", "f" * 65, "a b", "a\n", "a\r\nX: y", "ä", "a/b", "<b>"])
def test_invalid_proposed_id_is_replaced(proposed: str) -> None:
    made = request_ids.begin(proposed)
    assert re.fullmatch(r"[0-9a-f]{16}", made)
    assert made != request_ids.begin(proposed)


def test_request_id_is_not_visible_in_other_threads() -> None:
    request_ids.begin("mine")
    seen = []
    thread = threading.Thread(target=lambda: seen.append(request_ids.current()))
    thread.start()
    thread.join()
    assert seen == [""]
