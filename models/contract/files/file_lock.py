"""Locks that one holder has at a time; the system gives a lock back when its holder dies."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class AlreadyLockedError(Exception):
    """Somebody else holds the lock."""


@contextmanager
def locked(file: Path) -> Iterator[int]:
    """Hold the lock of ``file``, which is made if need be and stays, and give its descriptor.

    On Unix a child that inherits the descriptor goes on holding the lock until it ends.

    Raises:
        AlreadyLockedError: somebody else holds it.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def locked_meanwhile(file: Path) -> Iterator[None]:
    """Hold the lock of ``file``, of which nothing is left afterwards.

    Raises:
        AlreadyLockedError: somebody else holds it, or has just let it go.
    """
    with locked(file) as descriptor:
        # Whoever held it may have removed the file after it was opened here.
        if not _is_still_there(file, descriptor):
            raise AlreadyLockedError
        try:
            yield
        finally:
            with suppress(OSError):  # Windows removes no open file.
                file.unlink()
    if sys.platform == "win32":
        with suppress(OSError):
            file.unlink()


def _is_still_there(file: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(file.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


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
