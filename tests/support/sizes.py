"""Hypothesis strategies for sizes."""

from __future__ import annotations

from hypothesis import strategies as st

from huimages_app.domain.sizes import MAX_SIDE, ORIGINAL, Size

sides = st.integers(1, MAX_SIDE)
percents = st.integers(0, 100)
densities = st.integers(1, 3)
fits = st.builds(Size, sides, sides, density=densities)
one_sided = st.one_of(
    st.builds(Size, width=sides, density=densities),
    st.builds(Size, height=sides, density=densities),
)
crops = st.builds(
    Size, sides, sides, st.just(True), st.tuples(percents, percents), density=densities
)
sizes = st.one_of(fits, one_sided, crops, st.just(ORIGINAL))
