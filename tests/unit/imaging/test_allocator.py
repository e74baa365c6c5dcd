"""Memory of a process after its pictures have been decoded."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# Decodes a picture of 16 megapixels in one thread after another; prints the growth in MB.
DECODE_IN_THREADS = """
import io, re, threading
from pathlib import Path
from PIL import Image
from huimages_app.imaging import Limits, inspect

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1000

file = io.BytesIO()
Image.new("RGBA", (4000, 4000)).save(file, "PNG")
inspect(io.BytesIO(file.getvalue()), Limits())
before = resident()
begin, end = threading.Barrier(5), threading.Barrier(5)

def decode():
    with turn:
        inspect(io.BytesIO(file.getvalue()), Limits())
    begin.wait()
    end.wait()

turn = threading.Lock()
threads = [threading.Thread(target=decode) for _ in range(4)]
for thread in threads:
    thread.start()
begin.wait()
print(resident() - before)
end.wait()
"""


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep no arenas")
def test_process_returns_memory_of_decoded_pictures():
    command = [sys.executable, "-c", DECODE_IN_THREADS]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert int(result.stdout) < 30
