"""What the triage bands are worth: counts by outcome, by data set and by subgroup, for a card."""

import numpy as np
from numpy.typing import NDArray

from models.contract.metrics import bootstrap_interval
from models.contract.shelf.triage_bands import BANDS
from models.contract.shelf.triage_figures import BandCounts, BandFigures, TriageFigures
from training.metrics.card_figures import FEWEST_CASES, SEED, Cases
from training.metrics.triage_thresholds import ScoredImages, biopsy_collections, clinic_like

_TAIL = 0.025
"""Beyond each end of a 95 % interval."""


def triage_figures(
    scored: ScoredImages, thresholds: dict[str, float], *, outlined_by: str = ""
) -> TriageFigures:
    """The bands of images of known outcome, all together and by subgroup."""
    counted = clinic_like(scored)
    parts = {
        f"data set: {name}": figures_of(scored.chosen(scored.sources == name), thresholds)
        for name in np.unique(scored.sources)
        if np.count_nonzero(scored.sources == name) >= FEWEST_CASES
    }
    for name, rows in Cases(counted.samples).subgroups(with_diagnosis=False, with_site_and_tone=True).items():
        if np.count_nonzero(rows) >= FEWEST_CASES:
            parts[name] = figures_of(counted.chosen(rows), thresholds)
    return TriageFigures(
        whole=figures_of(counted, thresholds),
        parts=parts,
        biopsy_collections=biopsy_collections(scored),
        outlined_by=outlined_by,
    )


def figures_of(scored: ScoredImages, thresholds: dict[str, float]) -> BandFigures:
    """The counts of each band by outcome, and the intervals of the two rates that have aims."""
    bands, labels, groups = scored.bands(thresholds), scored.labels, scored.groups
    found_low, found_high = _bounds(bands[labels] != "routine", groups[labels])
    left_low, left_high = _bounds(bands[~labels] != "urgent", groups[~labels])
    return BandFigures(
        malignant=_counts(bands[labels]),
        benign=_counts(bands[~labels]),
        sensitivity_low=found_low,
        sensitivity_high=found_high,
        specificity_low=left_low,
        specificity_high=left_high,
    )


def _counts(bands: NDArray[np.str_]) -> BandCounts:
    return BandCounts(**{name: int(np.count_nonzero(bands == name)) for name in BANDS})


def _bounds(
    is_as_wished: NDArray[np.bool_], groups: NDArray[np.str_]
) -> tuple[float, float] | tuple[None, None]:
    interval = bootstrap_interval(_share, is_as_wished, seed=SEED, groups=groups)
    if interval is None:
        return None, None
    # Where all images are alike every draw is, too; so few lesions could still be that by chance.
    chance = _TAIL ** (1.0 / len(np.unique(groups)))
    low = chance if interval.value == 1.0 else interval.low
    return low, 1.0 - chance if interval.value == 0.0 else interval.high


def _share(values: NDArray[np.bool_]) -> float | None:
    return float(values.mean()) if len(values) else None
