"""Doors that plan a run from options and carry it out."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from training.cli.command_errors import Refused
from training.cli.runs import run
from training.contract.data_set import DataSetError
from training.contract.plan import Schedule
from training.contract.recipes import AugmentationChoice, RunOptions, SamplerChoice, plan_for
from training.contract.run_folder import RunFolderError, create_run_folder

DataOption = Annotated[Path, typer.Option("--data", help="Folder with manifest.csv.")]
OutOption = Annotated[Path, typer.Option("--out", help="Run folder; an existing run is resumed.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="Architecture by name.")]
DimensionOption = Annotated[
    list[str] | None,
    typer.Option("--dimension", help="name=value of the architecture, e.g. base_channels=8."),
]
HeightOption = Annotated[int | None, typer.Option("--height", help="Input height, px.")]
WidthOption = Annotated[int | None, typer.Option("--width", help="Input width, px.")]
EpochsOption = Annotated[
    int | None, typer.Option("--epochs", help="Times that every image is shown; the recipe's when left out.")
]
BatchOption = Annotated[
    int | None, typer.Option("--batch-size", help="Images per batch; the recipe's when left out.")
]
RateOption = Annotated[float | None, typer.Option("--lr", help="Highest learning rate.")]
LossOption = Annotated[
    str | None, typer.Option("--loss", help="Name of the loss; the recipe's when left out.")
]
AmpOption = Annotated[bool, typer.Option("--amp/--no-amp", help="bfloat16; scans stay float32.")]
CheckpointingOption = Annotated[
    bool,
    typer.Option("--gradient-checkpointing", help="Less memory, more time; the same gradients."),
]
AccumulateOption = Annotated[
    int,
    typer.Option(
        "--accumulate",
        help="Batches per step: the step of one large batch, but for batch normalisation.",
    ),
]
ScheduleOption = Annotated[
    Schedule | None, typer.Option("--schedule", help="one_cycle when left out.", show_default=False)
]
EarlyStopOption = Annotated[
    int, typer.Option("--early-stop", help="Finish after so many epochs without a gain; 0: never.")
]
AugmentOption = Annotated[
    AugmentationChoice,
    typer.Option("--augment", help="strong adds bending, hairs, a dark rim, cut-outs, camera noise."),
]
TensorboardOption = Annotated[
    bool, typer.Option("--tensorboard", help="Curves in the run folder, under tensorboard/.")
]
FoldOption = Annotated[
    int | None, typer.Option("--fold", help="Hold out this part of train, counted from 0.")
]
FoldsOption = Annotated[int, typer.Option("--folds", help="Parts that train is divided into.")]
SeedOption = Annotated[
    int, typer.Option("--seed", help="Another seed, other first weights and another order.")
]
ThreadsOption = Annotated[int, typer.Option("--threads", help="0: all processor cores.")]
ContinueOption = Annotated[
    Path | None,
    typer.Option("--continue-from", help="First weights: a checkpoint, or a model's weights file."),
]
InitOption = Annotated[
    str | None,
    typer.Option(
        "--init",
        help="First weights: imagenet (bundled, for the *_efficient networks), none, or a model as "
        "name/version or folder; left out, imagenet where there is one.",
        show_default=False,
    ),
]
StructureMapsOption = Annotated[
    bool,
    typer.Option("--structure-maps", help="Teach maps of structures, too (dermomamba_efficient only)."),
]
QuickOption = Annotated[bool, typer.Option("--quick-test", help="A toy run in seconds.")]
NameOption = Annotated[str | None, typer.Option("--name", help="Name of the published model.")]
VersionOption = Annotated[str, typer.Option("--version", help="Version of the published model.")]


def _train(options: dict[str, object], out: Path, dimensions: list[str] | None) -> None:
    try:
        chosen = RunOptions.model_validate({**options, "dimensions": _dimensions(dimensions or [])})
        create_run_folder(out, plan_for(chosen))
    except ValidationError as error:
        problem = error.errors()[0]
        where = " ".join(str(part) for part in problem["loc"])
        raise Refused(f"{where}: {problem['msg']}".lstrip(": ")) from error
    except (RunFolderError, DataSetError) as error:
        raise Refused(error) from error
    run(out)


def _dimensions(pairs: list[str]) -> dict[str, object]:
    """``name=4`` or ``name=1,2,3`` as the architecture's arguments."""
    found: dict[str, object] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        try:
            numbers = tuple(int(part) for part in text.split(","))
        except ValueError as error:
            raise Refused(f"--dimension {pair} is not name=number.") from error
        found[name] = numbers if len(numbers) > 1 else numbers[0]
    return found


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
    gradient_checkpointing: CheckpointingOption = False,
    accumulate: AccumulateOption = 1,
    schedule: ScheduleOption = None,
    early_stop: EarlyStopOption = 0,
    augment: AugmentOption = "standard",
    structure_maps: StructureMapsOption = False,
    tensorboard: TensorboardOption = False,
    fold: FoldOption = None,
    folds: FoldsOption = 5,
    seed: SeedOption = 17,
    threads: ThreadsOption = 0,
    init: InitOption = None,
    continue_from: ContinueOption = None,
    quick_test: QuickOption = False,
    name: NameOption = None,
    version: VersionOption = "1",
) -> None:
    """Train a network that outlines lesions."""
    _train(_options("segmentation", locals()), out, dimension)


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
    gradient_checkpointing: CheckpointingOption = False,
    accumulate: AccumulateOption = 1,
    schedule: ScheduleOption = None,
    early_stop: EarlyStopOption = 0,
    augment: AugmentOption = "standard",
    sampler: Annotated[
        SamplerChoice,
        typer.Option(
            "--sampler",
            help="quota: malignant ones in every batch; balanced: half of the draws; sources: the quota, "
            "with one share of malignant draws in every source.",
        ),
    ] = "quota",
    mixup: Annotated[float, typer.Option("--mixup", help="Share of the batches, 0 to 1.")] = 0.0,
    cutmix: Annotated[float, typer.Option("--cutmix", help="Share of the batches, 0 to 1.")] = 0.0,
    evidential: Annotated[
        bool, typer.Option("--evidential", help="A head that tells how much evidence there is.")
    ] = False,
    diagnoses: Annotated[
        bool,
        typer.Option(
            "--diagnoses", help="Tell the diagnoses of the data apart; the score follows from them."
        ),
    ] = False,
    tensorboard: TensorboardOption = False,
    fold: FoldOption = None,
    folds: FoldsOption = 5,
    seed: SeedOption = 17,
    threads: ThreadsOption = 0,
    init: InitOption = None,
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
    "gradient_checkpointing": "gradient_checkpointing",
    "accumulate": "batches_per_step",
    "schedule": "schedule",
    "early_stop": "early_stop_epochs",
    "augment": "augmentation",
    "sampler": "sampler",
    "mixup": "mixup_share",
    "cutmix": "cutmix_share",
    "evidential": "evidential",
    "diagnoses": "diagnoses",
    "tensorboard": "tensorboard",
    "fold": "fold",
    "folds": "folds",
    "seed": "seed",
    "threads": "threads",
    "init": "init",
    "structure_maps": "structure_maps",
    "continue_from": "continue_from",
    "quick_test": "quick_test",
    "name": "model_name",
    "version": "model_version",
}


def _options(task: str, arguments: dict[str, object]) -> dict[str, object]:
    renamed = {option: arguments[name] for name, option in _OPTION_BY_ARGUMENT.items() if name in arguments}
    return {"task": task, **renamed}


def add_training_commands(commands: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (segmentation, classification):
        commands.command()(command)
