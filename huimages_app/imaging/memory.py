"""How the C library gives a server memory for pictures."""

from __future__ import annotations

import ctypes
from typing import Final

# As in glibc's malloc.h.
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8

_KEPT: Final = 32 << 20  # bytes; glibc takes no more


def reuse_memory(pools: int) -> bool:
    """Have the threads of this process share `pools` pools of memory, and keep what is freed.

    glibc gives each thread a pool, and what was freed in one serves no other: of eight
    threads that take turns at making pictures each would hold on to a picture's worth.
    And it gives large pieces back to the system at once: to get them anew, page by page,
    would take up to a fifth of the time of a rendition.  Whether it could be set: other C
    libraries are otherwise.  To be called before the threads start.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    wanted = {_M_ARENA_MAX: pools, _M_MMAP_THRESHOLD: _KEPT, _M_TRIM_THRESHOLD: _KEPT}
    return all([mallopt(option, value) for option, value in wanted.items()])  # noqa: C419
