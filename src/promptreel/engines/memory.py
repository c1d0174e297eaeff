"""Giving memory back to the system between the steps of a job, so that a process that lives for weeks stays small."""

import contextlib
import ctypes
import gc
import sys


def give_memory_back() -> None:
    """Return what is not needed any more to the system: glibc keeps it for a next time that may never come."""
    gc.collect()
    trim()


def trim() -> None:
    """The same for what is free already, without looking for more: a few milliseconds.

    Once a large array has been freed, glibc takes the next ones (up to 32 MB) from its heaps, where small things that
    stay in between keep the holes from being given back.
    """
    if sys.platform == "linux":
        # Other C libraries (musl) have no such call, and give memory back by themselves.
        with contextlib.suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
