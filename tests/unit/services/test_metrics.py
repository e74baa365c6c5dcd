from __future__ import annotations

import pytest

from huimages_app.services.metrics import Measures


def test_sums_and_times() -> None:
    measures = Measures()
    measures.count("hits")
    measures.count("hits", 2)
    with pytest.raises(ZeroDivisionError), measures.timed("renderings"):
        raise ZeroDivisionError
    assert measures.sums() == {"hits": 3, "renderings": 1}
    assert 0 <= measures.seconds()["renderings"] < 5
