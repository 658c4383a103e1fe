"""Which case a person should correct next: the one whose correction is expected to teach the most.

Three things that are known without a correction stand for what one would bring; what is unknown counts
as nothing. The number orders the work list and means nothing else.
"""

UNCERTAIN_BORDER = 0.25
"""Border uncertainty at which the boundary counts as wholly uncertain."""

WEIGHT_OF_BORDER = 0.5
"""The only term that is about the boundary itself, which is what a person corrects."""
WEIGHT_OF_UNLIKENESS = 0.3
"""A model errs more, and learns more, where it has seen little; but an odd image may be outlined well."""
WEIGHT_OF_SCORE = 0.2
"""A score that moves between views often has an odd crop behind it; but it has other causes, too."""

_NOTEWORTHY = 0.5
_UNLIKE = 0.9
"""Less typical than nine in ten training images."""
_MOVING_SCORE = 0.2


def expected_benefit(
    border_uncertainty: float | None, score_spread: float | None, unlikeness: float | None
) -> float:
    """Return the expected benefit of a correction in [0, 1].

    0.5 min(1, border uncertainty / 0.25) + 0.2 score spread + 0.3 unlikeness. It never falls when one of
    them rises.
    """
    return (
        WEIGHT_OF_BORDER * _border_term(border_uncertainty)
        + WEIGHT_OF_SCORE * _share(score_spread)
        + WEIGHT_OF_UNLIKENESS * _share(unlikeness)
    )


def reasons_to_correct(
    border_uncertainty: float | None, score_spread: float | None, unlikeness: float | None
) -> tuple[str, ...]:
    """Return why a correction is expected to help, in plain words; empty when nothing stands out."""
    said = (
        (_border_term(border_uncertainty) >= _NOTEWORTHY, "the boundary is uncertain"),
        (_share(unlikeness) >= _UNLIKE, "the image is unlike the training images"),
        (_share(score_spread) >= _MOVING_SCORE, "the score changes between views of the image"),
    )
    return tuple(words for holds, words in said if holds)


def _border_term(border_uncertainty: float | None) -> float:
    return _share(None if border_uncertainty is None else border_uncertainty / UNCERTAIN_BORDER)


def _share(value: float | None) -> float:
    return 0.0 if value is None else min(max(value, 0.0), 1.0)
