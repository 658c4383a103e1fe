import numpy as np
import pytest

from models.contract.arrays import BoolMask, ProbabilityMap
from models.contract.uncertainty.uncertainty_band import uncertainty_band

_SLOPE = 0.05


def _wall(height_px: int = 80, width_px: int = 120) -> tuple[BoolMask, ProbabilityMap]:
    """Lesion on the left half; the probability falls by 0.05 per pixel across the boundary."""
    columns = np.arange(width_px, dtype=np.float32) - (width_px / 2 - 0.5)
    probability = np.clip(0.5 - _SLOPE * columns, 0.0, 1.0).astype(np.float32)
    whole = np.repeat(probability[None], height_px, axis=0)
    return whole >= 0.5, whole


def _width_px(band: np.ndarray, row: int) -> float:
    return float(band[row].sum())


def test_the_half_width_is_twice_the_disagreement_over_the_slope() -> None:
    mask, probability = _wall()
    band = uncertainty_band(mask, probability, np.full(mask.shape, 0.25, np.float32))
    # 2 * 0.25 / 0.05 = 10 px to either side of the boundary.
    assert _width_px(band, 40) == pytest.approx(2 * 10, abs=0.1)
    assert band[40, 59] == 1.0


def test_the_band_is_widest_where_the_passes_disagree_most() -> None:
    mask, probability = _wall()
    disagreement = np.repeat(np.linspace(0.02, 0.2, 80, dtype=np.float32)[:, None], 120, axis=1)
    widths = [_width_px(uncertainty_band(mask, probability, disagreement), row) for row in (10, 30, 50, 70)]
    assert widths == sorted(widths)
    assert widths[-1] > 2 * widths[0]


def test_without_disagreement_there_is_no_band() -> None:
    mask, probability = _wall()
    assert uncertainty_band(mask, probability, np.zeros(mask.shape, np.float32)).max() == 0.0


def test_a_lesion_that_fills_the_frame_or_is_missing_has_no_band() -> None:
    doubt = np.full((40, 60), 0.5, np.float32)
    for value in (True, False):
        mask = np.full((40, 60), value)
        assert uncertainty_band(mask, mask.astype(np.float32), doubt).max() == 0.0


def test_the_band_never_hides_the_lesion() -> None:
    rows, columns = np.mgrid[:120, :160]
    distance = np.hypot(rows - 60, columns - 80).astype(np.float32)
    probability = np.clip(0.5 + 0.001 * (30 - distance), 0.0, 1.0)
    band = uncertainty_band(distance <= 30, probability, np.full((120, 160), 0.5, np.float32))
    # The half width ends at 15 % of the diameter of 60 px.
    assert band[60, 80] < 0.01
    assert band[(distance < 17) | (distance > 43)].max() < 0.01
    assert band[60, 80 + 24] > 0.9


def test_the_band_has_the_size_of_the_disagreement_map_however_large_the_image_is() -> None:
    mask, probability = _wall(800, 1200)
    band = uncertainty_band(mask, probability, np.full((80, 120), 0.1, np.float32))
    assert band.shape == (80, 120)
    assert band.dtype == np.float32
    assert 0.0 <= band.min() < band.max() <= 1.0
