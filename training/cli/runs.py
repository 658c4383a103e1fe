"""Commands about a run folder: carry it out, forecast what it will cost, or draw how it went."""

import time
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from training.contract.command_errors import CommandRefusedError
from training.contract.run_folder import RunFolder

STARTED_AT = time.time()
"""Before torch is imported, which takes seconds in which a person may already ask for a stop."""

Device: TypeAlias = Literal["auto", "cpu", "cuda"]
RunFolderArgument = Annotated[Path, typer.Argument(help="Run folder, which holds plan.json.")]


def run(
    folder: RunFolderArgument,
    device: Annotated[Device, typer.Option("--device", help="auto: CUDA where there is one.")] = "auto",
) -> None:
    """Carry out the run of a folder, or go on where it stopped."""
    from training.runs.run import run as carry_out

    ending = carry_out(RunFolder(folder), device=device, started_at=STARTED_AT)
    if ending.kind == "run_failed":
        raise CommandRefusedError(ending.reason)


def forecast(
    folder: RunFolderArgument,
    device: Annotated[Device, typer.Option("--device", help="auto: CUDA where there is one.")] = "auto",
) -> None:
    """Measure a few real steps of a run and print its time and memory as one line of JSON."""
    from training.loop.error_messages import plain_reason
    from training.runs.forecast import forecast as measured

    try:
        typer.echo(measured(RunFolder(folder), device=device).model_dump_json())
    except Exception as error:
        reason = plain_reason(error)
        if reason is None:
            raise
        raise CommandRefusedError(reason) from error


def report(folder: RunFolderArgument) -> None:
    """Draw the curves of a run into report.png in its folder."""
    from training.runs.run_report import write_report

    started = RunFolder(folder)
    typer.echo(str(write_report(started, started.plan())))


def add_run_commands(commands: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (run, forecast, report):
        commands.command()(command)
