"""Knows a process again by its number and the moment it started, because numbers are used again."""

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
    is_linux = Path("/proc/self/stat").exists()
    started = _started_on_linux(pid) if is_linux else _started_elsewhere(pid)
    return None if started is None else ProcessIdentity(pid=pid, started=started)


def is_alive(process: ProcessIdentity) -> bool:
    """Say whether this very process is still running."""
    return identity_of(process.pid) == process


def _started_on_linux(pid: int) -> str | None:
    """Ticks since the machine was started, with the id of that start (proc(5): stat, field 22).

    Not psutil's time of day: it moves when the clock is set, and a run would be taken for dead.
    """
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
    """The moment that psutil tells on Windows, macOS and other systems, in seconds since 1970."""
    import psutil

    try:
        process = psutil.Process(pid)
        has_ended = process.status() == psutil.STATUS_ZOMBIE
        return None if has_ended else repr(process.create_time())
    except psutil.Error:
        return None
