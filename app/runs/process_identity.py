"""Knows a process again by its number and the moment it started, because numbers are used again."""

import os
import subprocess
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class ProcessIdentity(BaseModel):
    """One process of this machine, past or present."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    pid: int
    started: str
    """When it started, in the system's own words; only ever compared."""


def identity_of(pid: int) -> ProcessIdentity | None:
    """Return the identity of a living process, None when there is none or it has ended."""
    if sys.platform == "win32":
        started = _started_on_windows(pid)
    elif Path("/proc/self/stat").exists():
        started = _started_on_linux(pid)
    else:
        started = _started_elsewhere(pid)
    return None if started is None else ProcessIdentity(pid=pid, started=started)


def is_alive(process: ProcessIdentity) -> bool:
    """Say whether this very process is still running."""
    return identity_of(process.pid) == process


def _started_on_linux(pid: int) -> str | None:
    """Ticks since the machine was started, with the id of that start (proc(5): stat, field 22)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return None
    # The second field is the program's name in brackets and may hold anything.
    fields = text.rpartition(")")[2].split()
    has_ended = fields[0] in "ZX"
    return None if has_ended else f"{boot} {fields[19]}"


def _started_elsewhere(pid: int) -> str | None:
    """What ``ps`` says on macOS and other Unixes."""
    asked = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    state, _, started = asked.stdout.strip().partition(" ")
    return None if not started or state.startswith("Z") else started.strip()


def _started_on_windows(pid: int) -> str | None:
    """The creation time in 100 ns since 1601 (GetProcessTimes), while the process has no exit code."""
    if sys.platform != "win32":
        raise RuntimeError("only Windows has these functions")
    import ctypes
    from ctypes import wintypes

    query_limited_information, still_active = 0x1000, 259
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = wintypes.HANDLE
    handle = kernel.OpenProcess(query_limited_information, False, pid)
    if not handle:
        return None
    try:
        times = [wintypes.FILETIME() for _ in range(4)]
        code = wintypes.DWORD()
        known = kernel.GetProcessTimes(wintypes.HANDLE(handle), *map(ctypes.byref, times))
        kernel.GetExitCodeProcess(wintypes.HANDLE(handle), ctypes.byref(code))
        if not known or code.value != still_active:
            return None
        return str(times[0].dwHighDateTime << 32 | times[0].dwLowDateTime)
    finally:
        kernel.CloseHandle(wintypes.HANDLE(handle))
