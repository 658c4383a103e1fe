"""How a model and its card are put into words."""

from collections.abc import Iterator

from pydantic import JsonValue

from app.domain.figures import percent
from app.text.figures import MAIN_METRIC, TASK_WORDS, counted, figure, metric_words, moment
from app.usecases.models.list_models import ModelLine, ModelState
from models.contract.shelf.band_table import PREVALENCE, figures_words
from models.contract.shelf.card import Metric, ModelCard
from models.contract.shelf.exam import OVERALL
from models.contract.shelf.triage_figures import BandFigures

Fact = tuple[str, str]

STATE_WORDS: dict[ModelState, str] = {
    "active": "In use",
    "candidate": "Candidate, exam passed",
    "refused": "Refused by the gate",
    "earlier": "In use earlier",
    "shipped": "Shipped with Naevus",
    "not examined": "Not examined",
}
_SPLIT_WORDS = {
    "train": "to learn from",
    "train_extra": "to learn from, without correction",
    "val": "to choose by",
    "test": "to examine by",
}

_IMAGES_OF_SPLIT = {"val": "validation images", "test": "test images"}
_CAPITALS = {
    "auc": "AUC",
    "pauc": "partial AUC",
    "iou": "IoU",
    "f1": "F1",
    "ece": "calibration error",
    "hd95": "HD95",
    "px": "(px)",
    "tpr80": "80 % sensitivity",
}


def main_figure(line: ModelLine) -> str:
    """Return the figure a model is known by: from its exam here, else the one on its card."""
    name = MAIN_METRIC[line.card.task]
    part = None if line.exam is None else line.exam.part(OVERALL, name)
    if part is not None and part.candidate is not None:
        return f"{metric_words(name)} {figure(part.candidate)} (exam, {part.n:,} images)"
    for key in (f"test_{name}", f"val_{name}", f"val_{name}_all", name):
        metric = line.card.metrics.get(key)
        if metric is not None and metric.n:
            return f"{metric_words(name)} {figure(metric.value)} (card, {metric.n:,} images)"
    return ""


def data_summary(card: ModelCard) -> str:
    """Return how many images a model has learned from."""
    learned = sum(count for split, count in card.data.images_by_split.items() if split.startswith("train"))
    return counted(learned, "image") if learned else "Not told"


def data_facts(card: ModelCard) -> Iterator[Fact]:
    """What a model was made from."""
    yield "Sources", ", ".join(card.data.sources) or "not told"
    yield (
        "Images",
        ", ".join(
            f"{count:,} {_SPLIT_WORDS.get(split, split)}"
            for split, count in card.data.images_by_split.items()
        )
        or "not told",
    )
    if card.data.malignant_by_split:
        malignant = sum(card.data.malignant_by_split.values())
        yield "Malignant among them", f"{malignant:,}"
    yield "Licence of the data", card.data.licence
    yield "Split", card.split


def recipe_facts(card: ModelCard) -> Iterator[Fact]:
    """How a model was made."""
    yield "Made", moment(card.created_at)
    yield "Taught from", card.parent or "nothing, trained from the start"
    yield "Architecture", f"{card.architecture}, {card.parameters:,} parameters"
    size = f"{card.input.width_px} x {card.input.height_px} px"
    yield "Reads", size if card.input.crop_margin is None else f"the lesion's crop, {size}"
    yield "Trained on", card.trained_on
    for name, value in card.recipe.items():
        if value is not None:
            yield name.replace("_", " ").capitalize(), _plain(value)
    yield "Licence", card.licence
    yield "SHA-256 of the weights", card.weights_sha256


def metric_facts(card: ModelCard) -> Iterator[Fact]:
    """Every figure of the card with its interval and number of images."""
    for name, metric in card.metrics.items():
        if metric.n:
            yield _metric_name(name), _metric(metric)


def calibration_facts(card: ModelCard) -> Iterator[Fact]:
    """What the probabilities mean, and where the model decides."""
    yield "Threshold", f"{card.threshold:.3f}"
    yield "Temperature", f"{card.temperature:.3f}"
    if card.calibration is not None:
        yield "Calibration", f"{card.calibration.method}, fitted on {card.calibration.fitted_on}"
        if card.calibration.ece is not None:
            yield "Calibration error", figure(card.calibration.ece)
    if card.parity_max_abs_difference is not None:
        yield "Graph against network", f"differ by at most {card.parity_max_abs_difference:.1e}"


def band_facts(card: ModelCard) -> Iterator[Fact]:
    """What the bands were chosen for, and what they were worth by data set and subgroup."""
    aims = card.triage_aims
    if aims is not None:
        yield (
            "Aims",
            f"At least {percent(aims.sensitivity)} of malignant images are not Routine and "
            f"{percent(aims.specificity)} of benign ones not Urgent, on {aims.chosen_on}",
        )
    for band, threshold in card.triage_thresholds.items():
        yield f"{band.capitalize()} begins at", f"{threshold:.3f}"
    for split, figures in card.triage_figures.items():
        images = _IMAGES_OF_SPLIT.get(split, split)
        yield f"All {images}", _band_words(figures.whole)
        for name, part in figures.parts.items():
            is_apart = name.removeprefix("data set: ") in figures.biopsy_collections
            yield f"{name}, {images}", _band_words(part) + (" (biopsies, not in all)" if is_apart else "")


def _band_words(figures: BandFigures) -> str:
    return f"{figures_words(figures)} (PPV: malignant at {PREVALENCE:.0%} prevalence)"


def heading(line: ModelLine) -> str:
    """Return a model's name with its task and state."""
    parts = (line.card.reference, TASK_WORDS[line.card.task], STATE_WORDS[line.state])
    return "  \N{MIDDLE DOT}  ".join(parts)


def _metric_name(key: str) -> str:
    """As "Boundary F1, test images" for test_boundary_f1."""
    split, _, name = key.partition("_")
    if split not in _IMAGES_OF_SPLIT:
        return metric_words(key)
    words = " ".join(_CAPITALS.get(word, word) for word in name.split("_"))
    return f"{words[0].upper()}{words[1:]}, {_IMAGES_OF_SPLIT[split]}"


def _metric(metric: Metric) -> str:
    interval = (
        ""
        if metric.low is None or metric.high is None
        else f"  ({figure(metric.low)} to {figure(metric.high)})"
    )
    return f"{figure(metric.value)}{interval}, {counted(metric.n, 'image')}"


def _plain(value: JsonValue) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_plain(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return "not set" if value is None else str(value)
