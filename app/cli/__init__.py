"""The same use cases without a window; ``naevus --help`` lists them.

Each command calls one use case. ``--json`` prints what it returned. How a command ends is said in
``training.contract.command_errors``, for the training program, too.
"""

import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from app import __version__
from app.cli.cases import add_case_commands
from app.cli.context import RESEARCH_USE, CliContext
from app.cli.corrections import add_correction_commands
from app.cli.machine import add_machine_commands
from app.cli.metadata import add_metadata_commands
from app.cli.models import models
from app.cli.move import add_move_command
from app.cli.training import train
from app.cli.training_program import PASSED_ON, data
from app.cli.watch import add_watch_command
from app.cli.work_list import add_work_list_commands
from app.translation import _
from app.usecases.services import Services
from training.contract.command_errors import INTERRUPTED, exit_code_of, print_error

_commands = typer.Typer(
    name="naevus",
    help=f"Dermoscopy review workstation. {RESEARCH_USE}",
    no_args_is_help=True,
    # A pretty traceback prints local variables, and those may hold a patient's name.
    pretty_exceptions_enable=False,
)


def run(arguments: Sequence[str], open_services: Callable[[Path | None], Services]) -> int:
    """Carry out a command line and return the exit code."""
    _print_what_the_streams_can()
    cli = CliContext(open_services)
    try:
        code = exit_code_of(lambda: _commands(list(arguments), obj=cli, prog_name="naevus"))
    finally:
        cli.close()
    if code == INTERRUPTED and not cli.is_passed_on:
        print_error(_("Stopped; what was finished before is kept."))
    return code


def _print_what_the_streams_can() -> None:
    """Let a letter that the terminal's or file's encoding lacks become a question mark, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _say_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(_("Naevus {version}").format(version=__version__))
        raise typer.Exit


@_commands.callback()
def _options(
    context: typer.Context,
    data_dir: Annotated[Path | None, typer.Option(help="Data folder instead of the user's own.")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    context.obj.data_dir = data_dir


add_case_commands(_commands)
add_work_list_commands(_commands)
add_metadata_commands(_commands)
add_watch_command(_commands)
add_move_command(_commands)
add_correction_commands(_commands)
_commands.add_typer(models)
add_machine_commands(_commands)
_commands.add_typer(train)
_commands.command("data", **PASSED_ON)(data)
