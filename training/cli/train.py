"""Commands that plan a run from options and carry it out."""

from collections.abc import Callable
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from models.contract.shelf.card import ModelTask
from training.cli.run_options import flag_of, option_parameters
from training.cli.runs import run
from training.contract.command_errors import CommandRefusedError
from training.contract.plan import ArgumentValue
from training.contract.recipes import plan_for
from training.contract.run_folder import create_run_folder
from training.contract.run_options import RunOptions

_OUT: Final = "out"
_OutOption = Annotated[Path, typer.Option("--out", help="Run folder; an existing run is resumed.")]


def _command_for(task: ModelTask) -> Callable[..., None]:
    """A command that takes the options of a task; Typer reads them from its signature."""

    def command(**given: object) -> None:
        out = given.pop(_OUT)
        if not isinstance(out, Path):
            raise TypeError("the run folder is a path")
        try:
            plan = plan_for(_options(task, given))
        except ValidationError as error:
            raise _refusal(error) from error
        create_run_folder(out, plan)
        run(out)

    out = Parameter(_OUT, Parameter.KEYWORD_ONLY, annotation=_OutOption)
    data, *others = option_parameters(task)
    command.__dict__["__signature__"] = Signature([data, out, *others])
    return command


def _options(task: ModelTask, given: dict[str, object]) -> RunOptions:
    pairs = given.pop("dimensions") or []
    return RunOptions.model_validate({**given, "task": task, "dimensions": _dimensions(pairs)})


def _dimensions(pairs: object) -> dict[str, ArgumentValue]:
    """``name=4`` or ``name=1,2,3`` as the architecture's arguments."""
    found: dict[str, ArgumentValue] = {}
    for pair in pairs if isinstance(pairs, list) else []:
        name, _, text = pair.partition("=")
        try:
            numbers = tuple(int(part) for part in text.split(","))
        except ValueError as error:
            raise CommandRefusedError(f"--dimension {pair} is not name=number.") from error
        found[name] = numbers if len(numbers) > 1 else numbers[0]
    return found


def _refusal(error: ValidationError) -> CommandRefusedError:
    """What is wrong with the first option that is, named as the person wrote it."""
    problem = error.errors()[0]
    place = [str(part) for part in problem["loc"]]
    if place and place[0] in RunOptions.model_fields:
        place[0] = flag_of(place[0])
    return CommandRefusedError(f"{' '.join(place)}: {problem['msg']}".removeprefix(": "))


def add_training_commands(commands: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.command("segmentation", help="Train a network that outlines lesions.")(
        _command_for("segmentation")
    )
    commands.command("refinement", help="Train a network that redraws boundaries from clicks.")(
        _command_for("refinement")
    )
    commands.command("classification", help="Train a network that scores malignancy.")(
        _command_for("classification")
    )
