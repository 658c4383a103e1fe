"""The training process and its doors.

python -m training RUN_FOLDER                                   carry out, or go on with, a run
torchrun --nproc_per_node N -m training RUN_FOLDER              the same by N processes together
python -m training forecast RUN_FOLDER                          what the run will cost, as one line of JSON
python -m training segmentation|classification --data DIR --out DIR      plan a run and carry it out
python -m training publish RUN_FOLDER --to DIR                  write a model folder from a run
python -m training evaluate MODEL_FOLDER --data DIR             measure a model, into its card
python -m training exam CANDIDATE --against ACTIVE --data DIR   measure a model beside the one in use
python -m training describe-data MODEL_FOLDER --data DIR        describe its training images, into its card
"""

import sys
import time
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer
from pydantic import ValidationError

from training.contract.data_set import DataSetError
from training.contract.recipes import RunOptions, plan_for
from training.contract.run_folder import RunFolder, RunFolderError, create_run_folder

_STARTED_AT = time.time()
"""Before torch is imported, which takes seconds in which a person may already ask for a stop."""

Device: TypeAlias = Literal["auto", "cpu", "cuda"]
_VERBS = ("run", "forecast", "segmentation", "classification", "publish", "evaluate", "exam", "describe-data")

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)


class _Refused(typer.Exit):
    """Ends the process with the sentence a person can act on."""

    def __init__(self, reason: object) -> None:
        typer.echo(str(reason), err=True)
        super().__init__(1)


