"""The training process and its commands.

python -m training RUN_FOLDER                                   carry out, or go on with, a run
torchrun --nproc_per_node N -m training RUN_FOLDER              the same by N processes together
python -m training forecast RUN_FOLDER                          what the run will cost, as one line of JSON
python -m training report RUN_FOLDER                            draw its curves into report.png
python -m training segmentation|refinement|classification --data DIR --out DIR
                                                                plan a run and carry it out
python -m training publish RUN_FOLDER --to DIR                  write a model folder from a run
python -m training evaluate MODEL_FOLDER --data DIR             measure a model, into its card
python -m training exam CANDIDATE --against ACTIVE --data DIR   measure a model beside the one in use
python -m training compare --task TASK [MODEL ...]              models side by side: cost and accuracy
python -m training explain MODEL [--check]                      overlays as pictures, or how far to trust them
python -m training data check|stats|split|convert ...           look after a data set, or make one
python -m training describe-data MODEL_FOLDER --data DIR        describe its training images, into its card
"""

import io
import os
import sys

import typer

from training.cli.compare import add_compare_command
from training.cli.data import data
from training.cli.explain import add_explain_command
from training.cli.machine import add_machine_command
from training.cli.measure import add_model_commands
from training.cli.runs import add_run_commands
from training.cli.train import add_training_commands
from training.contract.command_errors import exit_code_of

PROGRAM_VARIABLE = "NAEVUS_PROGRAM"
"""How a person has called this program, for its help; set by the application."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help=__doc__,
    # A pretty traceback prints local variables, and those may hold what names a patient.
    pretty_exceptions_enable=False,
)
add_run_commands(app)
add_training_commands(app)
add_model_commands(app)
add_machine_command(app)
app.add_typer(data, name="data")
add_compare_command(app)
add_explain_command(app)


def main(arguments: list[str]) -> None:
    """Carry out the command that the arguments name and exit with its code; a bare folder means its run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A letter that the terminal's encoding lacks becomes a question mark, not an error.
            stream.reconfigure(errors="replace")
    is_bare_folder = bool(arguments) and not arguments[0].startswith("-")
    if is_bare_folder and arguments[0] not in _verbs():
        arguments = ["run", *arguments]
    sys.exit(exit_code_of(lambda: app(arguments, prog_name=os.environ.get(PROGRAM_VARIABLE, "training"))))


def _verbs() -> frozenset[str]:
    commands = {each.name or getattr(each.callback, "__name__", "") for each in app.registered_commands}
    groups = {each.name for each in app.registered_groups if isinstance(each.name, str)}
    return frozenset(commands | groups)


if __name__ == "__main__":
    main(sys.argv[1:])
