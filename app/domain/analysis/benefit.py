"""Which case a person should correct next: the one whose correction is expected to teach the most.

Three things that are known without a correction stand for what one would bring; what is unknown counts
as nothing. The number orders the work list and means nothing else.
"""

from app.translation import N_

UNCERTAIN_BORDER = 0.13
"""Border uncertainty that counts as whole: 5 % of 147 validation images of `dermomamba/1` lie above."""

WEIGHT_OF_BORDER = 0.7
"""Ranks those validation images most like their true error does (correlation with 1 - Dice: 0.64)."""
WEIGHT_OF_ATYPICALITY = 0.2
"""Says little about the error (0.10), but an image like few others teaches what the model has not seen."""
WEIGHT_OF_SCORE = 0.1
"""A score that moves between views may have an odd crop behind it, or quite other causes."""

_NOTEWORTHY = 0.5
_UNLIKE = 0.9
"""Less typical than nine in ten training images."""
_MOVING_SCORE = 0.2


def expected_benefit(
    border_uncertainty: float | None, score_spread: float | None, atypicality: float | None
) -> float:
    """Return the expected benefit of a correction in [0, 1].

    0.7 min(1, border uncertainty / 0.13) + 0.1 score spread + 0.2 atypicality. It never falls when one of
    them rises.
    """
    return (
        WEIGHT_OF_BORDER * _border_term(border_uncertainty)
        + WEIGHT_OF_SCORE * _share(score_spread)
        + WEIGHT_OF_ATYPICALITY * _share(atypicality)
    )


def reasons_to_correct(
    border_uncertainty: float | None, score_spread: float | None, atypicality: float | None
) -> tuple[str, ...]:
    """Return why a correction is expected to help, in plain English words; empty when nothing stands out."""
    said = (
        (is_border_uncertain(border_uncertainty), N_("the boundary is uncertain")),
        (_share(atypicality) >= _UNLIKE, N_("the image is unlike the training images")),
        (_share(score_spread) >= _MOVING_SCORE, N_("the score changes between views of the image")),
    )
    return tuple(words for holds, words in said if holds)


def is_border_uncertain(border_uncertainty: float | None) -> bool:
    """Say whether a boundary is so uncertain that it must be said."""
    return _border_term(border_uncertainty) >= _NOTEWORTHY


def _border_term(border_uncertainty: float | None) -> float:
    return _share(None if border_uncertainty is None else border_uncertainty / UNCERTAIN_BORDER)


def _share(value: float | None) -> float:
    return 0.0 if value is None else min(max(value, 0.0), 1.0)
