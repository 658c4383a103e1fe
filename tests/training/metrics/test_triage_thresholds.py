"""Thresholds for stated aims, on the bands as they are shown."""

from pathlib import Path

import numpy as np
import pytest

import resources
from models.contract.shelf.band_table import band_lines
from models.contract.shelf.card import read_card
from training.contract.data_set import Sample
from training.metrics.band_figures import triage_figures
from training.metrics.triage_thresholds import (
    ScoredImages,
    aims_on,
    biopsy_collections,
    chosen_thresholds,
    clinic_like,
)
from training.publishing.operating_point import Choices, with_choices_of


def sample(number: int, source: str, *, malignant: bool) -> Sample:
    return Sample(
        f"i{number}", "val", Path("i.png"), None, None, malignant, 45.0 + number % 30,
        "female" if number % 2 else "male", "trunk", f"g{number}", "full", (None,) * 5,
        source=source, skin_tone=str(number % 2 + 2),
    )  # fmt: skip


def scored(
    seed: int, *, malignant: int, benign: int, distance: float, source: str = "A", spread: float = 0.5
) -> ScoredImages:
    """Images whose malignant logits lie ``distance`` above the benign ones, eight views each."""
    rng = np.random.default_rng(seed)
    labels = np.arange(malignant + benign) < malignant
    logits = rng.normal(labels * distance, 1.0)
    views = logits[:, None] + rng.normal(0, spread, (len(labels), 8))
    samples = tuple(sample(1000 * seed + n, source, malignant=bool(is_m)) for n, is_m in enumerate(labels))
    return ScoredImages.of(samples, views.astype(np.float32), 1.0)


def joined(*parts: ScoredImages) -> ScoredImages:
    return ScoredImages(
        tuple(one for part in parts for one in part.samples),
        np.concatenate([part.probabilities for part in parts]),
        np.concatenate([part.highest for part in parts]),
    )


def rates(images: ScoredImages, thresholds: dict[str, float]) -> tuple[float, float]:
    """Share of malignant images not Routine, and of benign ones not Urgent."""
    bands, labels = images.bands(thresholds), images.labels
    return float((bands[labels] != "routine").mean()), float((bands[~labels] != "urgent").mean())


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("distance", [0.3, 1.5, 4.0])
@pytest.mark.parametrize("spread", [0.0, 1.5])
def test_both_aims_hold_for_the_bands_as_they_are_shown(seed: int, distance: float, spread: float) -> None:
    images = scored(seed, malignant=60, benign=240, distance=distance, spread=spread)
    thresholds = chosen_thresholds(images)
    sensitivity, specificity = rates(images, thresholds)
    assert thresholds["soon"] <= thresholds["urgent"]
    assert sensitivity >= 0.95
    assert specificity >= 0.95


def test_no_higher_routine_threshold_would_reach_the_aim() -> None:
    images = scored(3, malignant=100, benign=400, distance=1.5)
    thresholds = chosen_thresholds(images)
    higher = {**thresholds, "soon": thresholds["soon"] * 1.01}
    while rates(images, higher)[0] >= 0.95 and higher["soon"] < thresholds["soon"] + 0.02:
        higher["soon"] *= 1.01
    assert rates(images, higher)[0] < 0.95


def test_a_large_easy_data_set_does_not_pay_for_a_small_hard_one() -> None:
    easy = scored(1, malignant=400, benign=2000, distance=4.0, source="easy")
    hard = scored(2, malignant=30, benign=120, distance=1.0, source="hard")
    both = joined(easy, hard)
    thresholds = chosen_thresholds(both)
    assert rates(hard, chosen_thresholds(easy))[0] < 0.95
    for part in (easy, hard, both):
        assert min(rates(part, thresholds)) >= 0.95


def test_a_handful_of_images_has_no_threshold_of_its_own() -> None:
    main = scored(1, malignant=100, benign=400, distance=2.0, source="main")
    few = scored(2, malignant=5, benign=300, distance=-3.0, source="few")
    assert chosen_thresholds(joined(main, few))["soon"] > chosen_thresholds(few)["soon"]


def test_a_biopsy_collection_has_no_say_and_is_told_apart() -> None:
    clinic = scored(1, malignant=60, benign=300, distance=2.0, source="clinic")
    biopsies = scored(2, malignant=300, benign=100, distance=0.2, source="biopsies")
    both = joined(clinic, biopsies)
    assert biopsy_collections(both) == ("biopsies",)
    assert chosen_thresholds(both) == chosen_thresholds(clinic)
    said = aims_on(both).chosen_on
    assert (
        said
        == "360 validation images (60 malignant) of: clinic; not of biopsies, which is a biopsy collection."
    )
    figures = triage_figures(both, chosen_thresholds(both))
    assert figures.whole.images == 360
    assert figures.parts["data set: biopsies"].images == 400
    assert figures.parts["sex: female"].images == 180


