"""The figure from the side, facing left: the patient's left side; mirrored it is the right one."""

from typing import Final

from app.translation import N_
from app.ui.bodymap.figures.outline import BodyRegion, Cut, Points, band, cut_regions, ellipse, placed, smooth

_HEAD: Final[Points] = (
    *((2, 0), (14, 3), (23, 12), (25, 24), (22, 36), (16, 45), (12, 52), (-6, 54), (-12, 60), (-19, 58)),
    *((-20, 52), (-21, 46), (-24, 40), (-27, 37), (-24, 29), (-22, 20), (-18, 9), (-9, 2)),
)
_NECK: Final[Points] = ((-9, 50), (15, 40), (17, 56), (20, 68), (16, 80), (-10, 80), (-10, 66))
_TRUNK: Final[Points] = (
    *((-8, 68), (4, 66), (18, 68), (25, 82), (27, 102), (23, 128), (18, 152), (17, 172), (24, 190)),
    *((31, 207), (29, 224), (10, 232), (-16, 226), (-21, 206), (-22, 186), (-20, 164), (-21, 142)),
    *((-26, 120), (-25, 104), (-17, 84)),
)
_ARM: Final[Points] = (
    *((1, 78), (10, 79), (15, 90), (15, 108), (13, 130), (12, 146), (9, 162), (5, 182), (0, 203)),
    *((-7, 204), (-10, 201), (-8, 182), (-7, 162), (-5, 146), (-6, 128), (-8, 108), (-8, 90)),
)
_HAND: Final[Points] = (
    *((-9, 200), (0, 202), (2, 214), (0, 228), (-3, 242), (-7, 247), (-10, 244), (-8, 232), (-13, 231)),
    *((-14, 224), (-12, 212)),
)
_LEG: Final[Points] = (
    *((-21, 208), (5, 204), (30, 210), (27, 232), (21, 262), (14, 296), (14, 312), (19, 332), (20, 350)),
    *((14, 374), (9, 396), (8, 412), (12, 426), (12, 440), (4, 445), (-18, 446), (-31, 444), (-31, 438)),
    *((-18, 430), (-7, 420), (-6, 404), (-9, 380), (-11, 350), (-13, 326), (-15, 310), (-15, 294)),
    *((-19, 262), (-22, 232)),
)
_TRUNK_CUTS: Final = (
    Cut(N_("Axilla"), band(94, 110)),
    Cut(N_("Upper lateral chest"), band(60, 122)),
    Cut(N_("Lower lateral chest"), band(122, 152)),
    Cut(N_("Lateral abdomen"), band(152, 192)),
    Cut(N_("Hip"), band(192, 240)),
)
_ARM_CUTS: Final = (
    Cut(N_("Lateral shoulder"), band(60, 102)),
    Cut(N_("Lateral upper arm"), band(102, 138)),
    Cut(N_("Lateral elbow"), band(138, 156)),
    Cut(N_("Radial forearm"), band(156, 193)),
    Cut(N_("Radial wrist"), band(193, 212)),
)
_LEG_CUTS: Final = (
    Cut(N_("Hip"), band(190, 226)),
    Cut(N_("Lateral thigh"), band(226, 296)),
    Cut(N_("Lateral knee"), band(296, 326)),
    Cut(N_("Lateral calf"), band(326, 400)),
    Cut(N_("Lateral ankle"), band(400, 424)),
    Cut(N_("Foot"), band(424, 460)),
)
_HEAD_CUTS: Final = (
    Cut(N_("Frontal scalp"), ((-30, -5), (-4, -5), (-12, 14), (-30, 14))),
    Cut(N_("Temple"), ((-30, 14), (-12, 14), (-8, 22), (-8, 30), (-30, 30))),
    Cut(N_("Face"), ((-30, 30), (-8, 30), (-3, 44), (2, 54), (-2, 70), (-30, 70))),
    Cut(N_("Temporal scalp"), ((-12, 14), (12, 14), (12, 42), (-3, 44), (-8, 30), (-8, 22))),
    Cut(N_("Parietal scalp"), ((-10, -5), (40, -5), (40, 14), (-12, 14))),
    Cut(N_("Occipital scalp"), ((0, 14), (40, 14), (40, 60), (0, 60))),
)


def left_side(x: float, y: float) -> list[BodyRegion]:
    """Return the figure from the patient's left side, facing left."""
    return placed(_profile("left"), x, y)


def right_side(x: float, y: float) -> list[BodyRegion]:
    """Return the figure from the patient's right side, facing right."""
    return placed(_profile("right"), x, y, is_mirrored=True)


def _profile(side: str) -> list[BodyRegion]:
    return [
        *cut_regions(smooth(_NECK), (Cut(N_("Side of neck"), band(30, 90)),), side),
        *cut_regions(smooth(_LEG), _LEG_CUTS, side),
        BodyRegion(N_("Lateral malleolus"), side, ellipse(2.5, 413, 4, 5)),
        *cut_regions(smooth(_TRUNK), _TRUNK_CUTS, side),
        *cut_regions(smooth(_HAND), (Cut(N_("Hand"), band(195, 260)),), side),
        *cut_regions(smooth(_ARM), _ARM_CUTS, side),
        *cut_regions(smooth(_HEAD), _HEAD_CUTS, side),
        BodyRegion(N_("Ear"), side, ellipse(3, 33, 4, 7)),
    ]
