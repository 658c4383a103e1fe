"""Other people's DICOM programs, which judge what Naevus writes; ``scripts/test.py`` fetches them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

UNPACKED = Path(sys.prefix) / "foreign"
"""Where ``scripts/foreign_programs.py`` unpacks them without the rights to install."""


def ran(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program; a machine that has not got it passes the test over."""
    found = shutil.which(program) or shutil.which(program, path=str(UNPACKED / "usr" / "bin"))
    if found is None:
        pytest.skip(f"{program} is not on this machine, and apt-get could not bring it")
    command = [found, *map(str, arguments)]
    return subprocess.run(
        command, env=_environment(), capture_output=True, text=True, errors="replace", timeout=60, check=False
    )


def errors_of_dciodvfy(file: Path) -> Sequence[str]:
    """Return what dicom3tools' validator calls an error in a DICOM file."""
    said = ran("dciodvfy", file).stderr
    assert said.strip(), "the validator has said nothing, not even the kind of object"
    return [line for line in said.splitlines() if line.startswith("Error")]


def _environment() -> dict[str, str]:
    """Return an environment in which unpacked programs find their libraries and dictionaries."""
    if not UNPACKED.is_dir():
        return dict(os.environ)
    libraries = (str(folder) for folder in (UNPACKED / "usr" / "lib").glob("*-linux-gnu*"))
    dictionary = next((UNPACKED / "usr" / "share").glob("libdcmtk*/dicom.dic"), None)
    said = {} if dictionary is None else {"DCMDICTPATH": str(dictionary)}
    return os.environ | {"LD_LIBRARY_PATH": os.pathsep.join(libraries)} | said
