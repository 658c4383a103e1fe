"""How a score and its inputs are put into words, on the screen and in reports.

Never more certain than the model is.
"""

from app.domain.analysis.benefit import is_border_uncertain
from app.domain.analysis.lesion_score import LesionScore
from app.domain.analysis.prediction import ScorePrediction
from app.domain.case import Case
from app.domain.fields import FIELDS
from app.text.figures import percent_words
from app.translation import N_, _, ngettext
from app.usecases.analysis.compare_scores import ScoreComparison
from app.usecases.analysis.score_attribution import AnswerSet, InputEffect
from models.contract.lesion.tabular import CATEGORICAL_INPUTS, NUMERIC_INPUTS, Origin
from models.contract.uncertainty.probability import conformal_labels

_NO_INTERVAL = N_("not a confidence interval")
_PERCENT = "\N{NO-BREAK SPACE}%"

_ENTERED_INPUTS = frozenset(field.model_input for field in FIELDS if field.model_input is not None)
"""Inputs of the score model that the forms of this application can give."""

_FEATURE_BY_NAME = {feature.name: feature for feature in (*NUMERIC_INPUTS, *CATEGORICAL_INPUTS)}


def range_words(score: ScorePrediction) -> str:
    """Return how far a score moves over the views of the image, which is no confidence interval."""
    low, high = percent_words(score.probability_low), percent_words(score.probability_high)
    if low == high:
        return _("{low} in every flipped and turned view of the image ({no_interval})").format(
            low=low, no_interval=_(_NO_INTERVAL)
        )
    return _("{low} to {high} over eight flipped and turned views of the image ({no_interval})").format(
        low=low, high=high, no_interval=_(_NO_INTERVAL)
    )


OUTDATED_INPUTS = N_("Something that the model reads has changed since this score was computed.")

LESION_SCORE_TIP = N_(
    "The mean (of the logits) of the scores of this lesion's images from one day, by the same model. Images "
    "without a score of their present boundary, and images of other days, do not count. The range is that "
    "of the images' own scores, not a confidence interval."
)


def lesion_words(lesion: LesionScore) -> str:
    """Return the score of a lesion from its images, with the range of their own scores."""
    low, high = percent_words(lesion.probability_low), percent_words(lesion.probability_high)
    span = (
        _("{low} to {high}").format(low=low.removesuffix(_PERCENT), high=high)
        if low != high
        else _("each {high}").format(high=high)
    )
    return _("Lesion: {probability} from {image_count} images ({span})").format(
        probability=percent_words(lesion.probability), image_count=lesion.image_count, span=span
    )


DIVISION = N_("How the model divides its score among diagnoses")


def division_words(score: ScorePrediction) -> tuple[str, ...]:
    """Return what a model that tells diagnoses apart gives to each, the largest first; () for any other."""
    if not score.diagnosis_shares:
        return ()
    ranked = sorted(score.diagnosis_shares, key=lambda each: -each.share)
    lists = []
    for side, kind in ((_("Of the score"), True), (_("Of the rest"), False)):
        figures = [
            f"{_(each.name)} {percent_words(each.share)}" for each in ranked if each.is_malignant == kind
        ]
        lists.append(f"{side}: {', '.join(figures)}.")
    return (*lists, _("It knows no other diagnosis, and none of these figures is one."))


def uncertainty_words(case: Case) -> str:
    """Return the warning about an uncertain boundary that nobody has corrected or confirmed; "" for none."""
    boundary = case.boundary
    if boundary is None or not is_border_uncertain(boundary.border_uncertainty):
        return ""
    if case.mask != boundary.mask or case.is_corrected:
        return ""
    return _("The boundary is uncertain here; so are measurements and score.")


def comparison_words(comparison: ScoreComparison) -> str:
    """Return a score before and after a correction; with an arrow if that alone moved it."""
    before, after = percent_words(comparison.before.probability), percent_words(comparison.after.probability)
    if comparison.is_of_boundaries_alone:
        return _("Predicted boundary {before}  →  corrected {after}").format(before=before, after=after)
    causes = []
    if not comparison.is_same_model:
        causes.append(_("another model gave that score"))
    if comparison.entered:
        causes.append(
            _("what was entered has changed since, too ({entered})").format(
                entered=", ".join(map(_, comparison.entered))
            )
        )
    return _(
        "The predicted boundary scored {before}, but {causes}: the two scores do not compare the "
        "boundaries alone."
    ).format(before=before, causes=_(" and ").join(causes))


def missing_words(names: tuple[str, ...]) -> tuple[str, str]:
    """Return which inputs could still be given, and how many this image cannot give; "" for none."""
    features = [_FEATURE_BY_NAME[name] for name in names if name in _FEATURE_BY_NAME]
    entered = [_(feature.label) for feature in features if feature.name in _ENTERED_INPUTS]
    scaled = [feature for feature in features if feature.origin is Origin.CALIBRATED]
    rest = len(unavailable_inputs(names))
    parts = []
    if entered:
        parts.append(_("Not entered: {entered}.").format(entered=", ".join(entered)))
    if scaled:
        parts.append(
            _("Without {needed_for_sizes} no size in millimetres.").format(
                needed_for_sizes=_needed_for_sizes(names)
            )
        )
    unavailable = ngettext(
        "{rest} further input was not available for this image.",
        "{rest} further inputs were not available for this image.",
        rest,
    )
    return " ".join(parts), unavailable.format(rest=rest) if rest else ""


def unavailable_inputs(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words for the missing inputs that neither an entry nor a scale would give."""
    unavailable = []
    for name in names:
        feature = _FEATURE_BY_NAME.get(name)
        is_scaled = feature is not None and feature.origin is Origin.CALIBRATED
        if name not in _ENTERED_INPUTS and not is_scaled:
            unavailable.append(name if feature is None else feature.label)
    return tuple(unavailable)


def _needed_for_sizes(missing: tuple[str, ...]) -> str:
    """Return what to give first: whatever is measured without a scale is missing only without an outline."""
    return _("an outline") if "tbp_lv_norm_border" in missing else _("a scale")


def effect_words(effect: InputEffect) -> str:
    """Return a score with and without one entered fact."""
    before, after = percent_words(effect.without), percent_words(effect.with_it)
    said = effect.what[:1].upper() + effect.what[1:]
    if before == after:
        return _("{said}: makes no difference to the score ({after})").format(said=said, after=after)
    return _("{said}: {after} with it, {before} without it").format(said=said, after=after, before=before)


def answer_set_words(answers: AnswerSet | None) -> str:
    """Return which labels remain possible at the error rate of a card (split-conformal); "" for none."""
    if answers is None:
        return ""
    probability, conformal = answers.probability, answers.conformal
    missed = percent_words(conformal.error_rate)
    labels = conformal_labels(probability, conformal.quantile_by_label)
    if len(labels) > 1:
        return _("At this score the model cannot rule out either {labels}.").format(
            labels=_(" or ").join(map(_, labels))
        )
    if labels:
        other = next(label for label in conformal.quantile_by_label if label not in labels)
        return _(
            "At this score the model leaves only {labels} open. On its validation images it did so "
            "for about {missed} of {other} lesions, too: this neither confirms nor rules out a "
            "diagnosis."
        ).format(labels=_(labels[0]), missed=missed, other=_(other))
    known = _(" nor ").join(map(_, conformal.quantile_by_label))
    return _("This score fits neither {known} lesions as the model knows them; do not rely on it.").format(
        known=known
    )
