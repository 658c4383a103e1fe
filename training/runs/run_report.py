"""A run at one look: the curves of its loss, its learning rate and its measurements, as one picture."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from models.contract.errors import NaevusError
from models.contract.files.atomic_files import write_whole
from training.contract.events import EpochFinished
from training.contract.plan import TrainingPlan
from training.contract.run_folder import RunFolder
from training.contract.run_state import RunState, fold_events

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REPORT = "report.png"
_WIDTH_IN, _HEIGHT_IN, _DOTS_PER_IN = 8.0, 9.5, 120
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito: told apart by people who do not see all colours, too."""
_DASHES = ("-", "--", ":", "-.")
_CHOSEN_BY = "score"


class NothingToReportError(NaevusError):
    """A run has not told anything that could be drawn; the message is the sentence to show."""


def write_report(folder: RunFolder, plan: TrainingPlan) -> Path:
    """Draw the run of a plan so far into its folder, and return the file.

    Raises:
        NothingToReportError: the run has not taken a step.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    events = folder.events()
    run_state = fold_events(events)
    if not run_state.rates:
        raise NothingToReportError("The run has not told of any step yet, so there is nothing to draw.")
    best = [event.step for event in events if isinstance(event, EpochFinished) and event.is_best]
    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), dpi=_DOTS_PER_IN, layout="constrained")
    FigureCanvasAgg(figure)
    loss, metrics, rate = figure.subplots(3, 1, sharex=True, height_ratios=(3, 3, 1.4))
    figure.suptitle(f"{plan.model_name}/{plan.model_version}: {plan.task} with {plan.architecture}")
    _draw_loss(loss, run_state)
    _draw_metrics(metrics, run_state, best[-1] if best else None)
    _draw_rate(rate, run_state)
    if run_state.ending is not None:
        figure.supxlabel(run_state.ending, fontsize=9, wrap=True)
    file = folder.path / REPORT
    drawn = BytesIO()
    figure.savefig(drawn, format="png")
    write_whole(file, drawn.getvalue())
    return file


def curves_of(run_state: RunState) -> dict[str, tuple[list[int], list[float]]]:
    """Steps and values of every measurement on the validation images, without the score chosen by.

    The score is a mean of the others or one of them; alone it is shown all the same.
    """
    names = dict.fromkeys(name for _, metrics in run_state.metrics for name in metrics)
    shown = [name for name in names if name != _CHOSEN_BY] or list(names)
    curves: dict[str, tuple[list[int], list[float]]] = {}
    for name in shown:
        points = [(step, metrics[name]) for step, metrics in run_state.metrics if name in metrics]
        curves[name] = ([step for step, _ in points], [value for _, value in points])
    return curves


def _draw_loss(axes: "Axes", run_state: RunState) -> None:
    axes.set_ylabel("training loss")
    steps, losses = [step for step, _ in run_state.losses], [loss for _, loss in run_state.losses]
    axes.plot(steps, losses, color=_COLOURS[0], linewidth=1.2, marker="." if len(steps) < 40 else "")
    axes.grid(visible=True, alpha=0.3)


def _draw_metrics(axes: "Axes", run_state: RunState, best_step: int | None) -> None:
    """Shares of one on the left scale; losses, which have none, on the right one."""
    axes.set_ylabel("validation, share")
    axes.grid(visible=True, alpha=0.3)
    losses = None
    for number, (name, (steps, values)) in enumerate(curves_of(run_state).items()):
        target = axes
        if "loss" in name:
            losses = losses or axes.twinx()
            losses.set_ylabel("validation, log loss")
            target = losses
        style = _DASHES[number // len(_COLOURS) % len(_DASHES)] if target is axes else ":"
        colour = _COLOURS[number % len(_COLOURS)]
        target.plot(steps, values, style, color=colour, marker=".", linewidth=1.2, label=_in_words(name))
    if best_step is not None:
        axes.axvline(best_step, color="0.4", linewidth=1, label="best epoch")
    handles, labels = axes.get_legend_handles_labels()
    if losses is not None:
        more, names = losses.get_legend_handles_labels()
        handles, labels = handles + more, labels + names
    axes.legend(handles, labels, fontsize=8, loc="upper left", bbox_to_anchor=(0, -0.04), ncols=3)


def _draw_rate(axes: "Axes", run_state: RunState) -> None:
    axes.set_ylabel("learning rate")
    axes.set_xlabel("step")
    axes.plot([step for step, _ in run_state.rates], [rate for _, rate in run_state.rates], color=_COLOURS[1])
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 2))
    axes.grid(visible=True, alpha=0.3)


def _in_words(name: str) -> str:
    return name.replace("_", " ").replace("auc", "AUC").replace("iou", "IoU").replace("dice", "Dice")
