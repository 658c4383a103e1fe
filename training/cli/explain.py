"""The command for what a model looked at: overlays as pictures, how far to trust them, feature effects."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.contract.command_errors import stopped_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.explanation.faithfulness_report import Report
    from training.explanation.feature_effects import FeatureEffect


def explain(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A model folder, or NAME/VERSION on the shelf.")
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Measure the overlays instead of drawing them.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option("--data", help="Data folder; without it the bundled images.")
    ] = None,
    split: Annotated[str, typer.Option("--split", help="Part of the data; never test.")] = "val",
    images: Annotated[int, typer.Option("--images", min=1, help="How many.")] = 8,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for pictures, or for the figures of --check.")
    ] = None,
    segmenter: Annotated[
        str | None,
        typer.Option(
            "--segmenter", help="Model that cuts out lesions nobody outlined; else the whole frame."
        ),
    ] = None,
    patch_px: Annotated[int, typer.Option("--patch", min=2, help="Side of a blurred patch, px.")] = 16,
    steps: Annotated[int, typer.Option("--steps", min=2, help="Steps of a curve.")] = 12,
    threads: Annotated[int, typer.Option("--threads", min=0, help="0: all processor cores.")] = 0,
    shelf: Annotated[
        list[Path] | None, typer.Option("--shelf", help="A model folder on the shelf.", hidden=True)
    ] = None,
) -> None:
    """Show what a model's answers came from, or with --check how far its overlays can be trusted.

    Of a score model that reads metadata and measurements, both print what each feature moved: the logit that
    is lost when the feature is marked missing, by recomputing. The training images decide what missing means.
    """
    from training.comparison.benchmarked_models import published_folder
    from training.explanation import explain as explanation
    from training.explanation.faithfulness import Protocol
    from training.explanation.feature_effects import effects_over
    from training.explanation.overlay_sheets import write_sheets
    from training.runs.setup import use_threads
    from training.tasks.loaded_model import PublishedModel

    use_threads(threads)
    known = tuple(shelf or ())
    with stopped_with("Stopped; what was written before is kept."):
        read = PublishedModel.read(published_folder(model, known))
        outliner = None if segmenter is None else PublishedModel.read(published_folder(segmenter, known))
        chosen = explanation.chosen(data, split, images)
        subjects = explanation.subjects_of(read, chosen.samples, outliner)
        if check:
            protocol = Protocol(patch_px=patch_px, steps=steps)
            _deliver(explanation.check(read, subjects, chosen.words, protocol), out)
            return
        target = out or Path("explained") / read.card.name
        _print_effects(effects_over(read, subjects), len(subjects))
        for file in write_sheets(read, subjects, target):
            typer.echo(str(file))


def _deliver(report: "Report", out: Path | None) -> None:
    """Print what was found and, if a folder is named, keep it there."""
    from rich.console import Console

    from training.contract.terminal_tables import print_table
    from training.explanation.faithfulness_report import lines, table, write_report

    print_table(Console(), table(report))
    for line in lines(report):
        typer.echo(line)
    _print_effects(report.effects, len(report.found.image_ids))
    if out is not None:
        for file in write_report(report, out):
            typer.echo(str(file))


def _print_effects(effects: "Sequence[FeatureEffect]", images: int) -> None:
    """Print what the features moved, if the model reads any."""
    from rich.console import Console

    from training.contract.terminal_tables import print_table
    from training.explanation.feature_effects import effects_lines, effects_table

    if not effects:
        return
    print_table(Console(), effects_table(effects, images))
    for line in effects_lines(effects):
        typer.echo(line)


def add_explain_command(commands: typer.Typer) -> None:
    """Add the command of this module."""
    commands.command()(explain)
