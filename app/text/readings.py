"""How readings are put into words: totals, outcomes, warnings, and what a proposal rests on."""

from collections.abc import Mapping
from typing import Final

from app.domain.analysis.triage import Band
from app.domain.figures import unbroken
from app.domain.readings import abcd_form
from app.domain.readings.caveats import Caveat
from app.domain.readings.dermoscopic_forms import SYMMETRY
from app.domain.readings.form import ReadingForm
from app.domain.readings.forms import form_named
from app.domain.readings.reading import Reading
from app.domain.readings.totals import is_at_odds, outcome_of, total_figure, total_points, unanswered
from app.text.bands import band_words
from app.text.figures import percent_words
from app.translation import N_, _, ngettext
from app.usecases.readings.propose_reading import PATCH_BY_CRITERION
from models.contract.lesion.abcd.axes import COLOUR_CUT, OUTLINE_CUT
from models.contract.lesion.abcd.evidence import AbcdEvidence

READING_NOTE = N_(
    "A form's total is the reader's, not a diagnosis. Research use only; the clinician decides."
)

_CAVEAT_WORDS: Final[Mapping[Caveat, str]] = {
    Caveat.FACE: N_("The site is head or neck: the form was not made for the face."),
    Caveat.ACRAL_OR_NAIL: N_("The form was not made for palms, soles and nails."),
    Caveat.MUCOSA: N_("The form was not made for mucosa."),
    Caveat.NOT_MELANOCYTIC: N_(
        "The form was made for melanocytic lesions; the recorded diagnosis is none of these."
    ),
}


def form_words(name: str) -> str:
    """Return what a form is called; one of another version by its stored name."""
    form = form_named(name)
    return name if form is None else _(form.label)


def caveat_words(caveat: Caveat) -> str:
    """Return why a form may not apply, in one sentence."""
    return _(_CAVEAT_WORDS[caveat])


def figure_words(form: ReadingForm, points: int) -> str:
    """Return a total as the publication writes it."""
    figure = total_figure(form, points)
    return f"{figure:.1f}" if isinstance(figure, float) else str(figure)


def total_words(form: ReadingForm, values: Mapping[str, int]) -> str:
    """Return the total with what the form says of it, or how many criteria wait for an answer."""
    left = len(unanswered(form, values))
    if left:
        return ngettext(
            "No total yet: {left} of {count} criteria is not confirmed.",
            "No total yet: {left} of {count} criteria are not confirmed.",
            left,
        ).format(left=left, count=len(form.criteria))
    points, outcome = total_points(form, values), outcome_of(form, values)
    if points is None or outcome is None:
        return ""
    return _("Total {figure}: {outcome}.").format(
        figure=figure_words(form, points), outcome=_(form.outcome_words[outcome])
    )


def reading_words(reading: Reading) -> str:
    """Return what a stored reading came to, in one sentence."""
    form = form_named(reading.form)
    if form is None:
        count = len(reading.answers)
        return ngettext(
            "{count} answer to a form of another version.",
            "{count} answers to a form of another version.",
            count,
        ).format(count=count)
    return total_words(form, reading.values)


def odds_words(form: ReadingForm, values: Mapping[str, int], band: Band | None) -> str:
    """Return that a complete reading and the band of the score point to opposite ends; "" when not."""
    if band is None or not is_at_odds(outcome_of(form, values), band):
        return ""
    return _(
        "This total and the score's band ({label}) point to opposite ends; neither overrules the other."
    ).format(label=band_words(band))


def answers_words(reading: Reading) -> tuple[tuple[str, str], ...]:
    """Return each criterion with its answer; criteria without one are left out."""
    form = form_named(reading.form)
    words = []
    for answer in reading.answers:
        criterion = None if form is None else form.criterion(answer.criterion)
        if criterion is None or not criterion.permits(answer.value):
            words.append((answer.criterion, str(answer.value)))
        else:
            words.append((_(criterion.label), _(criterion.choice(answer.value).label)))
    return tuple(words)


def proposal_words(criterion: str, evidence: AbcdEvidence) -> str:
    """Return on what the proposed answer to a criterion rests; "" for one that is not measured."""
    if criterion in (abcd_form.ASYMMETRY, SYMMETRY):
        return _axes_words(evidence)
    if criterion == abcd_form.BORDER:
        return _border_words(evidence)
    colour = PATCH_BY_CRITERION.get(criterion)
    share = None if colour is None else evidence.patches.share_by_colour.get(colour)
    return "" if share is None else percent_words(share)


def _axes_words(evidence: AbcdEvidence) -> str:
    lines = [
        _("Axis at {angle:.0f}°: outline {outline:.2f}, colour {colour:.1f}{asymmetric}").format(
            angle=axis.angle_deg,
            outline=axis.outline,
            colour=axis.colour,
            asymmetric=_(", asymmetric") if axis.is_asymmetric else "",
        )
        for axis in evidence.axes.axes
    ]
    cuts = _("Our cuts: {outline:.2f} or {colour:.0f} L*a*b*").format(outline=OUTLINE_CUT, colour=COLOUR_CUT)
    return unbroken("\n".join((*lines, cuts)))


def _border_words(evidence: AbcdEvidence) -> str:
    unknown = sum(sector.sharpness is None for sector in evidence.border.sectors)
    sharp = _("{count} of 8 eighths end abruptly").format(count=evidence.border.sharp_count)
    cut = ngettext("{unknown} is cut by the frame", "{unknown} are cut by the frame", unknown).format(
        unknown=unknown
    )
    return f"{sharp}; {cut}" if unknown else sharp
