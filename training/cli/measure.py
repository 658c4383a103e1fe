"""Commands about trained models: publish, measure, examine and describe them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.contract.shelf.band_table import band_lines
from training.contract.run_folder import RunFolder

if TYPE_CHECKING:
    from models.contract.shelf.card import Metric

DataOption = Annotated[Path, typer.Option("--data", help="Folder with manifest.csv.")]


def publish(
    folder: Annotated[Path, typer.Argument(help="Run folder.")],
    to: Annotated[Path, typer.Option("--to", help="Folder of models.")],
    note: Annotated[str, typer.Option("--note", help="A sentence for the card's recipe.")] = "",
    data_note: Annotated[str, typer.Option("--data-note", help="A sentence for its data.")] = "",
    segmenter: Annotated[
        Path | None,
        typer.Option("--segmenter", help="Model folder whose masks the thresholds are chosen with."),
    ] = None,
) -> None:
    """Write a model folder (weights, graph, card) from the best checkpoint of a run."""
    from training.publishing.publish import Notes
    from training.publishing.publish import publish as write_model
    from training.tasks.run_context import RunContext

    context = RunContext.read(RunFolder(folder))
    written = write_model(context, to, notes=Notes(note, data_note), segmenter=segmenter)
    typer.echo(str(written))


def evaluate(
    folder: Annotated[Path, typer.Argument(help="Model folder.")],
    data: DataOption,
    split: Annotated[str, typer.Option("--split", help="Part of the data to measure on.")] = "test",
    segmenter: Annotated[
        Path | None, typer.Option("--segmenter", help="Model folder that draws the masks.")
    ] = None,
    tta: Annotated[
        bool,
        typer.Option(
            "--tta",
            help="Also boundaries as means over flips and turns (test-time augmentation); "
            "scores, which are such means, from one view.",
        ),
    ] = False,
    mc_dropout: Annotated[
        int, typer.Option("--mc-dropout", min=0, help="Also with the mean over N passes with dropout awake.")
    ] = 0,
) -> None:
    """Measure a model on held-out images, once, and write the figures into its card."""
    from models.contract.shelf.card import read_card
    from training.evaluation import evaluate as evaluation
    from training.evaluation.evaluate_variants import Variants, check_possible, with_variants
    from training.tasks.diagnosis_metrics import DIAGNOSIS_FIGURES

    variants = Variants(tta=tta, mc_passes=mc_dropout)
    check_possible(folder, variants)
    task = read_card(folder).task
    if task == "segmentation":
        found = evaluation.evaluate_segmenter(folder, data, split)
    elif task == "refinement":
        found = evaluation.evaluate_refiner(folder, data, split, segmenter)
    elif segmenter is not None:
        found = evaluation.evaluate_classifier(folder, data, split, segmenter)
    else:
        raise typer.BadParameter("A score model is measured with the masks of one.", param_hint="--segmenter")
    found = with_variants(found, folder, data, segmenter, variants)
    evaluation.write(found, folder)
    for name, metric in found.card.metrics.items():
        typer.echo(_line(name, metric))
        if name.endswith(DIAGNOSIS_FIGURES):
            for part, figure in metric.subgroups.items():
                typer.echo(_line(f"  {part}", figure))
    for line in band_lines(found.card.triage_figures.get(split)):
        typer.echo(line)


def _line(name: str, metric: "Metric") -> str:
    return f"{name}: {metric.value:.4f} ({metric.low} to {metric.high}, n = {metric.n})"


def describe_data(
    folder: Annotated[Path, typer.Argument(help="Folder of a boundary model.")], data: DataOption
) -> None:
    """Write into a segmenter's card what its training images are like."""
    from training.publishing.reference_statistics import describe_data as describe

    card = describe(folder, data)
    images = card.reference_statistics.images if card.reference_statistics is not None else 0
    typer.echo(f"{card.reference}: {images} training images described.")


def exam(
    candidate: Annotated[Path, typer.Argument(help="Folder of the model to be examined.")],
    against: Annotated[Path, typer.Option("--against", help="Folder of the model in use.")],
    data: DataOption,
    reference: Annotated[
        Path | None,
        typer.Option("--reference", help="Data folder of bundled images that show forgetting."),
    ] = None,
) -> None:
    """Measure a model beside the one in use, into exam.json, and say what the gate thinks of it."""
    from models.contract.shelf.exam import write_exam
    from models.contract.shelf.exam_table import table_lines
    from models.contract.shelf.gate import verdict
    from training.evaluation.exam import sit_exam

    sat = sit_exam(candidate, against, data, reference=reference)
    write_exam(sat, candidate)
    found = verdict(sat)
    for line in (*table_lines(sat), "passed" if found.passed else "not passed", *found.reasons):
        typer.echo(line)


def add_model_commands(commands: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (publish, evaluate, exam):
        commands.command()(command)
    commands.command("describe-data")(describe_data)
