"""The figure from the front and from the back: one half, mirrored; x = 0 is the middle of the body."""

from typing import Final

from app.translation import N_
from app.ui.bodymap.figures.outline import BodyRegion, Cut, Points, band, cut_regions, ellipse, placed, smooth

HEAD: Final[Points] = (
    *((0, 0), (11, 2), (19, 9), (22.5, 20), (22, 31), (19.5, 43), (14, 53), (7, 59), (0, 61)),
    *((-7, 59), (-14, 53), (-19.5, 43), (-22, 31), (-22.5, 20), (-19, 9), (-11, 2)),
)
_NECK: Final[Points] = ((-1, 46), (11, 48), (11.5, 62), (14, 69), (22, 74), (22, 84), (-1, 84))
_TRUNK: Final[Points] = (
    *((-1, 66), (9, 68), (22, 73), (35, 77.5), (43, 83), (41, 98), (38.5, 112), (37.5, 128), (34, 148)),
    *((31.5, 164), (33, 182), (38, 200), (40.5, 214), (30, 222), (14, 229), (2, 231), (-1, 231)),
)
_ARM: Final[Points] = (
    *((37, 80), (44, 81.5), (50, 87), (54, 97), (57.5, 112), (60, 130), (63.5, 146), (68, 160), (73, 178)),
    *((77, 195), (80, 207), (74, 211), (68.5, 210.5), (64, 196), (58, 180), (53, 164), (49, 150)),
    *((45, 136), (41.5, 122), (38.5, 111), (36, 95)),
)
_HAND: Final[Points] = (
    *((69, 207), (75, 206.5), (80, 206), (85, 214), (88, 224), (89, 234), (90.5, 247), (88, 251)),
    *((84, 243), (83.5, 254), (80, 255), (79, 244), (76.5, 254), (73.5, 251), (74, 240), (71, 228)),
    *((65.5, 236), (62.5, 233), (66, 222), (67.5, 214)),
)
_LEG: Final[Points] = (
    *((40, 205), (43, 222), (43.5, 245), (41.5, 270), (38, 296), (36, 312), (36.5, 330), (37.5, 347)),
    *((35.5, 368), (31.5, 390), (28.5, 407), (28, 418), (31, 428), (36.5, 438), (35, 444), (26, 446)),
    *((18, 443), (15.5, 434), (16, 420), (16.5, 407), (14.5, 388), (11.5, 366), (11, 345), (12.5, 328)),
    *((11, 312), (8.5, 292), (5.5, 262), (2.5, 236), (2, 228), (14, 220), (30, 212)),
)
_EAR: Final = (23.6, 31.0, 2.8, 7.2)
_MIDDLE: Final = 5.5
"""Half the width of what counts as the midline."""

_HALF: Final = (0, 300)
_FRONT_OF_HEAD: Final = (
    Cut(N_("Frontal scalp"), band(-5, 11, *_HALF)),
    Cut(N_("Face"), band(11, 70, *_HALF)),
)
_BACK_OF_HEAD: Final = (
    Cut(N_("Vertex of scalp"), band(-5, 8, *_HALF)),
    Cut(N_("Parietal scalp"), band(8, 22, *_HALF)),
    Cut(N_("Occipital scalp"), band(22, 45, *_HALF)),
    Cut(N_("Nape of neck"), band(45, 70, *_HALF)),
)
_FRONT_OF_NECK: Final = (
    Cut(N_("Supraclavicular region"), ((10, 58), (40, 58), (40, 90), (6, 90))),
    Cut(N_("Front of neck"), band(45, 90, *_HALF)),
)
_FRONT_OF_TRUNK: Final = (
    Cut(N_("Presternal region"), band(76, 128, -_MIDDLE, _MIDDLE), "midline"),
    Cut(N_("Upper anterior chest"), band(60, 97, *_HALF)),
    Cut(N_("Breast"), ((0, 97), (60, 97), (60, 124), (30, 130), (0, 124))),
    Cut(N_("Lower anterior chest"), ((0, 124), (30, 130), (60, 124), (60, 144), (0, 134))),
    Cut(N_("Upper anterior abdomen"), ((0, 134), (60, 144), (60, 160), (0, 160))),
    Cut(N_("Mid anterior abdomen"), band(160, 184, *_HALF)),
    Cut(N_("Suprapubic region"), ((-9, 204), (9, 204), (5, 217), (-5, 217)), "midline"),
    Cut(N_("Genital region"), ((-5, 217), (5, 217), (5, 240), (-5, 240)), "midline"),
    Cut(N_("Lower anterior abdomen"), ((0, 184), (60, 184), (60, 190), (9, 208), (0, 208))),
    Cut(N_("Inguinal region"), band(188, 240, *_HALF)),
)
_BACK_OF_TRUNK: Final = (
    Cut(N_("Intergluteal cleft"), band(206, 240, -2.2, 2.2), "midline"),
    Cut(N_("Paraspinal upper back"), band(60, 112, 0, 12)),
    Cut(N_("Lateral upper back"), band(60, 112, 12, 300)),
    Cut(N_("Paraspinal mid back"), band(112, 152, 0, 12)),
    Cut(N_("Lateral mid back"), band(112, 152, 12, 300)),
    Cut(N_("Paraspinal lower back"), band(152, 194, 0, 12)),
    Cut(N_("Lateral lower back"), band(152, 194, 12, 300)),
    Cut(N_("Buttock"), band(194, 240, *_HALF)),
)
_FRONT_OF_ARM: Final = (
    Cut(N_("Anterior shoulder"), band(60, 102)),
    Cut(N_("Medial upper arm"), ((30, 102), (41.5, 102), (50, 138), (30, 138))),
    Cut(N_("Medial elbow"), ((30, 138), (50, 138), (55.5, 156), (30, 156))),
    Cut(N_("Ulnar forearm"), ((30, 156), (55.5, 156), (69.5, 197), (30, 197))),
    Cut(N_("Ulnar wrist"), ((30, 197), (69.5, 197), (73.5, 220), (30, 220))),
    Cut(N_("Anterior upper arm"), band(102, 138)),
    Cut(N_("Antecubital fossa"), band(138, 156)),
    Cut(N_("Volar forearm"), band(156, 197)),
    Cut(N_("Volar wrist"), band(197, 220)),
)
_BACK_OF_ARM: Final = (
    Cut(N_("Posterior shoulder"), band(60, 102)),
    Cut(N_("Posterior upper arm"), band(102, 138)),
    Cut(N_("Elbow tip"), band(138, 156)),
    Cut(N_("Dorsal forearm"), band(156, 197)),
    Cut(N_("Dorsal wrist"), band(197, 220)),
)
_FRONT_OF_LEG: Final = (
    Cut(N_("Medial thigh"), ((-5, 226), (17, 226), (12, 292), (-5, 292))),
    Cut(N_("Anterior thigh"), band(195, 298)),
    Cut(N_("Medial knee"), band(298, 326, -5, 17.5)),
    Cut(N_("Patellar region"), band(298, 326)),
    Cut(N_("Medial calf"), ((-5, 326), (17.5, 326), (18, 392), (-5, 400))),
    Cut(N_("Shin"), band(326, 400)),
    Cut(N_("Medial ankle"), band(400, 417, -5, 20)),
    Cut(N_("Anterior ankle"), band(400, 417)),
    Cut(N_("Dorsum of foot"), band(417, 436)),
    Cut(N_("Toes"), band(436, 460)),
)
_BACK_OF_LEG: Final = (
    Cut(N_("Buttock"), ((-5, 190), (60, 190), (60, 224), (30, 236), (-5, 238))),
    Cut(N_("Posterior thigh"), band(195, 298)),
    Cut(N_("Popliteal fossa"), band(298, 326)),
    Cut(N_("Posterior calf"), band(326, 396)),
    Cut(N_("Achilles region"), band(396, 420)),
    Cut(N_("Heel"), band(420, 460)),
)


