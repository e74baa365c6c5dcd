"""All code that uses Pillow: inspection of uploads, renditions, previews.

The steps from stored bytes to a rendition are listed in `pipeline`; each step is a
module of its own.
"""

from . import watermark
from .borders import CONTENT_VERSION
from .decode import HeaderInfo, probe
from .decoder import Decoder, LocalDecoder
from .decoding_budget import UNLIMITED, DecodingBudget
from .embedded import xmp_packet
from .input_formats import sniff, sniff_file
from .inspect import inspect
from .options import Inspection, Limits, Quality, RenditionTarget, Watermark
from .pipeline import render, render_many
from .previews import PREVIEW_SIDES, make_previews, preview_sides
from .turning import write_turned

__all__ = [
    "CONTENT_VERSION",
    "PREVIEW_SIDES",
    "UNLIMITED",
    "Decoder",
    "DecodingBudget",
    "HeaderInfo",
    "Inspection",
    "Limits",
    "LocalDecoder",
    "Quality",
    "RenditionTarget",
    "Watermark",
    "inspect",
    "make_previews",
    "preview_sides",
    "probe",
    "render",
    "render_many",
    "sniff",
    "sniff_file",
    "watermark",
    "write_turned",
    "xmp_packet",
]
