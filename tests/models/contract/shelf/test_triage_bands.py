import pytest

from models.contract.shelf.triage_bands import band_of


@pytest.mark.parametrize(
    ("probability", "highest", "band"),
    [
        (0.60, 0.60, "urgent"),
        (0.59, 0.99, "soon"),
        (0.30, 0.30, "soon"),
        (0.29, 0.59, "routine"),
        (0.29, 0.60, "soon"),
        (0.00, 0.00, "routine"),
    ],
)
def test_a_band_follows_from_the_score_and_its_highest_view(
    probability: float, highest: float, band: str
) -> None:
    assert band_of(probability, highest, urgent=0.6, soon=0.3) == band
