"""Commands that teach models: from corrections of this clinic, or with the training program itself."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from typer.core import TyperGroup

from app.cli.context import TOKEN, CliContext, Json, SnapshotOption, cli_of
from app.cli.training_program import PASSED_ON, pass_on
from app.domain.errors import LearningError
from app.translation import _
from app.usecases.learning.follow_run import follow_run, list_runs
from app.usecases.learning.freeze_snapshot import freeze_snapshot
from app.usecases.learning.run_records import RunLine
from app.usecases.learning.start_run import forecast_run, start_run
from app.usecases.learning.stop_run import resume_run, stop_run
from models.contract.shelf.card import Task
from training.contract.run_state import RunState
from training.contract.terminal_tables import add_row, no_wrap_column

_LOOK_EVERY_S = 1.0
_ENDINGS = ("finished", "stopped", "failed")

_FROM_A_DATA_SET: Final = "From a data set"
_RUN_FOLDER: Final = "run"


class _TrainingGroup(TyperGroup):
    """The commands below; a folder in the place of a command means the run in it."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401  Typer keeps these types private
        named = super().get_command(ctx, cmd_name)
        return super().get_command(ctx, _RUN_FOLDER) if named is None and Path(cmd_name).is_dir() else named


train = typer.Typer(
    name="train",
    cls=_TrainingGroup,
    help="Teach models: the one that serves from this clinic's corrections, or new ones from a data set.",
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)
_Task = Annotated[Task, typer.Argument(help="segmentation or classification.")]
_Run = Annotated[str, typer.Argument(help="Id of a run, as 'naevus train runs' lists it.")]


