"""Metadata that cameras and programs embed in a file: EXIF, IPTC-IIM and XMP.

XMP takes precedence over IIM, and IIM over EXIF, since only XMP is Unicode by definition.  For the
time, the EXIF of the camera takes precedence.  Positions and serial numbers are not read.
"""

from .fields import read_embedded, rights_in
from .packet import xmp_packet

__all__ = ["read_embedded", "rights_in", "xmp_packet"]
