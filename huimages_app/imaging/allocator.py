"""Settings of the C allocator, which the memory of pictures comes from."""

from __future__ import annotations

import ctypes
import os
from typing import Final

# From malloc.h of glibc.
_M_MMAP_THRESHOLD: Final = -3
# Pillow's blocks of 16 MB are larger, small objects are not.
_BLOCK: Final = 1 << 20


def return_large_blocks() -> None:
    """Let glibc return each large block to the system when it is freed.

    By default it raises the threshold from 128 kB up to 32 MB as blocks are freed, and then
    takes the blocks of pictures from the arenas of the threads, which keep them.  Other C
    libraries have no such setting and need none.
    """
    if os.name == "posix":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, _BLOCK)
