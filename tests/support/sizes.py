"""Hypothesis strategies for sizes."""

from __future__ import annotations

from hypothesis import strategies as st

from huimages_app.domain.padding import MAX_MARGIN, Padding
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

# -- padding ----------------------------------------------------------------------------------

colours = st.one_of(
    st.just("ffffff"), st.just("none"), st.integers(0, 0xFFFFFF).map(lambda rgb: f"{rgb:06x}")
)
margins = st.integers(0, MAX_MARGIN)


@st.composite
def _spans(draw: st.DrawFn) -> tuple[int, int]:
    start = draw(st.integers(0, 999))
    return start, draw(st.integers(start + 1, 1000))


per_mille_boxes = st.builds(
    lambda across, down: (across[0], down[0], across[1], down[1]), _spans(), _spans()
)
content_boxes = per_mille_boxes.map(lambda box: tuple(side / 1000 for side in box))
paddings = st.one_of(
    st.builds(Padding, st.none(), colours),
    st.builds(Padding, margins, colours, st.one_of(st.none(), per_mille_boxes)),
)
padded = st.builds(Size, sides, sides, density=densities, padding=paddings)
sizes = st.one_of(fits, one_sided, crops, padded, st.just(ORIGINAL))