def test_biopsies_alone_are_better_than_nothing() -> None:
    biopsies = scored(2, malignant=300, benign=100, distance=1.0, source="biopsies")
    assert biopsy_collections(biopsies) == ()
    assert len(clinic_like(biopsies).samples) == 400
    assert min(rates(biopsies, chosen_thresholds(biopsies))) >= 0.95


def test_figures_count_every_image_once_and_state_their_bounds() -> None:
    images = scored(4, malignant=80, benign=320, distance=1.5)
    thresholds = chosen_thresholds(images)
    figures = triage_figures(images, thresholds, outlined_by="outliner/1")
    whole = figures.whole
    bands = images.bands(thresholds)
    assert whole.malignant.total + whole.benign.total == 400
    assert whole.malignant.routine == int(np.count_nonzero((bands == "routine") & images.labels))
    assert whole.sensitivity is not None
    assert whole.sensitivity_low is not None
    assert whole.sensitivity_low < whole.sensitivity
    assert {"data set: A", "sex: male", "age: 40 to 59", "site: trunk", "skin tone: 2", "view: full"} <= set(
        figures.parts
    )
    for kind in ("sex: ", "skin tone: "):
        parts = [part for name, part in figures.parts.items() if name.startswith(kind)]
        assert sum(part.images for part in parts) == 400


def test_few_images_that_are_all_found_are_no_certainty() -> None:
    images = scored(1, malignant=10, benign=100, distance=20.0)
    whole = triage_figures(images, {"soon": 0.5, "urgent": 0.9999}).whole
    assert whole.sensitivity == 1.0
    assert whole.sensitivity_low == pytest.approx(0.6915, abs=1e-4)  # Clopper and Pearson, 10 of 10
    assert whole.sensitivity_high == 1.0
    none_found = triage_figures(images, {"soon": 1.0, "urgent": 1.0}).whole
    assert none_found.sensitivity == 0.0
    assert none_found.sensitivity_high == pytest.approx(0.3085, abs=1e-4)


def test_a_data_set_of_one_outcome_gives_no_rate_of_the_other() -> None:
    images = scored(5, malignant=0, benign=50, distance=0.0)
    thresholds = chosen_thresholds(images)
    figures = triage_figures(images, thresholds)
    assert figures.whole.sensitivity is None
    assert figures.whole.sensitivity_low is None
    lines = list(band_lines(figures))
    assert lines[1].startswith("all images: - of 0 malignant not routine")


def test_engines_that_differ_in_the_last_bits_give_the_same_bands() -> None:
    images = scored(6, malignant=100, benign=400, distance=1.5)
    thresholds = chosen_thresholds(images)
    logits = np.log(images.probabilities) - np.log1p(-images.probabilities)
    for difference in (-2e-5, 2e-5):
        moved = 1 / (1 + np.exp(-(logits + difference)))
        other = ScoredImages(images.samples, moved, images.highest)
        assert (other.bands(thresholds) == images.bands(thresholds)).all()


def test_a_fine_tuned_model_keeps_thresholds_and_aims_but_not_what_they_were_worth() -> None:
    clinic = scored(1, malignant=60, benign=300, distance=2.0)
    thresholds = chosen_thresholds(clinic)
    figures = {"val": triage_figures(clinic, thresholds)}
    base = read_card(resources.path("models", "mambaderm_lite", "1")).model_copy(
        update={"triage_thresholds": thresholds, "triage_aims": aims_on(clinic), "triage_figures": figures}
    )
    own = Choices(
        threshold=0.9, temperature=3.0, metrics={}, triage_thresholds={"soon": 0.9, "urgent": 0.95},
        triage_figures=figures,
    )  # fmt: skip
    kept = with_choices_of(base, own)
    assert (kept.triage_thresholds, kept.triage_aims) == (thresholds, base.triage_aims)
    assert kept.triage_figures == {}


def test_the_table_names_every_part_and_the_biopsies() -> None:
    clinic = scored(1, malignant=60, benign=300, distance=2.0, source="clinic")
    both = joined(clinic, scored(2, malignant=300, benign=100, distance=0.2, source="biopsies"))
    figures = triage_figures(both, chosen_thresholds(both), outlined_by="outliner/1")
    lines = list(band_lines(figures))
    assert lines[0] == (
        "Triage bands, masks by outliner/1; share malignant (PPV) of each band at 5% prevalence:"
    )
    assert any(line.startswith("  data set: biopsies (biopsies, not in all): ") for line in lines)
    assert len(lines) == 2 + len(figures.parts)
    assert list(band_lines(None)) == []
