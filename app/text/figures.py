"""How models, runs and their figures are put into words; shared by the screens about learning."""

from datetime import datetime

from app.domain.figures import unbroken
from app.translation import N_, _, in_numerals, moment_text, ngettext
from models.contract.shelf.card import ModelTask
from models.contract.shelf.figure_text import figure_text, signed_text
from models.contract.shelf.gate import LOWER_IS_BETTER

TASK_WORDS: dict[ModelTask, str] = {
    "segmentation": N_("Boundaries"),
    "classification": N_("Scores"),
    "refinement": N_("Clicks"),
}
WHAT_IT_DOES: dict[ModelTask, str] = {
    "segmentation": N_("outlines lesions"),
    "classification": N_("scores lesions"),
    "refinement": N_("redraws boundaries from clicks"),
}

_METRIC_WORDS = {
    "dice": N_("Dice"),
    "iou": "IoU",
    "boundary_f1": N_("Boundary F1"),
    "auc": "AUC",
    "sensitivity": N_("Sensitivity"),
    "specificity": N_("Specificity"),
    "ece": N_("Calibration error"),
    "brier": N_("Brier score"),
    "noc90_from_prediction": N_("Clicks to an IoU of 0.9 from the predicted mask"),
}


def metric_words(metric: str) -> str:
    """Return a figure's name; one of which less is better says so."""
    name = _(_METRIC_WORDS.get(metric, metric.replace("_", " ").capitalize()))
    return _("{name} (less is better)").format(name=name) if metric in LOWER_IS_BETTER else name


def figure(value: float | None) -> str:
    """Return a figure with three places, or a dash when there is none."""
    return "\N{EN DASH}" if value is None else in_numerals(figure_text(value))


def difference_words(difference: float | None, low: float | None, high: float | None) -> str:
    """Return a difference and its 95 % interval."""
    if difference is None:
        return "\N{EN DASH}"
    if low is None or high is None:
        return in_numerals(signed_text(difference))
    return _("{difference}  ({low} to {high})").format(
        difference=in_numerals(signed_text(difference)),
        low=in_numerals(signed_text(low)),
        high=in_numerals(signed_text(high)),
    )


def duration(seconds: float) -> str:
    """Return a length of time as a person would say it; never more exact than it is known."""
    if seconds < 90:
        return f"{max(5, 5 * round(seconds / 5)):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return _("{minutes} min").format(minutes=minutes)
    hours, rest = divmod(5 * round(minutes / 5), 60)
    return _("{hours} h {rest} min").format(hours=hours, rest=rest) if rest else f"{hours} h"


def memory(size_bytes: int) -> str:
    """Return an amount of memory; 1 GB is 1000 MB, as on the box of a computer."""
    if size_bytes >= 1_000_000_000:
        return _("{gigabytes:.1f} GB").format(gigabytes=size_bytes / 1_000_000_000)
    return _("{megabytes} MB").format(megabytes=max(1, round(size_bytes / 1_000_000)))


def moment(at: datetime) -> str:
    """Return a moment in the time of this place."""
    return moment_text(at)


def percent_words(probability: float) -> str:
    """Return a probability as a percentage, as ``percent`` does, in the language in use."""
    if 0 < probability < 0.01:
        return unbroken(_("< 1 %"))
    if 0.99 < probability < 1:
        return unbroken(_("> 99 %"))
    return unbroken(_("{percent:.0f} %").format(percent=100 * probability))


def image_count(number: int) -> str:
    """Return a number of images."""
    return ngettext("{number:,} image", "{number:,} images", number).format(number=number)