def front(x: float, y: float) -> list[BodyRegion]:
    """Return the figure from the front: the patient's left side is at the right."""
    return [
        *placed(_front_half("left"), x, y),
        *placed(_front_half("right"), x, y, is_mirrored=True),
        *placed(_in_the_middle(_FRONT_OF_TRUNK), x, y),
        BodyRegion(N_("Umbilicus"), "midline", ellipse(x, y + 172, 4.6, 4.6)),
    ]


def back(x: float, y: float) -> list[BodyRegion]:
    """Return the figure from the back: the patient's left side is at the left."""
    return [
        *placed(_back_half("right"), x, y),
        *placed(_back_half("left"), x, y, is_mirrored=True),
        *placed(_in_the_middle(_BACK_OF_TRUNK), x, y),
    ]


def _front_half(side: str) -> list[BodyRegion]:
    return [
        *cut_regions(smooth(_NECK), _FRONT_OF_NECK, side),
        *cut_regions(smooth(_LEG), _FRONT_OF_LEG, side),
        *cut_regions(smooth(_ARM), _FRONT_OF_ARM, side),
        *cut_regions(smooth(_TRUNK), _one_side(_FRONT_OF_TRUNK), side),
        *cut_regions(
            ellipse(0, 172, 11, 10), (Cut(N_("Periumbilical region"), band(160, 184, *_HALF)),), side
        ),
        *cut_regions(
            smooth(_HAND),
            (Cut(N_("Palm of hand"), band(190, 231)), Cut(N_("Fingers and thumb"), band(231, 270))),
            side,
        ),
        BodyRegion(N_("Ear"), side, ellipse(*_EAR)),
        *cut_regions(smooth(HEAD), _FRONT_OF_HEAD, side),
    ]


def _back_half(side: str) -> list[BodyRegion]:
    hand = (Cut(N_("Dorsum of hand"), band(190, 231)), Cut(N_("Fingers and thumb"), band(231, 270)))
    return [
        *cut_regions(smooth(_NECK), (Cut(N_("Nape of neck"), band(45, 90, *_HALF)),), side),
        *cut_regions(smooth(_LEG), _BACK_OF_LEG, side),
        *cut_regions(smooth(_ARM), _BACK_OF_ARM, side),
        *cut_regions(smooth(_TRUNK), _one_side(_BACK_OF_TRUNK), side),
        *cut_regions(smooth(_HAND), hand, side),
        BodyRegion(N_("Ear"), side, ellipse(*_EAR)),
        *cut_regions(smooth(HEAD), _BACK_OF_HEAD, side),
    ]


def _one_side(cuts: tuple[Cut, ...]) -> list[Cut]:
    return [cut for cut in cuts if cut.laterality is None]


def _in_the_middle(cuts: tuple[Cut, ...]) -> list[BodyRegion]:
    """Return what lies in the midline, drawn above both halves."""
    half = smooth(_TRUNK)
    whole = half.united(placed([BodyRegion("", None, half)], 0, 0, is_mirrored=True)[0].path)
    return cut_regions(whole, [cut for cut in cuts if cut.laterality is not None], None)
