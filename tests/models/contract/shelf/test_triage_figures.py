import pytest

from models.contract.shelf.triage_figures import BandCounts, BandFigures


def test_rates_follow_from_counts() -> None:
    figures = BandFigures(
        malignant=BandCounts(urgent=60, soon=36, routine=4),
        benign=BandCounts(urgent=20, soon=180, routine=200),
    )
    assert figures.sensitivity == pytest.approx(0.96)
    assert figures.specificity == pytest.approx(0.95)
    assert figures.benign_routine == pytest.approx(0.5)
    assert figures.share("urgent") == pytest.approx(80 / 500)
    assert figures.images == 500


def test_predictive_values_are_those_of_a_clinic_that_has_seen_as_many_cases() -> None:
    """A hundred thousand cases counted out at 5 % give the same shares as Bayes' rule."""
    figures = BandFigures(
        malignant=BandCounts(urgent=60, soon=36, routine=4),
        benign=BandCounts(urgent=20, soon=180, routine=200),
    )
    malignant, benign = 5_000, 95_000
    for band, is_of_malignant, is_of_benign in (
        ("urgent", 0.60, 0.05),
        ("soon", 0.36, 0.45),
        ("routine", 0.04, 0.50),
    ):
        called = malignant * is_of_malignant + benign * is_of_benign
        expected = malignant * is_of_malignant / called
        assert figures.malignant_share(band, prevalence=0.05) == pytest.approx(expected)  # type: ignore[arg-type]


def test_the_mix_of_the_data_changes_no_predictive_value() -> None:
    few = BandFigures(
        malignant=BandCounts(urgent=6, soon=3, routine=1), benign=BandCounts(urgent=1, soon=4, routine=5)
    )
    many = few.model_copy(update={"malignant": BandCounts(urgent=600, soon=300, routine=100)})
    assert few.malignant_share("soon", prevalence=0.02) == many.malignant_share("soon", prevalence=0.02)


def test_what_was_not_measured_is_not_told() -> None:
    nothing = BandCounts(urgent=0, soon=0, routine=0)
    figures = BandFigures(malignant=nothing, benign=BandCounts(urgent=0, soon=1, routine=9))
    assert figures.sensitivity is None
    assert figures.malignant_share("soon", prevalence=0.05) is None
    none_urgent = BandFigures(malignant=BandCounts(urgent=0, soon=1, routine=0), benign=figures.benign)
    assert none_urgent.malignant_share("urgent", prevalence=0.05) is None
    assert none_urgent.malignant_share("routine", prevalence=0.05) == 0.0
