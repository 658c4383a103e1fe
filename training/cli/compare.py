"""The command for models side by side: cost, latency, memory and accuracy in one run."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.contract.shelf.card import Task
from training.contract.command_errors import CommandRefusedError, stopped_with

if TYPE_CHECKING:
    from training.comparison.record import Comparison


def compare(
    task: Annotated[Task, typer.Option("--task", help="segmentation or classification.")],
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL",
            help="Architectures by name (cost only), model folders, or NAME/VERSION on the shelf; "
            "without any: all architectures of the task and all its models on the shelf.",
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Data folder: trained models are measured on it.")
    ] = None,
    split: Annotated[str, typer.Option("--split", help="Part of the data to measure on.")] = "val",
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for comparison.json, .md and .png.")
    ] = None,
    input_size: Annotated[
        str | None, typer.Option("--input", help="HxW in px, for the cost; default: each model's own.")
    ] = None,
    segmenter: Annotated[
        str | None,
        typer.Option("--segmenter", help="Model that cuts out lesions; default: the experts' masks."),
    ] = None,
    papers: Annotated[bool, typer.Option("--papers", help="Print published figures below.")] = False,
    skip_latency: Annotated[bool, typer.Option("--skip-latency", help="Leave out the times.")] = False,
    skip_memory: Annotated[bool, typer.Option("--skip-memory", help="Leave out the memory.")] = False,
    threads: Annotated[int, typer.Option("--threads", min=0, help="0: all processor cores.")] = 0,
    shelf: Annotated[
        list[Path] | None, typer.Option("--shelf", help="A model folder on the shelf.", hidden=True)
    ] = None,
) -> None:
    """Measure models side by side and rank them; Ctrl+C stops and writes nothing."""
    from training.comparison.benchmarked_models import benchmarked_models_of, published_folder
    from training.comparison.compare import Question
    from training.comparison.compare import compare as measure

    known = tuple(shelf or ())
    if out is not None and out.exists() and not out.is_dir():
        raise CommandRefusedError(f"{out} is no folder.")
    with stopped_with("Stopped; nothing was written."):
        question = Question(
            task=task,
            benchmarked_models=benchmarked_models_of(task, models or (), known, size_px=_size(input_size)),
            data_dir=data,
            split=split,
            segmenter=None if segmenter is None else published_folder(segmenter, known),
            threads=threads,
            with_latency=not skip_latency,
            with_memory=not skip_memory,
        )
        found = measure(question)
    _deliver(found, out, with_papers=papers)


def _deliver(found: "Comparison", out: Path | None, *, with_papers: bool) -> None:
    """Print what was found and, if a folder is named, keep it there."""
    from rich.console import Console

    from training.comparison.plot import write_plot
    from training.comparison.published_figures import published
    from training.comparison.record import write_comparison
    from training.comparison.table import show, write_markdown

    papers = published(found.task) if with_papers else ()
    show(found, Console(), papers)
    if out is None:
        return
    written = [write_comparison(found, out), write_markdown(found, out, papers), write_plot(found, out)]
    for file in written:
        if file is not None:
            typer.echo(str(file))


def _size(text: str | None) -> tuple[int, int] | None:
    """``192x256`` as (height, width) in px."""
    if text is None:
        return None
    if not re.fullmatch(r"[1-9][0-9]{1,3}x[1-9][0-9]{1,3}", text, re.IGNORECASE):
        raise typer.BadParameter(
            f"'{text[:40]}' is not HEIGHTxWIDTH of 10 to 9999 px, such as 192x256.", param_hint="--input"
        )
    height, width = text.lower().split("x")
    return int(height), int(width)


def add_compare_command(commands: typer.Typer) -> None:
    """Add the command of this module."""
    commands.command()(compare)
