"""Seccomp: forbid this process all system calls that decoding does not need.

By libseccomp, which knows the numbers of the calls on each architecture.  Debian, Fedora and
their relatives install it with systemd or apt.
"""

from __future__ import annotations

import ctypes
import errno
import os
from typing import Final

# Attributes of a filter: no mitigation of Spectre v4, which slows the decoder on Linux before 5.16;
# calls found by a binary search.
_ATTRIBUTES: Final = {7: 1, 8: 2}
_ALLOW: Final = 0x7FFF0000
# As an old system: the C library then takes an older call that is allowed, if there is one.
_FORBID: Final = 0x00050000 | errno.ENOSYS
_MASKED_EQUAL, _EQUAL = 7, 4
_CLONE_THREAD: Final = 0x00010000
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

# fmt: off
_CALLS: Final = (
    "brk", "madvise", "mmap", "mmap2", "mprotect", "mremap", "munmap", "membarrier", "close",
    "dup", "fcntl", "fcntl64", "fstat", "fstat64", "getdents64", "ioctl", "lseek", "_llseek",
    "newfstatat", "fstatat64", "pread64", "read", "readv", "readlink", "readlinkat", "stat",
    "stat64", "lstat", "statx", "access", "faccessat", "ftruncate", "ftruncate64", "pwrite64",
    "write", "writev", "recvfrom", "recvmsg", "sendmsg", "sendto", "poll", "ppoll", "select",
    "pselect6", "clock_getres", "clock_gettime", "clock_nanosleep", "gettimeofday", "nanosleep",
    "times", "exit", "exit_group", "futex", "futex_time64", "get_robust_list",
    "set_robust_list", "set_tid_address", "rseq", "sched_getaffinity", "sched_yield", "getcwd",
    "geteuid", "getegid", "getgid", "getpid", "getppid", "getrandom", "getrusage", "gettid",
    "getuid", "sysinfo", "uname", "restart_syscall", "rt_sigaction", "rt_sigprocmask",
    "rt_sigreturn", "sigaltstack", "sigreturn",
)
# fmt: on


def _loaded() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        return None
    library.seccomp_init.restype = ctypes.c_void_p
    return library


# Loaded with the module: inside the sandbox it can no longer be read.
_library: Final = _loaded()


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("mask", ctypes.c_uint64),  # the value itself for `_EQUAL`
        ("value", ctypes.c_uint64),
    )


def restrict() -> bool:
    """Forbid the process all but decoding; return False if the system has no means for it.

    Files can be opened for reading only, threads can be started and processes cannot,
    signals go to the process itself only.  The process needs `no_new_privs`.
    """
    if _library is None:
        return False
    context = ctypes.c_void_p(_library.seccomp_init(ctypes.c_uint32(_FORBID)))
    if not context:
        return False

    def allow(name: str, *comparisons: _Comparison) -> None:
        _allow(_library, context, name, *comparisons)

    try:
        for attribute, value in _ATTRIBUTES.items():
            _library.seccomp_attr_set(context, attribute, value)
        for name in _CALLS:
            allow(name)
        allow("open", _Comparison(1, _MASKED_EQUAL, _WRITING, 0))
        allow("openat", _Comparison(2, _MASKED_EQUAL, _WRITING, 0))
        allow("clone", _Comparison(0, _MASKED_EQUAL, _CLONE_THREAD, _CLONE_THREAD))
        # abort() sends a signal to the process itself.
        allow("tgkill", _Comparison(0, _EQUAL, os.getpid(), 0))
        # Limits of the process itself: that of CPU time is set anew for each job.
        allow("prlimit64", _Comparison(0, _EQUAL, 0, 0))
        return bool(_library.seccomp_load(context) == 0)
    finally:
        _library.seccomp_release(context)


def _allow(
    library: ctypes.CDLL, context: ctypes.c_void_p, name: str, *comparisons: _Comparison
) -> None:
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number == -1:  # unknown to this version
        return
    array = (_Comparison * len(comparisons))(*comparisons)
    result = library.seccomp_rule_add_array(
        context, ctypes.c_uint32(_ALLOW), number, len(comparisons), array
    )
    if result < 0:
        raise OSError(-result, f"seccomp: {name}: {os.strerror(-result)}")
