"""Totals, outcomes and what answers a form cannot have."""

from itertools import combinations_with_replacement, product

import pytest

from app.domain.analysis.triage import Band
from app.domain.errors import InvalidFieldError
from app.domain.readings.abcd_form import ABCD, ASYMMETRY, BORDER
from app.domain.readings.clinical_form import WEIGHTED_SEVEN_POINT
from app.domain.readings.dermoscopic_forms import (
    CASH,
    MENZIES,
    SEVEN_POINT_CLASSIC,
    SEVEN_POINT_REVISED,
    THREE_POINT,
)
from app.domain.readings.form import NO, YES, Outcome, ReadingForm
from app.domain.readings.forms import FORMS, form_named
from app.domain.readings.totals import (
    check_answers,
    is_at_odds,
    outcome_of,
    total_figure,
    total_points,
    unanswered,
    what_is_wrong,
)

COLOURS, STRUCTURES = (group.criteria for group in ABCD.groups[2:])


def abcd(asymmetry: int, border: int, colours: int, structures: int) -> dict[str, int]:
    """Return answers with the first so many colours and structures present."""
    return {
        ASYMMETRY: asymmetry,
        BORDER: border,
        **{one.name: int(at < colours) for at, one in enumerate(COLOURS)},
        **{one.name: int(at < structures) for at, one in enumerate(STRUCTURES)},
    }


def answered(form: ReadingForm, *present: str) -> dict[str, int]:
    """Return a form in which nothing else is present."""
    return {criterion.name: int(criterion.name in present) for criterion in form.criteria}


def test_all_810_inputs_of_the_abcd_rule_have_the_published_total_and_range() -> None:
    totals = set()
    for a, b, c, d in product(range(3), range(9), range(1, 7), range(1, 6)):
        values = abcd(a, b, c, d)
        points = total_points(ABCD, values)
        published = 1.3 * a + 0.1 * b + 0.5 * c + 0.5 * d
        assert points is not None
        assert total_figure(ABCD, points) == pytest.approx(published)
        expected = (
            Outcome.BELOW if published < 4.75 else Outcome.REACHED if published > 5.45 else Outcome.BETWEEN
        )
        assert outcome_of(ABCD, values) is expected, (a, b, c, d)
        totals.add(points)
    assert (len(totals), min(totals), max(totals)) == (80, 10, 89)


def test_which_colours_are_present_does_not_matter_for_the_total() -> None:
    for one, other in combinations_with_replacement(COLOURS, 2):
        values = abcd(0, 0, 0, 1) | {one.name: YES, other.name: YES}
        assert total_points(ABCD, values) == 5 * len({one.name, other.name}) + 5


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_total_waits_for_the_last_answer(form: ReadingForm) -> None:
    values = {
        criterion.name: criterion.choices[-1].value for criterion in form.criteria if not criterion.excludes
    }
    values |= {criterion.name: NO for criterion in form.criteria if criterion.excludes}
    assert total_points(form, values) is not None
    for criterion in form.criteria:
        fewer = {name: value for name, value in values.items() if name != criterion.name}
        assert (total_points(form, fewer), outcome_of(form, fewer)) == (None, None)
        assert unanswered(form, fewer) == (criterion,)


@pytest.mark.parametrize(
    ("form", "highest", "reached_from"),
    [
        (SEVEN_POINT_CLASSIC, 10, 3),
        (SEVEN_POINT_REVISED, 7, 1),
        (CASH, 17, 8),
        (THREE_POINT, 3, 2),
        (WEIGHTED_SEVEN_POINT, 10, 3),
        (MENZIES, 9, 1),
    ],
)
def test_the_forms_reach_their_highest_total_and_threshold(
    form: ReadingForm, highest: int, reached_from: int
) -> None:
    values = {one.name: NO if one.excludes else one.choices[-1].value for one in form.criteria}
    if form.contradictions:
        assert not what_is_wrong(form, values)
    assert total_points(form, values) == highest
    assert form.reached_from == reached_from


