"""What a band is worth, in words: at the clinic's prevalence, and among the cases decided here."""

import math

from app.domain.analysis.model_summary import MeasuredBands
from app.domain.analysis.triage import Band
from app.domain.figures import unbroken
from app.text.figures import percent_words
from app.translation import _
from app.usecases.analysis.local_bands import FEWEST_DECIDED, LocalBands


def band_words(band: Band) -> str:
    """Return a band's name as it is shown."""
    return _(band.label)


def worth_words(band: Band, measured: MeasuredBands | None, prevalence_percent: float) -> str:
    """Return how often such a case is malignant, in one sentence; "" when that was not measured."""
    if measured is None:
        return ""
    figures = measured.figures
    share = figures.malignant_share(band.key, prevalence=prevalence_percent / 100)
    if share is None:
        return _("{label}: the measured images do not tell how often such cases are malignant.").format(
            label=band_words(band)
        )
    if share == 0.0:
        return _("{label}: none of the {total:,} malignant images measured was.").format(
            label=band_words(band), total=figures.malignant.total
        )
    sentence = (
        _("{label}: {odds} such cases was malignant at {prevalence}.")
        if _is_one_in_some(share)
        else _("{label}: {odds} such cases were malignant at {prevalence}.")
    )
    prevalence = unbroken(_("{percent:g} % prevalence").format(percent=prevalence_percent))
    return sentence.format(label=band_words(band), odds=odds_words(share), prevalence=prevalence)


def local_words(band: Band, local: LocalBands | None) -> str:
    """Return how many of the decided cases of a band were malignant here; "" until enough were decided."""
    if local is None or not local.is_enough:
        return ""
    malignant, cases = local.of(band)
    if not cases:
        return _("Here: none of the {decided:,} decided cases was {label}.").format(
            decided=local.decided, label=band_words(band)
        )
    said = (
        _(
            "Here: {malignant:,} of {cases:,} decided {label} cases were malignant ({decided:,} decided in "
            "all, {by_outcome:,} counted by their outcome, the others by the decision)."
        )
        if local.by_outcome
        else _(
            "Here: {malignant:,} of {cases:,} decided {label} cases were malignant ({decided:,} decided in "
            "all, each counted by the decision)."
        )
    )
    return said.format(
        malignant=malignant,
        cases=cases,
        label=band_words(band),
        decided=local.decided,
        by_outcome=local.by_outcome,
    )


def worth_tip(band: Band, measured: MeasuredBands | None, local: LocalBands | None) -> str:
    """Return on what the sentence of a band rests; "" when nothing was measured."""
    if measured is None:
        return ""
    figures = measured.figures
    lines = [
        _(
            "Measured on {malignant:,} malignant and {benign:,} benign {images} images, of which "
            "{malignant_of_band:,} and {benign_of_band:,} were {label}."
        ).format(
            malignant=figures.malignant.total,
            benign=figures.benign.total,
            images=measured.images,
            malignant_of_band=figures.malignant.of(band.key),
            benign_of_band=figures.benign.of(band.key),
            label=band_words(band),
        ),
        *_rate_lines(measured),
        _("Your own prevalence is entered in the settings."),
    ]
    if local is not None and not local.is_enough:
        lines.append(
            _(
                "Figures of your own cases come once {fewest_decided} are decided; now it is {decided}."
            ).format(fewest_decided=FEWEST_DECIDED, decided=local.decided)
        )
    return "\n".join(lines)


def odds_words(share: float) -> str:
    """Return a share above 0 as "1 in 20", to two figures, or in tenths from one half on."""
    if share < 0.45:
        return _("1 in {cases:,}").format(cases=_two_figures(1 / share))
    if share > 0.9:
        return _("more than 9 in 10")
    tenths = round(10 * share)
    return _("1 in 2") if tenths == 5 else _("{tenths} in 10").format(tenths=tenths)


def _is_one_in_some(share: float) -> bool:
    """Say whether a share is told as one of so many, and not as several of ten."""
    return share < 0.45 or round(10 * share) == 5


def _two_figures(number: float) -> int:
    return round(number) if number < 100 else int(round(number, 1 - math.floor(math.log10(number))))


def _rate_lines(measured: MeasuredBands) -> list[str]:
    figures, lines = measured.figures, []
    if figures.sensitivity is not None:
        lines.append(
            _("{sensitivity} of malignant images were not Routine{at_least}.").format(
                sensitivity=percent_words(figures.sensitivity), at_least=_at_least(figures.sensitivity_low)
            )
        )
    if figures.specificity is not None:
        lines.append(
            _("{specificity} of benign images were not Urgent{at_least}.").format(
                specificity=percent_words(figures.specificity), at_least=_at_least(figures.specificity_low)
            )
        )
    return lines


def _at_least(low: float | None) -> str:
    return (
        ""
        if low is None
        else _(" (95\N{NO-BREAK SPACE}% interval from {low})").format(low=percent_words(low))
    )
