"""Runs every check of the project: ruff, mypy, import contracts, pytest; run it before you push.

python scripts/test.py              everything
python scripts/test.py --fast       while you work: neither mypy nor the tests marked slow
python scripts/test.py -k canvas    everything, with pytest limited by its own arguments
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from environment import ROOT, SetUpError, prepared_python
from foreign_programs import provide_foreign_programs

FAST = "--fast"


def _checks(python: Path, pytest_arguments: list[str], *, is_fast: bool) -> list[tuple[str, list[str]]]:
    module = [str(python), "-m"]
    lint_imports = python.with_name("lint-imports.exe" if sys.platform == "win32" else "lint-imports")
    tests = [*module, "pytest", "-q", *_side_by_side(), *pytest_arguments]
    quick = [
        ("ruff", [*module, "ruff", "check", "."]),
        ("ruff format", [*module, "ruff", "format", "--check", "."]),
        ("import contracts", [str(lint_imports), "--no-cache"]),
    ]
    if is_fast:
        return [*quick, ("pytest", [*tests, "-m", "not slow"])]
    return [*quick, ("mypy", [*module, "mypy"]), ("pytest", tests)]


def _side_by_side() -> list[str]:
    """A worker per processor, at most four; tests of one file stay together and share what they build."""
    return ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile"]


def _environment() -> dict[str, str]:
    """One thread per library, no window, warnings on: the same on a desk and on a server."""
    quiet = {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "2", "PYTHONUNBUFFERED": "1"}
    return os.environ | quiet


def main() -> int:
    """Set up with the development group and run all checks; the exit code counts the failed ones."""
    try:
        python = prepared_python(with_development=True)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1
    provide_foreign_programs()
    arguments = [argument for argument in sys.argv[1:] if argument != FAST]
    failed = []
    for name, command in _checks(python, arguments, is_fast=FAST in sys.argv):
        print(f"== {name}", flush=True)
        started = time.monotonic()
        if subprocess.run(command, cwd=ROOT, env=_environment()).returncode:
            failed.append(name)
        print(
            f"== {name}: {'FAILED' if name in failed else 'passed'} in {time.monotonic() - started:.0f} s",
            flush=True,
        )
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
