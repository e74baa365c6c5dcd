from __future__ import annotations

import pytest

from huimages_app.services.metrics import Metrics


def test_exposition_has_counters_histograms_and_the_given_gauges() -> None:
    metrics = Metrics()
    for _ in range(3):
        metrics.count("hits")
    metrics.count_response(404)
    with pytest.raises(ZeroDivisionError), metrics.timed("renderings"):
        raise ZeroDivisionError
    lines = metrics.exposition(rendering=2).decode().splitlines()
    assert "huimages_hits_total 3.0" in lines
    assert 'huimages_responses_total{status="404"} 1.0' in lines
    assert "huimages_renderings_total 1.0" in lines
    assert "huimages_rendering_seconds_count 1.0" in lines
    assert "huimages_rendering 2.0" in lines
