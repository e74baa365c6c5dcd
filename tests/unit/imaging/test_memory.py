"""Pools of memory: few of them, where the C library has any."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

GLIBC = platform.libc_ver()[0] == "glibc"

# Threads take turns at filling and freeing what malloc takes from its pools, and leave a
# little behind, so that each pool has to keep its pages.
PROGRAM = """
import ctypes, sys, threading
from huimages_app.imaging.memory import reuse_memory

if int(sys.argv[1]):
    assert reuse_memory(2)
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
turn, ready, kept = threading.Lock(), threading.Barrier(8), []

def work():
    ready.wait()
    with turn:
        blocks = [libc.malloc(100_000) for _ in range(80)]
        for block in blocks:
            ctypes.memset(block, 1, 100_000)
        kept.append(libc.malloc(64))
        for block in blocks:
            libc.free(block)
    ready.wait()

threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
status = open("/proc/self/status").read()
print(status.partition("VmHWM:")[2].split()[0])
"""


def test_only_some_c_libraries_have_pools() -> None:
    program = "from huimages_app.imaging.memory import reuse_memory; print(reuse_memory(2))"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == str(GLIBC)


@pytest.mark.skipif(not GLIBC, reason="only glibc has a pool for each thread")
def test_threads_that_take_turns_share_memory() -> None:
    own, shared = (
        int(
            subprocess.run(
                [sys.executable, "-c", PROGRAM, share], check=True, capture_output=True, text=True
            ).stdout
        )
        for share in "01"
    )
    assert shared < own - 20_000, "kilobytes at the worst moment"
