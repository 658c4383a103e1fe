"""The training program, as a process beside this one: the application itself never imports torch."""

import signal
import subprocess
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import typer

from app.subprocesses import HEAVY_WORK, environment, training_command

_PATIENCE_S = 120
"""Torch takes seconds to import, on a busy machine many."""

PASSED_ON: Final[dict[str, Any]] = {
    "context_settings": {"allow_extra_args": True, "ignore_unknown_options": True},
    "add_help_option": False,
}
"""For a command whose arguments, its --help included, are those of the training program."""


_PROGRAM_VARIABLE = "NAEVUS_PROGRAM"
"""By which the training program is told how it was called, so that its help names the same command."""


def pass_on(context: typer.Context, arguments: Sequence[str]) -> NoReturn:
    """Let the training program carry out the rest of a command line, and end as it ends."""
    context.obj.is_passed_on = True
    group = context.parent.command_path if context.parent is not None else "naevus"
    raise typer.Exit(_carried_out(arguments, called=group))


def _carried_out(arguments: Sequence[str], *, called: str) -> int:
    """Run the training program; Ctrl+C reaches it too, and it decides how to stop."""
    settings = {**environment(HEAVY_WORK), _PROGRAM_VARIABLE: called}
    process = subprocess.Popen([*training_command(), *arguments], env=settings)
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
    """Check, count, split or convert a data set."""
    pass_on(context, ["data", *context.args])
