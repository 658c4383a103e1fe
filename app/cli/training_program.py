"""The training program, as a process beside this one: the application itself never imports torch."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import typer

_ROOT = Path(__file__).resolve().parents[2]

PASSED_ON: Final[dict[str, Any]] = {
    "context_settings": {"allow_extra_args": True, "ignore_unknown_options": True},
    "add_help_option": False,
}
"""For a command whose arguments, its --help included, are those of the training program."""


def training_program(arguments: Sequence[str]) -> int:
    """Run the training program; Ctrl+C reaches it too, and it decides how to stop."""
    is_frozen = bool(getattr(sys, "frozen", False))
    command = [sys.executable, "--training"] if is_frozen else [sys.executable, "-m", "training"]
    search = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen([*command, *arguments], env={**os.environ, "PYTHONPATH": search})
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def data(context: typer.Context) -> None:
    """Check, split, count or convert a data set: 'naevus data --help'."""
    raise typer.Exit(training_program(["data", *context.args]))
