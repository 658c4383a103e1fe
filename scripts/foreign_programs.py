"""Fetches other people's DICOM programs for the tests, once, where Debian's package system can give them.

Who may install does so; else the packages are unpacked into a folder of the environment, without any rights.
Tests that need a program that could not be had say so and are passed over.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence

from environment import ENVIRONMENT

PACKAGE_BY_PROGRAM = {"dciodvfy": "dicom3tools", "dcmdump": "dcmtk", "dsrdump": "dcmtk"}
FOLDER = ENVIRONMENT / "foreign"
"""Where tests/foreign_programs.py looks, too."""

_TRIED = "tried.txt"
_PATIENCE_S = 120
_IMPATIENT = ("-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10")
"""A machine without a network is to notice that soon."""


def provide_foreign_programs() -> None:
    """Fetch what is missing, at the first call only; says nothing unless something is fetched."""
    missing = sorted(
        {package for program, package in PACKAGE_BY_PROGRAM.items() if not shutil.which(program)}
    )
    tried = FOLDER / _TRIED
    if not missing or sys.platform != "linux" or not shutil.which("apt-get") or tried.exists():
        return
    print(f"   fetching {' and '.join(missing)}, which check the DICOM export", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    tried.write_text("Delete this file to let scripts/test.py try again.\n", encoding="utf-8")
    if not (_installed(missing) if os.geteuid() == 0 else _unpacked(missing)):
        print("   they could not be had; the tests that need them are passed over", flush=True)


def packages_of(uris: str) -> list[str]:
    """Return the packages that ``apt-get --print-uris`` lists, one 'URL' NAME_VERSION_ARCH.deb in a line."""
    return re.findall(r"^'[^']+' ([^_\s]+)_\S+\.deb ", uris, re.MULTILINE)


def _installed(packages: Sequence[str]) -> bool:
    _ran("apt-get", *_IMPATIENT, "update", "--quiet=2")
    install = ("apt-get", *_IMPATIENT, "install", "--yes", "--no-install-recommends")
    return _ran(*install, *packages) is not None


def _unpacked(packages: Sequence[str]) -> bool:
    """Unpack the packages, and those that they need and this machine lacks, below the folder."""
    uris = _ran("apt-get", "install", "--print-uris", "--yes", "--no-install-recommends", *packages)
    wanted = packages_of(uris or "")
    if not wanted or _ran("apt-get", *_IMPATIENT, "download", *wanted) is None:
        return False
    return all(_ran("dpkg", "-x", str(file), str(FOLDER)) is not None for file in FOLDER.glob("*.deb"))


def _ran(*command: str) -> str | None:
    """Return what a command wrote, None when it failed or took too long."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, cwd=FOLDER, env=quiet, capture_output=True, text=True, timeout=_PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
