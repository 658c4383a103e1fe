import pytest

from app.domain.analysis.benefit import expected_benefit, reasons_to_correct


def test_the_benefit_is_the_weighted_sum_of_its_terms() -> None:
    # 0.7 * 0.065 / 0.13 + 0.1 * 0.1 + 0.2 * 0.5
    assert expected_benefit(0.065, 0.1, 0.5) == pytest.approx(0.35 + 0.01 + 0.1)


def test_the_benefit_lies_between_nothing_and_one() -> None:
    assert expected_benefit(0.0, 0.0, 0.0) == 0.0
    assert expected_benefit(1.0, 1.0, 1.0) == pytest.approx(1.0)


@pytest.mark.parametrize("changed", [0, 1, 2])
def test_the_benefit_never_falls_when_one_term_rises(changed: int) -> None:
    terms = [0.1, 0.1, 0.1]
    benefits = []
    for step in range(21):
        terms[changed] = step / 20
        benefits.append(expected_benefit(*terms))
    assert benefits == sorted(benefits)
    assert benefits[-1] > benefits[0]


def test_what_is_unknown_counts_as_nothing() -> None:
    assert expected_benefit(None, None, None) == 0.0
    assert expected_benefit(0.1, None, None) == expected_benefit(0.1, 0.0, 0.0)


def test_the_reasons_name_what_stands_out() -> None:
    assert reasons_to_correct(0.2, 0.0, 0.95) == (
        "the boundary is uncertain",
        "the image is unlike the training images",
    )
    assert reasons_to_correct(None, 0.4, 0.5) == ("the score changes between views of the image",)
    assert reasons_to_correct(0.01, 0.02, 0.3) == ()
