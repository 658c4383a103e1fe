"""The training program, as a process beside this one: the application itself never imports torch."""

import signal
import subprocess
from collections.abc import Sequence
from typing import Any, Final

import typer

from app.subprocesses import HEAVY_WORK, environment, training_command

_PATIENCE_S = 120
"""Torch takes seconds to import, on a busy machine many."""

PASSED_ON: Final[dict[str, Any]] = {
    "context_settings": {"allow_extra_args": True, "ignore_unknown_options": True},
    "add_help_option": False,
}
"""For a command whose arguments, its --help included, are those of the training program."""


def training_program(arguments: Sequence[str]) -> int:
    """Run the training program; Ctrl+C reaches it too, and it decides how to stop."""
    process = subprocess.Popen([*training_command(), *arguments], env=environment(HEAVY_WORK))
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def training_answer(arguments: Sequence[str]) -> str | None:
    """What the training program prints about a question of some seconds; None when it fails."""
    try:
        answer = subprocess.run(
            [*training_command(), *arguments],
            env=environment(HEAVY_WORK),
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout


def data(context: typer.Context) -> None:
    """Check, split, count or convert a data set: 'naevus data --help'."""
    raise typer.Exit(training_program(["data", *context.args]))