def test_one_major_criterion_tells_the_two_7_point_checklists_apart() -> None:
    outcomes = [
        outcome_of(form, answered(form, "atypical_network"))
        for form in (SEVEN_POINT_CLASSIC, SEVEN_POINT_REVISED)
    ]
    assert outcomes == [Outcome.BELOW, Outcome.REACHED]
    assert outcome_of(
        SEVEN_POINT_CLASSIC, answered(SEVEN_POINT_CLASSIC, "atypical_network", "regression")
    ) is (Outcome.REACHED)


def test_the_clinical_7_point_form_shares_no_criterion_with_the_dermoscopic_ones() -> None:
    assert not WEIGHTED_SEVEN_POINT.criteria_names & SEVEN_POINT_CLASSIC.criteria_names
    assert SEVEN_POINT_CLASSIC.criteria_names == SEVEN_POINT_REVISED.criteria_names
    assert [form.is_dermoscopic for form in FORMS].count(False) == 1


@pytest.mark.parametrize(
    ("present", "outcome"),
    [
        ((), Outcome.BELOW),
        (("pseudopods",), Outcome.REACHED),
        (("pseudopods", "symmetry_of_pattern"), Outcome.BELOW),
        (("pseudopods", "single_colour"), Outcome.BELOW),
    ],
)
def test_menzies_needs_a_positive_feature_and_no_negative_one(
    present: tuple[str, ...], outcome: Outcome
) -> None:
    assert outcome_of(MENZIES, answered(MENZIES, *present)) is outcome


def test_cash_lies_between_2_and_17_with_8_at_the_threshold() -> None:
    least = answered(CASH, "colour_red", "homogeneity_network")
    assert total_points(CASH, least) == 2
    colours = [one.name for one in CASH.groups[0].criteria]
    assert outcome_of(CASH, answered(CASH, *colours, "homogeneity_network")) is Outcome.BELOW
    assert outcome_of(CASH, answered(CASH, *colours, "homogeneity_network", "homogeneity_dots_globules")) is (
        Outcome.REACHED
    )


@pytest.mark.parametrize(
    ("form", "values", "words"),
    [
        (ABCD, {}, "Nothing is confirmed"),
        (ABCD, abcd(0, 0, 0, 1), "at least one colour"),
        (ABCD, abcd(0, 0, 1, 0), "at least one structure"),
        (ABCD, {ASYMMETRY: 3}, "no answer to “Axes with asymmetry”"),
        (ABCD, {BORDER: 9}, "no answer to"),
        (ABCD, {"oozing": 1}, "“oozing”"),
        (MENZIES, {"single_colour": YES, "five_to_six_colours": YES}, "contradict each other"),
    ],
)
def test_answers_that_a_form_cannot_have_are_refused_in_a_sentence(
    form: ReadingForm, values: dict[str, int], words: str
) -> None:
    with pytest.raises(InvalidFieldError, match=words):
        check_answers(form, values)
    assert total_points(form, values) is None or not what_is_wrong(form, values)


def test_part_of_a_form_may_be_recorded() -> None:
    check_answers(ABCD, {ASYMMETRY: 2, "colour_red": NO})


def test_only_opposite_ends_are_at_odds() -> None:
    found = {(outcome, band) for outcome in Outcome for band in Band if is_at_odds(outcome, band)}
    assert found == {(Outcome.BELOW, Band.URGENT), (Outcome.REACHED, Band.ROUTINE)}
    assert not is_at_odds(None, Band.URGENT)
    assert not is_at_odds(Outcome.BELOW, None)


def test_names_of_forms_and_criteria_are_unique() -> None:
    assert len({form.name for form in FORMS}) == len({form.label for form in FORMS}) == len(FORMS)
    assert all(len(form.criteria_names) == len(form.criteria) for form in FORMS)
    assert form_named("abcd") is ABCD
    assert form_named("of another version") is None
