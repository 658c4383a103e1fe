"""What the score model said, with everything that qualifies it."""

from app.domain.analysis.frame_finding import NO_SCORE
from app.domain.analysis.prediction import ModelRef, ScorePrediction
from app.exporters.report.content import Box, BoxKind, Part, Words, WordStyle, small
from app.exporters.report.facts import ReportFacts
from app.text.bands import band_words
from app.text.figures import percent_words
from app.text.models import probability_words, scope_words
from app.text.scores import (
    DIVISION,
    LESION_SCORE_TIP,
    OUTDATED_INPUTS,
    comparison_words,
    division_words,
    lesion_words,
    missing_words,
    range_words,
    uncertainty_words,
)
from app.text.stored_sentences import stored_words
from app.translation import N_, _
from app.usecases.analysis.compare_scores import comparison_of

HASH_LETTERS = 16
"""Of a hash where it stands in a sentence."""

_NOT_SCORED = N_("No score was computed for this image.")


def full_score(facts: ReportFacts) -> Part:
    """Return the score as the long form tells it."""
    score = facts.case.score
    if score is None or facts.case.is_score_withheld:
        return _no_score(facts)
    known = _known_diagnoses(facts, score)
    rows: list[Part] = [
        _head(),
        *_quality_warnings(score),
        Words(percent_words(score.probability), WordStyle.SCORE),
        Words(f"{probability_words(known)}, {range_words(score)}"),
        *_lesion_score(facts),
        *_doubts(facts, known),
        *_division(score),
        *_comparison(facts),
        *_outdated(facts),
        *_place_in_queue(facts, score),
        Words(_("Threshold in force: {threshold}").format(threshold=percent_words(score.model.threshold))),
        small(_("Missing inputs. {value}").format(value=_missing(score))),
        small(model_words(score.model)),
    ]
    return Box(rows, BoxKind.MODEL)


def short_score(facts: ReportFacts) -> Part:
    """Return the score as the short form tells it: small, with its limits, below the decision."""
    score = facts.case.score
    if score is None or facts.case.is_score_withheld:
        return _no_score(facts)
    known = _known_diagnoses(facts, score)
    priority = facts.case.queue_priority
    band = [] if priority is None else [_("Band: {label}").format(label=band_words(priority.band))]
    threshold = _("threshold in force {threshold}").format(threshold=percent_words(score.model.threshold))
    rows: list[Part] = [
        _head(),
        *_quality_warnings(score),
        Words("  \N{MIDDLE DOT}  ".join([percent_words(score.probability), *band]), WordStyle.FIGURE),
        small(f"{probability_words(known)}, {range_words(score)}"),
        *_lesion_score(facts),
        *_doubts(facts, known),
        *_outdated(facts),
        small(f"{model_words(score.model)}, {threshold}"),
    ]
    return Box(rows, BoxKind.MODEL)


def model_words(model: ModelRef) -> str:
    """Return the name of a model with its version and the beginning of its weights' hash."""
    return _("Model {name} {version}, weights {weights_sha256}…").format(
        name=model.name, version=model.version, weights_sha256=model.weights_sha256[:HASH_LETTERS]
    )


def _head() -> Words:
    return Words(_("Model output (not a diagnosis)"), WordStyle.BOX_TITLE)


def _no_score(facts: ReportFacts) -> Part:
    case = facts.case
    words = (
        f"{_(NO_SCORE)}. {stored_words(case.objection_to_score)}"
        if case.is_score_withheld
        else _(_NOT_SCORED)
    )
    return Box([_head(), Words(words), *_lesion_score(facts)], BoxKind.MODEL)


def _known_diagnoses(facts: ReportFacts, score: ScorePrediction) -> tuple[str, ...]:
    return next((one.diagnoses for one in facts.models if one.model == score.model), ())


def _quality_warnings(score: ScorePrediction) -> list[Part]:
    return [
        Words(_("Image quality: {words}").format(words=stored_words(words)), WordStyle.WARNING)
        for words in score.quality_warnings
    ]


def _lesion_score(facts: ReportFacts) -> list[Part]:
    """Return the score of the lesion from its images of the visit, and its band; nothing without one."""
    lesion = facts.case.lesion_score
    if lesion is None:
        return []
    band = "" if lesion.priority is None else f", {band_words(lesion.priority.band)}"
    return [Words(f"{lesion_words(lesion)}{band}. {_(LESION_SCORE_TIP)}")]


def _doubts(facts: ReportFacts, known: tuple[str, ...]) -> list[Part]:
    doubts = (
        (uncertainty_words(facts.case), WordStyle.WARNING),
        (scope_words(known), WordStyle.SMALL),
    )
    return [Words(words, style) for words, style in doubts if words]


def _division(score: ScorePrediction) -> list[Part]:
    division = division_words(score)
    return [small(words) for words in ((f"{_(DIVISION)}.", *division) if division else ())]


def _comparison(facts: ReportFacts) -> list[Part]:
    comparison = comparison_of(facts.case, facts.audit)
    return [] if comparison is None else [Words(comparison_words(comparison))]


def _outdated(facts: ReportFacts) -> list[Part]:
    if not facts.case.is_score_of_valid_mask:
        return [Words(_("This score was computed from an earlier mask."), WordStyle.WARNING)]
    return [] if facts.case.is_score_current else [Words(_(OUTDATED_INPUTS), WordStyle.WARNING)]


def _place_in_queue(facts: ReportFacts, score: ScorePrediction) -> list[Part]:
    priority = facts.case.queue_priority
    if priority is None:
        return []
    reasons = [words for words in priority.reasons if words not in score.quality_warnings]
    place = _("Place in the queue: {label}").format(label=band_words(priority.band))
    return [Words(place, WordStyle.BOX_TITLE), *(Words(stored_words(words)) for words in reasons)]


def _missing(score: ScorePrediction) -> str:
    missing = " ".join(words for words in missing_words(score.missing_inputs) if words)
    return missing or _("None: every input was given.")
