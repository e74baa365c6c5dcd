"""Everything that knows Pillow: measuring uploads, making renditions.

The way of a picture from stored bytes to a rendition is the list of steps in
`rendering`; each step is a module of its own.
"""

from .previews import CHAIN, chain_sides, make_chain
from .input_formats import sniff
from .inspect import measure
from .decode import Stated, stated
from .pipeline import render, render_many
from .options import Limits, Measured, Quality

__all__ = [
    "CHAIN",
    "Limits",
    "Measured",
    "Quality",
    "Stated",
    "chain_sides",
    "make_chain",
    "measure",
    "render",
    "render_many",
    "sniff",
    "stated",
]
