"""What a band is worth, in words: at the clinic's prevalence, and among the cases decided here."""

import math

from app.domain.analysis.model_summary import MeasuredBands
from app.domain.analysis.triage import Band
from app.domain.figures import percent, unbroken
from app.usecases.analysis.local_bands import FEWEST_DECIDED, LocalBands


def worth_words(band: Band, measured: MeasuredBands | None, prevalence_percent: float) -> str:
    """Return how often such a case is malignant, in one sentence; "" when that was not measured."""
    if measured is None:
        return ""
    figures = measured.figures
    share = figures.malignant_share(band.key, prevalence=prevalence_percent / 100)
    if share is None:
        return f"{band.label}: the measured images do not tell how often such cases are malignant."
    if share == 0.0:
        return f"{band.label}: none of the {figures.malignant.total:,} malignant images measured was."
    at = unbroken(f"{prevalence_percent:g} % prevalence")
    odds = odds_words(share)
    verb = "was" if odds.startswith("1 in") else "were"
    return f"{band.label}: {odds} such cases {verb} malignant at {at}."


def local_words(band: Band, local: LocalBands | None) -> str:
    """Return how many of the decided cases of a band were malignant here; "" until enough were decided."""
    if local is None or not local.is_enough:
        return ""
    malignant, cases = local.of(band)
    if not cases:
        return f"Here: none of the {local.decided:,} decided cases was {band.label}."
    return (
        f"Here: {malignant:,} of {cases:,} decided {band.label} cases were malignant "
        f"({local.decided:,} decided in all)."
    )


def worth_tip(band: Band, measured: MeasuredBands | None, local: LocalBands | None) -> str:
    """Return on what the sentence of a band rests; "" when nothing was measured."""
    if measured is None:
        return ""
    figures = measured.figures
    lines = [
        f"Measured on {figures.malignant.total:,} malignant and {figures.benign.total:,} benign "
        f"{measured.images} images, of which {figures.malignant.of(band.key):,} and "
        f"{figures.benign.of(band.key):,} were {band.label}.",
        *_rate_lines(measured),
        "Your own prevalence is entered in the settings.",
    ]
    if local is not None and not local.is_enough:
        lines.append(
            f"Figures of your own cases come once {FEWEST_DECIDED} are decided; now it is {local.decided}."
        )
    return "\n".join(lines)


def odds_words(share: float) -> str:
    """Return a share above 0 as "1 in 20", to two figures, or in tenths from one half on."""
    if share < 0.45:
        return f"1 in {_two_figures(1 / share):,}"
    if share > 0.9:
        return "more than 9 in 10"
    tenths = round(10 * share)
    return "1 in 2" if tenths == 5 else f"{tenths} in 10"


def _two_figures(number: float) -> int:
    return round(number) if number < 100 else int(round(number, 1 - math.floor(math.log10(number))))


def _rate_lines(measured: MeasuredBands) -> list[str]:
    figures, lines = measured.figures, []
    if figures.sensitivity is not None:
        lines.append(
            f"{percent(figures.sensitivity)} of malignant images were not Routine"
            f"{_at_least(figures.sensitivity_low)}."
        )
    if figures.specificity is not None:
        lines.append(
            f"{percent(figures.specificity)} of benign images were not Urgent"
            f"{_at_least(figures.specificity_low)}."
        )
    return lines


def _at_least(low: float | None) -> str:
    return "" if low is None else f" (95\N{NO-BREAK SPACE}% interval from {percent(low)})"
