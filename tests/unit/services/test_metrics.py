from __future__ import annotations

import pytest

from huimages_app.services.metrics import Metrics


def test_sums_and_times() -> None:
    metrics = Metrics()
    metrics.count("hits")
    metrics.count("hits", 2)
    with pytest.raises(ZeroDivisionError), metrics.timed("renderings"):
        raise ZeroDivisionError
    assert metrics.sums() == {"hits": 3, "renderings": 1}
    assert 0 <= metrics.seconds()["renderings"] < 5
