"""The options of a training command, made from the choices of a run, so that each is described once."""

from inspect import Parameter
from typing import Annotated, Final

import typer
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from models.contract.shelf.card import ModelTask
from training.contract.run_options import CommandLineName, RunOptions

_SAID_BY_THE_COMMAND: Final = "task"
_DIMENSIONS: Final = "dimensions"


def flag_of(choice: str) -> str:
    """The option by which a choice of RunOptions is named on the command line."""
    return _name_of(RunOptions.model_fields[choice]).flag or f"--{choice.replace('_', '-')}"


def option_parameters(task: ModelTask) -> list[Parameter]:
    """A parameter for each choice that is offered for a task, as Typer reads them from a function."""
    return [
        _parameter(choice, field)
        for choice, field in RunOptions.model_fields.items()
        if choice != _SAID_BY_THE_COMMAND and task in (_name_of(field).tasks or (task,))
    ]


def _parameter(choice: str, field: FieldInfo) -> Parameter:
    # On the command line a dimension is written name=value, as often as there are dimensions.
    value_type: object = list[str] | None if choice == _DIMENSIONS else field.annotation
    default = Parameter.empty if field.default is PydanticUndefined else field.default
    return Parameter(
        choice,
        Parameter.KEYWORD_ONLY,
        annotation=Annotated[value_type, typer.Option(flag_of(choice), help=field.description)],
        default=None if choice == _DIMENSIONS else default,
    )


def _name_of(field: FieldInfo) -> CommandLineName:
    return next((each for each in field.metadata if isinstance(each, CommandLineName)), CommandLineName())
