"""Everything that knows Pillow: measuring uploads, making renditions.

The way of a picture from stored bytes to a rendition is the list of steps in
`rendering`; each step is a module of its own.
"""

from .chain import CHAIN, chain_sides, make_chain
from .kinds import sniff
from .measuring import measure
from .opening import Stated, stated
from .rendering import render, render_many
from .values import Limits, Measured, Quality

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
