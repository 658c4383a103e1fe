"""Lets one run folder be started once at a time; the system gives the lock back when its holder dies."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyLockedError(Exception):
    """Somebody else holds the lock."""


@contextmanager
def locked(file: Path) -> Iterator[int]:
    """Hold the lock of ``file`` and give its descriptor.

    On Unix a child that inherits the descriptor goes on holding the lock until it ends.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise AlreadyLockedError from error
