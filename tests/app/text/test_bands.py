"""What a band is worth, in a sentence."""

from dataclasses import replace

import pytest

from app.domain.analysis.model_summary import MeasuredBands
from app.domain.analysis.triage import Band
from app.text.bands import local_words, odds_words, worth_tip, worth_words
from app.usecases.analysis.local_bands import LocalBands
from models.contract.shelf.triage_figures import BandCounts, BandFigures

MEASURED = MeasuredBands(
    BandFigures(
        malignant=BandCounts(urgent=50, soon=46, routine=4),
        benign=BandCounts(urgent=20, soon=180, routine=200),
        sensitivity_low=0.914,
        specificity_low=0.931,
    ),
    "held-out",
)
NONE_MISSED = MeasuredBands(
    BandFigures(
        malignant=BandCounts(urgent=30, soon=10, routine=0), benign=BandCounts(urgent=0, soon=5, routine=5)
    ),
    "validation",
)


@pytest.mark.parametrize(
    ("band", "prevalence_percent", "said"),
    [
        (Band.URGENT, 5, "Urgent: 1 in 3 such cases was malignant at 5 % prevalence."),
        (Band.URGENT, 0.5, "Urgent: 1 in 21 such cases was malignant at 0.5 % prevalence."),
        (Band.URGENT, 30, "Urgent: 8 in 10 such cases were malignant at 30 % prevalence."),
        (Band.SOON, 5, "Soon: 1 in 20 such cases was malignant at 5 % prevalence."),
        (Band.ROUTINE, 5, "Routine: 1 in 240 such cases was malignant at 5 % prevalence."),
    ],
)
def test_a_band_is_worth_what_the_prevalence_makes_of_it(
    band: Band, prevalence_percent: float, said: str
) -> None:
    assert worth_words(band, MEASURED, prevalence_percent).replace("\N{NO-BREAK SPACE}", " ") == said


def test_a_band_without_a_malignant_image_is_not_called_safe() -> None:
    said = worth_words(Band.ROUTINE, NONE_MISSED, 5)
    assert said == "Routine: none of the 40 malignant images measured was."


def test_a_band_without_a_benign_image_is_nearly_sure_and_no_more() -> None:
    assert "more than 9 in 10 such cases were malignant" in worth_words(Band.URGENT, NONE_MISSED, 5)


def test_what_was_not_measured_is_not_told() -> None:
    assert worth_words(Band.URGENT, None, 5) == ""
    assert worth_tip(Band.URGENT, None, None) == ""
    one_sided = MeasuredBands(
        BandFigures(malignant=BandCounts(urgent=0, soon=0, routine=0), benign=NONE_MISSED.figures.benign),
        "held-out",
    )
    said = worth_words(Band.SOON, one_sided, 5)
    assert said == "Soon: the measured images do not tell how often such cases are malignant."
    assert "of malignant images" not in worth_tip(Band.SOON, one_sided, None)


def test_the_tip_names_counts_bounds_and_how_many_own_cases_are_missing() -> None:
    tip = worth_tip(Band.URGENT, MEASURED, LocalBands({Band.URGENT: 2}, {Band.ROUTINE: 10}))
    tip = tip.replace("\N{NO-BREAK SPACE}", " ")
    assert "100 malignant and 400 benign held-out images, of which 50 and 20 were Urgent." in tip
    assert "96 % of malignant images were not Routine (95 % interval from 91 %)." in tip
    assert "95 % of benign images were not Urgent (95 % interval from 93 %)." in tip
    assert "once 50 are decided; now it is 12." in tip


def test_own_figures_come_from_fifty_decided_cases_on() -> None:
    few = LocalBands({Band.URGENT: 4}, {Band.URGENT: 6, Band.ROUTINE: 39})
    enough = LocalBands({Band.URGENT: 4}, {Band.URGENT: 6, Band.ROUTINE: 40})
    assert local_words(Band.URGENT, few) == ""
    assert local_words(Band.URGENT, None) == ""
    assert local_words(Band.URGENT, enough) == (
        "Here: 4 of 10 decided Urgent cases were malignant (50 decided in all, each counted by the decision)."
    )
    assert local_words(Band.URGENT, replace(enough, by_outcome=12)) == (
        "Here: 4 of 10 decided Urgent cases were malignant "
        "(50 decided in all, 12 counted by their outcome, the others by the decision)."
    )
    assert local_words(Band.ROUTINE, enough).startswith("Here: 0 of 40 decided Routine cases were malignant")
    assert local_words(Band.SOON, enough) == "Here: none of the 50 decided cases was Soon."


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0004, "1 in 2,500"),
        (0.000312, "1 in 3,200"),
        (0.0042, "1 in 240"),
        (0.101, "1 in 10"),
        (0.05, "1 in 20"),
        (0.34, "1 in 3"),
        (0.44, "1 in 2"),
        (0.5, "1 in 2"),
        (0.9, "9 in 10"),
        (0.901, "more than 9 in 10"),
        (1.0, "more than 9 in 10"),
    ],
)
def test_shares_are_told_as_people_count(share: float, words: str) -> None:
    assert odds_words(share) == words
