"""Decoding in a process of its own, kept for the next file and ended when a file keeps it too long."""

import atexit
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

import numpy as np

from models.contract.errors import DamagedPhotographError, UnreadablePhotographError
from models.contract.photographs.decoder_program import Answer, Order, line_of
from models.contract.photographs.decoding import Photograph
from models.contract.photographs.formats import PhotographFormat

_ROOT: Final = Path(__file__).resolve().parents[3]
_PATIENCE_S: Final = 60.0
_SECONDS_PER_MEGABYTE: Final = 0.1
_NO_WINDOW: Final = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""Keeps Windows from opening a console."""


def photograph_decoded_apart(content: bytes, kind: PhotographFormat, least_side_px: int) -> Photograph:
    """Return the photograph in a file's bytes; raises UnreadablePhotographError, also for a dead decoder."""
    return _DECODER.photograph(content, kind, least_side_px)


class _Decoder:
    """Holds the process; one file at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def photograph(self, content: bytes, kind: PhotographFormat, least_side_px: int) -> Photograph:
        """Let the process decode a file."""
        order = line_of(Order(kind.value, least_side_px, len(content)))
        limit_s = _PATIENCE_S + _SECONDS_PER_MEGABYTE * len(content) / 1e6
        with self._lock:
            process = self._running()
            alarm = threading.Timer(limit_s, process.kill)
            alarm.start()
            try:
                answer, pixels = _exchange(process, order, content)
            except (OSError, ValueError):
                self._end()
                raise DamagedPhotographError(
                    f"The {kind.words} file is damaged: decoding it failed or took too long."
                ) from None
            finally:
                alarm.cancel()
                alarm.join()
        if answer.sentence:
            refusal = DamagedPhotographError if answer.is_damaged else UnreadablePhotographError
            raise refusal(answer.sentence)
        notes = tuple((what, words) for what, words in answer.provenance)
        return Photograph(pixels, notes, answer.date_time_original, answer.is_plain)

    def close(self) -> None:
        """End the process, if this program started it."""
        with self._lock:
            if self._owner == os.getpid():
                self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():
            # A forked copy of this program must not share the pipes of the original.
            self._process = None
        elif self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            self._process, self._owner = _started(), os.getpid()
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _started() -> subprocess.Popen[bytes]:
    search_path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", "models.contract.photographs.decoder_program"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": search_path},
        creationflags=_NO_WINDOW,
    )


def _exchange(
    process: subprocess.Popen[bytes], order: bytes, content: bytes
) -> tuple[Answer, np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]]:
    """Return what the process answers; raises OSError or ValueError when it dies before the end."""
    if process.stdin is None or process.stdout is None:
        raise OSError
    process.stdin.write(order)
    process.stdin.write(content)
    process.stdin.flush()
    answer = Answer(**json.loads(process.stdout.readline()))
    length = answer.height_px * answer.width_px * 3
    pixels = np.frombuffer(bytearray(process.stdout.read(length)), np.uint8)
    return answer, pixels.reshape(answer.height_px, answer.width_px, 3)


_DECODER: Final = _Decoder()
atexit.register(_DECODER.close)
