"""How a model and its card are put into words."""

from collections.abc import Iterator

from pydantic import JsonValue

from app.text.figures import TASK_WORDS, figure, image_count, metric_words, moment, percent_words
from app.translation import N_, _, in_numerals
from app.usecases.models.list_models import ModelLine, ModelState
from models.contract.shelf.band_table import PREVALENCE, figures_words
from models.contract.shelf.card import MAIN_METRIC, Metric, ModelCard
from models.contract.shelf.exam import OVERALL
from models.contract.shelf.triage_figures import BandFigures

Fact = tuple[str, str]

STATE_WORDS: dict[ModelState, str] = {
    "active": N_("In use"),
    "candidate": N_("Candidate, exam passed"),
    "refused": N_("Refused by the gate"),
    "earlier": N_("In use earlier"),
    "shipped": N_("Shipped with Naevus"),
    "not examined": N_("Not examined"),
}
_SPLIT_WORDS = {
    "train": N_("to learn from"),
    "train_extra": N_("to learn from, without correction"),
    "val": N_("to choose by"),
    "test": N_("to examine by"),
}

_IMAGES_OF_SPLIT = {"val": N_("validation images"), "test": N_("test images")}
_CAPITALS = {
    "auc": "AUC",
    "pauc": N_("partial AUC"),
    "iou": "IoU",
    "f1": "F1",
    "ece": N_("calibration error"),
    "hd95": "HD95",
    "px": "(px)",
    "tpr80": "80 % sensitivity",
}


def main_figure(line: ModelLine) -> str:
    """Return the figure a model is known by: from its exam here, else the one on its card."""
    name = MAIN_METRIC[line.card.task]
    part = None if line.exam is None else line.exam.part(OVERALL, name)
    if part is not None and part.candidate is not None:
        return _("{metric_words} {figure} (exam, {n:,} images)").format(
            metric_words=metric_words(name), figure=figure(part.candidate), n=part.n
        )
    for key in (f"test_{name}", f"val_{name}", f"val_{name}_all", name):
        metric = line.card.metrics.get(key)
        if metric is not None and metric.n:
            return _("{metric_words} {figure} (card, {n:,} images)").format(
                metric_words=metric_words(name), figure=figure(metric.value), n=metric.n
            )
    return ""


def data_summary(card: ModelCard) -> str:
    """Return how many images a model has learned from."""
    learned = sum(count for split, count in card.data.images_by_split.items() if split.startswith("train"))
    return image_count(learned) if learned else _("Not told")


def data_facts(card: ModelCard) -> Iterator[Fact]:
    """What a model was made from."""
    yield _("Sources"), ", ".join(card.data.sources) or _("not told")
    yield (
        _("Images"),
        ", ".join(
            f"{in_numerals(format(count, ','))} {_(_SPLIT_WORDS.get(split, split))}"
            for split, count in card.data.images_by_split.items()
        )
        or _("not told"),
    )
    if card.data.malignant_by_split:
        malignant = sum(card.data.malignant_by_split.values())
        yield _("Malignant among them"), in_numerals(f"{malignant:,}")
    yield _("Licence of the data"), card.data.licence
    yield _("Split"), card.split


def recipe_facts(card: ModelCard) -> Iterator[Fact]:
    """How a model was made."""
    yield _("Made"), moment(card.created_at)
    yield _("Taught from"), card.parent or _("nothing, trained from the start")
    yield (
        _("Architecture"),
        _("{architecture}, {parameters:,} parameters").format(
            architecture=card.architecture, parameters=card.parameters
        ),
    )
    size = _("{width_px} x {height_px} px").format(
        width_px=card.input.width_px, height_px=card.input.height_px
    )
    yield (
        _("Reads"),
        size if card.input.crop_margin is None else _("the lesion's crop, {size}").format(size=size),
    )
    yield _("Trained on"), card.trained_on
    for name, value in card.recipe.items():
        if value is not None:
            yield name.replace("_", " ").capitalize(), _plain(value)
    yield _("Licence"), card.licence
    yield _("SHA-256 of the weights"), card.weights_sha256


def metric_facts(card: ModelCard) -> Iterator[Fact]:
    """Every figure of the card with its interval and number of images."""
    for name, metric in card.metrics.items():
        if metric.n:
            yield _metric_name(name), _metric(metric)


def calibration_facts(card: ModelCard) -> Iterator[Fact]:
    """What the probabilities mean, and where the model decides."""
    yield _("Threshold"), in_numerals(f"{card.threshold:.3f}")
    yield _("Temperature"), in_numerals(f"{card.temperature:.3f}")
    if card.calibration is not None:
        yield (
            _("Calibration"),
            _("{method}, fitted on {fitted_on}").format(
                method=card.calibration.method, fitted_on=card.calibration.fitted_on
            ),
        )
        if card.calibration.ece is not None:
            yield _("Calibration error"), figure(card.calibration.ece)
    if card.parity_max_abs_difference is not None:
        yield (
            _("Graph against network"),
            _("differ by at most {parity_max_abs_difference:.1e}").format(
                parity_max_abs_difference=card.parity_max_abs_difference
            ),
        )


def band_facts(card: ModelCard) -> Iterator[Fact]:
    """What the bands were chosen for, and what they were worth by data set and subgroup."""
    aims = card.triage_aims
    if aims is not None:
        yield (
            _("Aims"),
            _(
                "At least {sensitivity} of malignant images are not Routine and {specificity} of benign "
                "ones not Urgent, on {chosen_on}"
            ).format(
                sensitivity=percent_words(aims.sensitivity),
                specificity=percent_words(aims.specificity),
                chosen_on=aims.chosen_on,
            ),
        )
    for band, threshold in card.triage_thresholds.items():
        yield _("{band} begins at").format(band=_(band.capitalize())), in_numerals(f"{threshold:.3f}")
    for split, figures in card.triage_figures.items():
        images = _(_IMAGES_OF_SPLIT.get(split, split))
        yield _("All {images}").format(images=images), _band_words(figures.whole)
        for name, part in figures.parts.items():
            is_apart = name.removeprefix("data set: ") in figures.biopsy_collections
            yield f"{name}, {images}", _band_words(part) + (_(" (biopsies, not in all)") if is_apart else "")


def _band_words(figures: BandFigures) -> str:
    return _("{figures_words} (PPV: malignant at {prevalence:.0%} prevalence)").format(
        figures_words=figures_words(figures), prevalence=PREVALENCE
    )


def heading(line: ModelLine) -> str:
    """Return a model's name with its task and state."""
    parts = (line.card.reference, _(TASK_WORDS[line.card.task]), _(STATE_WORDS[line.state]))
    return "  \N{MIDDLE DOT}  ".join(parts)


def _metric_name(key: str) -> str:
    """As "Boundary F1, test images" for test_boundary_f1."""
    split, _separator, name = key.partition("_")
    if split not in _IMAGES_OF_SPLIT:
        return metric_words(key)
    words = " ".join(_(_CAPITALS.get(word, word)) for word in name.split("_"))
    return f"{words[0].upper()}{words[1:]}, {_(_IMAGES_OF_SPLIT[split])}"


def _metric(metric: Metric) -> str:
    interval = (
        ""
        if metric.low is None or metric.high is None
        else _("  ({low} to {high})").format(low=figure(metric.low), high=figure(metric.high))
    )
    return f"{figure(metric.value)}{interval}, {image_count(metric.n)}"


def _plain(value: JsonValue) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_plain(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return in_numerals(f"{value:.4g}")
    return _("not set") if value is None else str(value)
