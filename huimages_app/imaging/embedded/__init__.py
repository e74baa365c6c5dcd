"""Metadata that cameras and programs embed in a file: EXIF, IPTC-IIM and XMP.

XMP counts before IIM, and IIM before EXIF, as it is the one that is Unicode by definition; for
the time, the camera's own EXIF counts first.  Positions and serial numbers are not read.
"""

from .fields import read_embedded, rights_in
from .packet import xmp_packet

__all__ = ["read_embedded", "rights_in", "xmp_packet"]