DataOption = Annotated[Path, typer.Option("--data", help="Folder with manifest.csv.")]
OutOption = Annotated[Path, typer.Option("--out", help="Run folder; an existing run is resumed.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="Architecture by name.")]
DimensionOption = Annotated[
    list[str] | None,
    typer.Option("--dimension", help="name=value of the architecture, e.g. base_channels=8."),
]
HeightOption = Annotated[int | None, typer.Option("--height", help="Input height, px.")]
WidthOption = Annotated[int | None, typer.Option("--width", help="Input width, px.")]
EpochsOption = Annotated[int | None, typer.Option("--epochs")]
BatchOption = Annotated[int | None, typer.Option("--batch-size")]
RateOption = Annotated[float | None, typer.Option("--lr", help="Highest learning rate.")]
LossOption = Annotated[str | None, typer.Option("--loss")]
AmpOption = Annotated[bool, typer.Option("--amp/--no-amp", help="bfloat16; scans stay float32.")]
FoldOption = Annotated[int | None, typer.Option("--fold", help="Hold out this fifth of train.")]
SeedOption = Annotated[int, typer.Option("--seed")]
ThreadsOption = Annotated[int, typer.Option("--threads", help="0: all processor cores.")]
ContinueOption = Annotated[
    Path | None,
    typer.Option("--continue-from", help="First weights: a checkpoint, or a model's weights file."),
]
QuickOption = Annotated[bool, typer.Option("--quick-test", help="A toy run in seconds.")]
NameOption = Annotated[str | None, typer.Option("--name", help="Name of the published model.")]
VersionOption = Annotated[str, typer.Option("--version")]


@app.command()
def run(
    folder: Path,
    device: Annotated[Device, typer.Option("--device", help="auto: CUDA where there is one.")] = "auto",
) -> None:
    """Carry out the run of a folder, or go on where it stopped."""
    from training.engine.run import run as carry_out

    try:
        ending = carry_out(RunFolder(folder), device=device, started_at=_STARTED_AT)
    except RunFolderError as error:
        raise _Refused(error) from error
    if ending.kind == "run_failed":
        raise _Refused(ending.reason)


@app.command()
def forecast(
    folder: Path,
    device: Annotated[Device, typer.Option("--device", help="auto: CUDA where there is one.")] = "auto",
) -> None:
    """Measure a few real steps of a run and print its time and memory as one line of JSON."""
    from training.engine.forecast import forecast as measured
    from training.engine.reasons import plain_reason

    try:
        typer.echo(measured(RunFolder(folder), device=device).model_dump_json())
    except RunFolderError as error:
        raise _Refused(error) from error
    except Exception as error:
        reason = plain_reason(error)
        if reason is None:
            raise
        raise _Refused(reason) from error


def _train(options: dict[str, object], out: Path, dimensions: list[str] | None) -> None:
    try:
        chosen = RunOptions.model_validate({**options, "dimensions": _dimensions(dimensions or [])})
        create_run_folder(out, plan_for(chosen))
    except ValidationError as error:
        problem = error.errors()[0]
        where = " ".join(str(part) for part in problem["loc"])
        raise _Refused(f"{where}: {problem['msg']}".lstrip(": ")) from error
    except RunFolderError as error:
        raise _Refused(error) from error
    run(out)


def _dimensions(pairs: list[str]) -> dict[str, object]:
    """``name=4`` or ``name=1,2,3`` as the architecture's arguments."""
    found: dict[str, object] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        try:
            numbers = tuple(int(part) for part in text.split(","))
        except ValueError as error:
            raise _Refused(f"--dimension {pair} is not name=number.") from error
        found[name] = numbers if len(numbers) > 1 else numbers[0]
    return found


@app.command()
def segmentation(
    data: DataOption,
    out: OutOption,
    model: ModelOption = None,
    dimension: DimensionOption = None,
    height: HeightOption = None,
    width: WidthOption = None,
    epochs: EpochsOption = None,
    batch_size: BatchOption = None,
    lr: RateOption = None,
    loss: LossOption = None,
    amp: AmpOption = False,
    fold: FoldOption = None,
    seed: SeedOption = 17,
    threads: ThreadsOption = 0,
    continue_from: ContinueOption = None,
    quick_test: QuickOption = False,
    name: NameOption = None,
    version: VersionOption = "1",
) -> None:
    """Train a network that outlines lesions."""
    _train(_options("segmentation", locals()), out, dimension)


@app.command()
def classification(
    data: DataOption,
    out: OutOption,
    model: ModelOption = None,
    dimension: DimensionOption = None,
    size: Annotated[int | None, typer.Option("--size", help="Side of the crop, px.")] = None,
    epochs: EpochsOption = None,
    batch_size: BatchOption = None,
    lr: RateOption = None,
    loss: LossOption = None,
    amp: AmpOption = False,
    fold: FoldOption = None,
    seed: SeedOption = 17,
    threads: ThreadsOption = 0,
    continue_from: ContinueOption = None,
    quick_test: QuickOption = False,
    name: NameOption = None,
    version: VersionOption = "1",
) -> None:
    """Train a network that scores malignancy."""
    given = {**locals(), "height": size, "width": size}
    _train(_options("classification", given), out, dimension)


_OPTION_BY_ARGUMENT = {
    "data": "data_dir",
    "model": "architecture",
    "height": "height_px",
    "width": "width_px",
    "epochs": "epochs",
    "batch_size": "batch_size",
    "lr": "learning_rate",
    "loss": "loss",
    "amp": "amp",
    "fold": "fold",
    "seed": "seed",
    "threads": "threads",
    "continue_from": "continue_from",
    "quick_test": "quick_test",
    "name": "model_name",
    "version": "model_version",
}


def _options(task: str, arguments: dict[str, object]) -> dict[str, object]:
    renamed = {option: arguments[name] for name, option in _OPTION_BY_ARGUMENT.items()}
    return {"task": task, **renamed}


@app.command()
def publish(
    folder: Path,
    to: Annotated[Path, typer.Option("--to", help="Folder of models.")],
    note: Annotated[str, typer.Option("--note", help="A sentence for the card's recipe.")] = "",
    data_note: Annotated[str, typer.Option("--data-note", help="A sentence for its data.")] = "",
) -> None:
    """Write a model folder (weights, graph, card) from the best checkpoint of a run."""
    from training.engine.publish import Notes
    from training.engine.publish import publish as write_model

    try:
        typer.echo(str(write_model(RunFolder(folder), to, notes=Notes(note, data_note))))
    except (RunFolderError, DataSetError) as error:
        raise _Refused(error) from error


@app.command()
def evaluate(
    folder: Path,
    data: DataOption,
    split: Annotated[str, typer.Option("--split")] = "test",
    segmenter: Annotated[
        Path | None, typer.Option("--segmenter", help="Model folder that draws the masks.")
    ] = None,
) -> None:
    """Measure a model on held-out images, once, and write the figures into its card."""
    from models.contract.card import read_card
    from models.contract.errors import ContractError
    from training.engine import evaluate as evaluation

    try:
        if read_card(folder).task == "segmentation":
            found = evaluation.evaluate_segmenter(folder, data, split)
        elif segmenter is not None:
            found = evaluation.evaluate_classifier(folder, data, split, segmenter)
        else:
            raise typer.BadParameter(
                "A score model is measured with the masks of one.", param_hint="--segmenter"
            )
    except (DataSetError, ContractError) as error:
        raise _Refused(error) from error
    evaluation.write(found, folder)
    for name, metric in found.card.metrics.items():
        typer.echo(f"{name}: {metric.value:.4f} ({metric.low} to {metric.high}, n = {metric.n})")


@app.command("describe-data")
def describe_data(folder: Path, data: DataOption) -> None:
    """Write into a segmenter's card what its training images are like."""
    from models.contract.errors import ContractError
    from training.engine.reference_statistics import describe_data as describe

    try:
        card = describe(folder, data)
    except (DataSetError, ContractError) as error:
        raise _Refused(error) from error
    images = card.reference_statistics.images if card.reference_statistics is not None else 0
    typer.echo(f"{card.reference}: {images} training images described.")


@app.command()
def exam(
    candidate: Path,
    against: Annotated[Path, typer.Option("--against", help="Folder of the model in use.")],
    data: DataOption,
    reference: Annotated[
        Path | None,
        typer.Option("--reference", help="Data folder of bundled images that show forgetting."),
    ] = None,
) -> None:
    """Measure a model beside the one in use, into exam.json, and say what the gate thinks of it."""
    from models.contract.errors import ContractError
    from models.contract.exam import write_exam
    from models.contract.exam_table import table_lines
    from models.contract.gate import verdict
    from training.engine.exam import sit_exam

    try:
        sat = sit_exam(candidate, against, data, reference=reference)
    except (DataSetError, ContractError) as error:
        raise _Refused(error) from error
    write_exam(sat, candidate)
    found = verdict(sat)
    for line in (*table_lines(sat), "passed" if found.passed else "not passed", *found.reasons):
        typer.echo(line)


def main(arguments: list[str]) -> None:
    """Open the door that the arguments name; a bare folder means its run."""
    is_bare_folder = bool(arguments) and not arguments[0].startswith("-")
    if is_bare_folder and arguments[0] not in _VERBS:
        arguments = ["run", *arguments]
    app(arguments, prog_name="training")


if __name__ == "__main__":
    main(sys.argv[1:])
