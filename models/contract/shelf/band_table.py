"""What the triage bands are worth, in words for a terminal and for a card that is read."""

from collections.abc import Iterator

from models.contract.shelf.triage_bands import BANDS
from models.contract.shelf.triage_figures import BandFigures, TriageFigures

PREVALENCE = 0.05
"""At which the predictive values of the table hold; a clinic states its own in the application."""


def band_lines(figures: TriageFigures | None) -> Iterator[str]:
    """One line for all images and one for each part; nothing without figures."""
    if figures is None:
        return
    yield (
        f"Triage bands, masks by {figures.outlined_by or 'experts'}; share malignant (PPV) of each band at "
        f"{PREVALENCE:.0%} prevalence:"
    )
    yield f"all images: {figures_words(figures.whole)}"
    for name, part in figures.parts.items():
        apart = name.removeprefix("data set: ") in figures.biopsy_collections
        yield f"  {name}{' (biopsies, not in all)' if apart else ''}: {figures_words(part)}"


def figures_words(figures: BandFigures) -> str:
    """The rates that have aims, what is spared the benign, and the share and value of each band."""
    sensitivity = _rate(figures.sensitivity, figures.sensitivity_low, figures.sensitivity_high)
    specificity = _rate(figures.specificity, figures.specificity_low, figures.specificity_high)
    shares = ", ".join(
        f"{band} {_percent(figures.share(band))} of images, "
        f"PPV {_percent(figures.malignant_share(band, prevalence=PREVALENCE), digits=1)}"
        for band in BANDS
    )
    return (
        f"{sensitivity} of {figures.malignant.total} malignant not routine; {specificity} of "
        f"{figures.benign.total} benign not urgent; "
        f"{_percent(figures.benign_routine)} of benign routine; {shares}"
    )


def _rate(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return "-"
    return f"{value:.1%} ({low:.1%} to {high:.1%})"


def _percent(share: float | None, *, digits: int = 0) -> str:
    return "-" if share is None else f"{share:.{digits}%}"
