"""Settings of the C allocator, which the memory of pictures comes from."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Mapping
from typing import Final

# From malloc.h of glibc.
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
# Pillow's blocks of 16 MB are larger, small objects are not.
_BLOCK: Final = 1 << 20
# What a process with a single thread keeps.  To get 1 MB anew takes 0.3 ms of page faults.
_KEPT: Final = 32 << 20


def return_large_blocks() -> None:
    """Let glibc return each large block to the system when it is freed.

    By default it raises the threshold from 128 kB up to 32 MB as blocks are freed, and then
    takes the blocks of pictures from the arenas of the threads, which keep them.  Other C
    libraries have no such setting and need none.
    """
    _set({_M_MMAP_THRESHOLD: _BLOCK})


def keep_small_heap() -> None:
    """Let glibc keep up to 32 MB of freed memory, for a process with a single thread.

    Its only arena is empty after each picture, so nothing else is kept.
    """
    _set({_M_MMAP_THRESHOLD: _KEPT // 2, _M_TRIM_THRESHOLD: _KEPT})


def return_freed_memory() -> None:
    """Let glibc return all freed memory to the system, also that within its heap."""
    malloc_trim = _function("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _set(options: Mapping[int, int]) -> None:
    mallopt = _function("mallopt")
    if mallopt is not None:
        for option, value in options.items():
            mallopt(option, value)


def _function(name: str) -> Callable[..., int] | None:
    """Return a function of the C library; None where it has no such function."""
    return getattr(ctypes.CDLL(None), name, None) if os.name == "posix" else None