@train.command()
def snapshot(
    context: typer.Context,
    task: _Task,
    any_confirmation: Annotated[
        bool, typer.Option("--any-confirmation", help="Take diagnoses without histopathology, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Freeze the signed corrections, under pseudonyms, for training."""
    cli = cli_of(context, as_json=as_json)
    frozen = cli.follow(freeze_snapshot(cli.services, task, token=TOKEN, any_confirmation=any_confirmation))
    table = Table("", "images", "patients")
    for subset, count in frozen.images_by_subset.items():
        add_row(table, subset, str(count), str(frozen.patients_by_subset[subset]))
    cli.show(frozen, table)
    if not as_json:
        cli.console.print(_("Snapshot {id}").format(id=frozen.id), markup=False, soft_wrap=True)
        if frozen.warning:
            cli.errors.print(frozen.warning, markup=False, soft_wrap=True)
        for reason, count in frozen.left_out.items():
            cli.errors.print(
                _("Left out ({count}): {reason}").format(count=count, reason=reason),
                markup=False,
                soft_wrap=True,
            )


@train.command()
def start(
    context: typer.Context,
    task: _Task,
    snapshot_id: SnapshotOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another order of the images.")] = 17,
    threads: Annotated[int, typer.Option(min=0, help="0: all processor cores.")] = 0,
    amp: Annotated[bool, typer.Option("--amp", help="bfloat16; scans stay float32.")] = False,
    as_json: Json = False,
) -> None:
    """Start a run that teaches the model that serves; it goes on by itself."""
    cli = cli_of(context, as_json=as_json)
    line = start_run(cli.services, task, snapshot_id, amp=amp, seed=seed, threads=threads)
    cli.show(line, _("{id} is running; 'naevus train watch {id}' shows how far it is.").format(id=line.id))


@train.command()
def forecast(
    context: typer.Context,
    task: _Task,
    snapshot_id: SnapshotOption = None,
    threads: Annotated[int, typer.Option(min=0, help="0: all processor cores.")] = 0,
    as_json: Json = False,
) -> None:
    """Measure what such a run would cost on this machine."""
    cli = cli_of(context, as_json=as_json)
    found = forecast_run(cli.services, task, snapshot_id, threads=threads)
    memory = (
        ""
        if found.memory_bytes is None
        else _(", {memory_bytes:.1f} GiB").format(memory_bytes=found.memory_bytes / 2**30)
    )
    cli.show(
        found,
        _("About {seconds:.0f} min on {device}{memory}. {note}")
        .format(seconds=found.seconds / 60, device=found.device, memory=memory, note=found.note)
        .rstrip(),
    )


@train.command()
def resume(context: typer.Context, run_id: _Run, as_json: Json = False) -> None:
    """Go on with a run that was stopped or broken off."""
    cli = cli_of(context, as_json=as_json)
    cli.show(resume_run(cli.services, run_id), _("{run_id} goes on.").format(run_id=run_id))


@train.command()
def stop(context: typer.Context, run_id: _Run, as_json: Json = False) -> None:
    """Ask a run to stop; asked again after half a minute, it is ended."""
    cli = cli_of(context, as_json=as_json)
    cli.show(stop_run(cli.services, run_id), _("{run_id} was asked to stop.").format(run_id=run_id))


@train.command()
def runs(context: typer.Context, as_json: Json = False) -> None:
    """List the runs, the newest first."""
    cli = cli_of(context, as_json=as_json)
    lines = list_runs(cli.services)
    cli.show(lines, _table_of(lines))


@train.command()
def watch(
    context: typer.Context,
    run_id: Annotated[str | None, typer.Argument(help="Name of the run; the newest when left out.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once and do not wait for the end.")] = False,
    as_json: Json = False,
) -> None:
    """Show how far a run is until it ends; Ctrl+C only looks away, the run goes on."""
    cli = cli_of(context, as_json=as_json)
    run_id = run_id or _newest(cli)
    run_state = follow_run(cli.services, run_id)
    try:
        while not once and run_state.state not in _ENDINGS:
            if cli.errors.is_terminal:
                cli.errors.print(_words(run_state), end="\r", markup=False)
            time.sleep(_LOOK_EVERY_S)
            run_state = follow_run(cli.services, run_id)
    except KeyboardInterrupt:
        cli.errors.print(
            _("{run_id} goes on; 'naevus train watch {run_id}' looks at it again.").format(run_id=run_id),
            markup=False,
        )
    cli.show(run_state, _words(run_state))
    if run_state.state == "failed":
        raise typer.Exit(1)


def _newest(cli: CliContext) -> str:
    lines = list_runs(cli.services)
    if not lines:
        raise LearningError(_("There is no run yet; 'naevus train start segmentation' starts one."))
    return lines[0].id


def _words(run_state: RunState) -> str:
    left = (
        ""
        if run_state.seconds_left is None
        else _(", about {seconds_left:.0f} min left").format(seconds_left=run_state.seconds_left / 60)
    )
    first = _("{state}: step {step} of {total_steps}{left}").format(
        state=run_state.state, step=run_state.step, total_steps=run_state.total_steps, left=left
    )
    gate = () if run_state.verdict is None else run_state.verdict.reasons
    return "\n".join((first, *run_state.notices, *((run_state.ending,) if run_state.ending else ()), *gate))


def _table_of(lines: Sequence[RunLine]) -> Table:
    table = Table(no_wrap_column("run"), "state", "step", "from", "exam", _("started by"))
    for line in lines:
        exam = {True: "passed", False: _("not passed"), None: "-"}[line.passed]
        step = _("{step} of {total_steps}").format(step=line.step, total_steps=line.total_steps)
        add_row(table, line.id, line.state, step, line.base, exam, line.started_by)
    return table


def _passed_on(context: typer.Context) -> None:
    pass_on(context, [context.info_name or "", *context.args])


_TRAINING_PROGRAM: Final = {
    "segmentation": "Train a network that outlines lesions.",
    "refinement": "Train a network that redraws boundaries from clicks.",
    "classification": "Train a network that scores malignancy.",
    _RUN_FOLDER: "Carry out the run of a folder, or go on where it stopped.",
    "report": "Draw the curves of a run into report.png in its folder.",
    "publish": "Write a model folder (weights, graph, card) from the best checkpoint of a run.",
    "evaluate": "Measure a model on held-out images, once, and write the figures into its card.",
    "describe-data": "Write into a segmenter's card what its training images are like.",
}
"""What each of these commands says of itself; the training program has their options."""
_ALSO_UNDERSTOOD: Final = ("exam", "compare", "explain", "data", "scan-kernels")
"""Of the training program; 'naevus models' and 'naevus data' are where a person finds them."""
_ELSEWHERE: Final = "A command of the training program; see 'naevus models' and 'naevus data'."

for _name, _help in _TRAINING_PROGRAM.items():
    train.command(_name, help=_help, rich_help_panel=_FROM_A_DATA_SET, **PASSED_ON)(_passed_on)
for _name in _ALSO_UNDERSTOOD:
    train.command(_name, help=_ELSEWHERE, hidden=True, **PASSED_ON)(_passed_on)
