"""What is measured for the ABCD rule, on drawn lesions whose answers are known."""

import cv2
import numpy as np
import pytest

from models.contract.arrays import BoolMask, RgbImage
from models.contract.errors import NoLesionError
from models.contract.lesion.abcd.colours import PatchColour
from models.contract.lesion.abcd.evidence import abcd_evidence

SKIN, BROWN, DARK, GREY, RED, WHITE = (
    (205, 158, 138),
    (150, 95, 60),
    (85, 52, 35),
    (88, 92, 105),
    (190, 70, 75),
    (235, 230, 226),
)
SIDE, CENTRE, RADIUS = 240, 120, 70


def disc() -> BoolMask:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return np.asarray((rows - CENTRE) ** 2 + (columns - CENTRE) ** 2 <= RADIUS**2)


def painted(mask: BoolMask, colour: tuple[int, int, int] = BROWN, *, blur_px: float = 0.0) -> RgbImage:
    image = np.full((SIDE, SIDE, 3), SKIN, np.uint8)
    image[mask] = colour
    return image if not blur_px else np.asarray(cv2.GaussianBlur(image, (0, 0), blur_px), np.uint8)


def half(mask: BoolMask) -> BoolMask:
    return mask & (np.arange(SIDE)[None] < CENTRE)


def test_a_disc_of_one_colour_is_symmetric_and_has_that_colour() -> None:
    found = abcd_evidence(painted(disc()), disc())
    assert found.axes.asymmetric_count == 0
    assert found.axes.centre_xy == pytest.approx((CENTRE + 0.5, CENTRE + 0.5), abs=0.6)
    assert found.axes.reach_px == pytest.approx(RADIUS, abs=1.5)
    assert found.patches.present == {PatchColour.LIGHT_BROWN}


def test_two_halves_of_other_colours_are_asymmetric_about_one_axis() -> None:
    image = painted(disc())
    image[half(disc())] = DARK
    found = abcd_evidence(image, disc())
    assert found.axes.asymmetric_count == 1
    across = {axis.angle_deg: axis for axis in found.axes.axes}
    assert across[90.0].colour > across[0.0].colour


def test_a_quarter_is_asymmetric_about_both_axes_or_the_axes_are_turned_to_hide_it() -> None:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    quarter = disc() & (rows < CENTRE) & (columns < CENTRE)
    image = painted(disc())
    image[quarter] = DARK
    found = abcd_evidence(image, disc())
    assert found.axes.asymmetric_count == 1
    assert {axis.angle_deg for axis in found.axes.axes} == {45.0, 135.0}


def test_a_sharp_edge_counts_in_all_eighths_and_a_soft_one_in_none() -> None:
    assert abcd_evidence(painted(disc()), disc()).border.sharp_count == 8
    assert abcd_evidence(painted(disc(), blur_px=14), disc()).border.sharp_count == 0


def test_an_edge_that_is_sharp_on_one_side_counts_in_the_eighths_there() -> None:
    sharp, soft = painted(disc(), DARK), painted(disc(), DARK, blur_px=14)
    image = np.where((np.arange(SIDE) < CENTRE)[None, :, None], soft, sharp)
    sectors = abcd_evidence(image, disc()).border.sectors
    assert [sector.is_sharp for sector in sectors] == [True, True, False, False, False, False, True, True]
    assert (sectors[0].from_deg, sectors[0].to_deg) == (0.0, 45.0)


def test_a_faint_edge_is_not_cut_off_however_sharp() -> None:
    faint = tuple(level - 8 for level in SKIN)
    assert abcd_evidence(painted(disc(), (faint[0], faint[1], faint[2])), disc()).border.sharp_count == 0


def test_where_the_frame_cuts_the_lesion_nothing_is_known_of_its_border() -> None:
    cut = np.ascontiguousarray(disc()[:, CENTRE:])
    image = np.ascontiguousarray(painted(disc())[:, CENTRE:])
    sectors = abcd_evidence(image, cut).border.sectors
    assert sectors[3].sharpness is None
    assert not sectors[3].is_sharp
    assert sectors[0].sharpness is not None


@pytest.mark.parametrize(
    ("rgb", "colour"),
    [
        (DARK, PatchColour.DARK_BROWN),
        (GREY, PatchColour.BLUE_GREY),
        (RED, PatchColour.RED),
        (WHITE, PatchColour.WHITE),
        ((28, 22, 20), PatchColour.BLACK),
    ],
)
def test_each_colour_is_found_with_its_share_and_place(
    rgb: tuple[int, int, int], colour: PatchColour
) -> None:
    image, patch = painted(disc()), np.zeros((SIDE, SIDE), np.uint8)
    cv2.circle(patch, (CENTRE + 20, CENTRE), 25, (1,), -1)
    image[patch > 0] = rgb
    found = abcd_evidence(image, disc())
    assert found.patches.present == {PatchColour.LIGHT_BROWN, colour}
    share = np.count_nonzero(patch) / np.count_nonzero(disc())
    assert found.patches.share_by_colour[colour] == pytest.approx(share, rel=0.12)
    left, top, _right, _bottom = found.patches_box
    assert found.patches.patch(colour)[CENTRE - top, CENTRE + 20 - left]


def test_a_light_tint_does_not_turn_brown_into_another_colour() -> None:
    tint = np.array([1.0, 0.93, 1.08])
    image = np.clip(painted(disc()) * tint, 0, 255).astype(np.uint8)
    assert abcd_evidence(image, disc()).patches.present == {PatchColour.LIGHT_BROWN}


def test_white_is_not_looked_for_without_skin() -> None:
    found = abcd_evidence(painted(disc()), np.ones((SIDE, SIDE), np.bool_))
    assert PatchColour.WHITE not in found.patches.share_by_colour


def test_a_large_image_is_measured_in_its_own_pixels() -> None:
    image = np.ascontiguousarray(painted(disc()).repeat(6, axis=0).repeat(6, axis=1))
    mask = np.ascontiguousarray(disc().repeat(6, axis=0).repeat(6, axis=1))
    found = abcd_evidence(image, mask)
    assert found.axes.reach_px == pytest.approx(6 * RADIUS, rel=0.02)
    outline_xy = found.border.outline_xy
    assert np.hypot(*(outline_xy - 6 * (CENTRE + 0.5)).T) == pytest.approx(6 * RADIUS, rel=0.03)


def test_an_empty_mask_has_nothing_to_measure() -> None:
    with pytest.raises(NoLesionError):
        abcd_evidence(painted(disc()), np.zeros((SIDE, SIDE), np.bool_))
