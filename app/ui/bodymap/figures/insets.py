"""Face, hands and feet drawn larger, and mucosa and genitals as plain named fields."""

from typing import Final

from PySide6.QtGui import QPainterPath

from app.translation import N_
from app.ui.bodymap.figures.front_and_back import HEAD
from app.ui.bodymap.figures.outline import (
    BodyRegion,
    Cut,
    Points,
    band,
    cut_regions,
    ellipse,
    placed,
    polygon,
    smooth,
)

_HALF: Final = (0, 40)
_FACE_CUTS: Final = (
    Cut(N_("Frontal scalp"), band(-5, 9, *_HALF)),
    Cut(N_("Forehead"), ((0, 9), (17, 9), (15, 22), (0, 22))),
    Cut(N_("Temple"), ((15, 5), (40, 5), (40, 30), (16, 30), (15, 22))),
    Cut(N_("Orbital region"), ((4, 22), (15, 22), (16, 30), (4, 32))),
    Cut(N_("Upper cheek"), ((4, 31), (16, 30), (40, 30), (40, 36), (7, 36))),
    Cut(N_("Central cheek"), ((7, 36), (17, 36), (15, 44), (9, 44))),
    Cut(N_("Lateral cheek"), ((17, 36), (40, 36), (40, 46), (15, 46))),
    Cut(N_("Perinasal region"), ((0, 22), (4, 22), (4, 32), (7, 36), (9, 43), (0, 43))),
    Cut(N_("Upper lip"), ((0, 43), (9, 43), (9, 47.5), (0, 47.5))),
    Cut(N_("Lower lip"), ((0, 47.5), (9, 47.5), (7, 52), (0, 52))),
    Cut(N_("Chin"), ((0, 52), (7, 52), (8, 70), (0, 70))),
    Cut(N_("Lower cheek"), ((7, 43), (40, 43), (40, 70), (7, 70))),
)
_NOSE: Final[Points] = (
    *((0, 23), (3, 25), (4.2, 33), (6.8, 39.5), (5, 43), (0, 43.5)),
    *((-5, 43), (-6.8, 39.5), (-4.2, 33), (-3, 25)),
)
_NOSE_CUTS: Final = (
    Cut(N_("Root of nose"), band(20, 28), "midline"),
    Cut(N_("Dorsum of nose"), band(28, 37, -2.2, 2.2), "midline"),
    Cut(N_("Tip of nose"), band(37, 50, -3.6, 3.6), "midline"),
    Cut(N_("Lateral side wall of nose"), band(20, 37, 0, 40), "left"),
    Cut(N_("Lateral side wall of nose"), band(20, 37, -40, 0), "right"),
    Cut(N_("Ala nasi"), band(37, 50, 0, 40), "left"),
    Cut(N_("Ala nasi"), band(37, 50, -40, 0), "right"),
)
_HAND: Final[Points] = (
    *((16, 100), (44, 100), (46, 88), (50, 72), (51, 58), (53, 42), (54, 28), (50, 24), (46.5, 30)),
    *((45, 46), (43, 26), (42, 12), (37.5, 8), (34, 13), (34, 44), (31.5, 20), (30.5, 5), (26, 1)),
    *((22, 5), (22.5, 44), (20, 26), (18.5, 14), (14, 11), (10.5, 15), (11.5, 50), (8, 60), (2, 52)),
    *((-5, 46), (-9, 48), (-8, 54), (-1, 66), (6, 78), (14, 90)),
)
_FINGERS: Final = (
    Cut(N_("Thumb"), ((-15, 40), (9, 40), (9, 63), (1, 71), (-15, 71))),
    Cut(N_("Index finger"), ((5, -5), (19.6, -5), (21.5, 46), (9, 50))),
    Cut(N_("Middle finger"), ((19.6, -5), (31, -5), (33, 46), (21.5, 46))),
    Cut(N_("Ring finger"), ((31, -5), (44, -5), (46, 48), (33, 46))),
    Cut(N_("Little finger"), ((44, -5), (60, -5), (60, 52), (46, 48))),
)
_PALM_CUTS: Final = (
    *_FINGERS,
    Cut(N_("Distal palm"), ((-10, 44), (60, 44), (60, 60), (-10, 60))),
    Cut(N_("Thenar eminence"), ((-10, 60), (18, 60), (24, 76), (22, 92), (-10, 92))),
    Cut(N_("Hypothenar eminence"), ((38, 60), (60, 60), (60, 92), (38, 92))),
    Cut(N_("Central palm"), band(60, 92)),
    Cut(N_("Volar wrist"), band(92, 110)),
)
_DORSUM_CUTS: Final = (
    *_FINGERS,
    Cut(N_("Knuckles"), ((-10, 44), (60, 44), (60, 57), (-10, 57))),
    Cut(N_("Dorsum of hand"), band(57, 92)),
    Cut(N_("Dorsal wrist"), band(92, 110)),
)
_FOOT: Final[Points] = (
    *((14, 100), (4, 94), (2, 80), (5, 62), (3, 44), (-1, 30), (-1, 16), (3, 8), (9, 5), (14, 9)),
    *((15.5, 17), (17.5, 9), (21.5, 9), (23, 17), (25, 11.5), (28.5, 12.5), (29.5, 20), (31.5, 15.5)),
    *((34.5, 17), (35, 24), (37, 20.5), (40, 23), (40, 32), (39, 46), (34, 62), (29, 80), (26, 94)),
)
_TOES: Final = (
    Cut(N_("Great toe"), ((-10, -5), (15.7, -5), (15.7, 22), (-10, 22))),
    Cut(N_("Second toe"), ((15.7, -5), (23.3, -5), (23.3, 24), (15.7, 24))),
    Cut(N_("Third toe"), ((23.3, -5), (29.8, -5), (29.8, 26), (23.3, 26))),
    Cut(N_("Fourth toe"), ((29.8, -5), (35.4, -5), (35.4, 29), (29.8, 29))),
    Cut(N_("Fifth toe"), ((35.4, -5), (60, -5), (60, 32), (35.4, 32))),
)
_SOLE_CUTS: Final = (
    *_TOES,
    Cut(N_("Plantar surface of forefoot"), band(15, 46)),
    Cut(N_("Heel"), band(78, 110)),
    Cut(N_("Lateral plantar region"), band(46, 78, 21, 60)),
    Cut(N_("Arch of foot"), band(46, 78)),
)
_TOP_CUTS: Final = (
    *_TOES,
    Cut(N_("Metatarsophalangeal joints"), band(15, 36)),
    Cut(N_("Dorsum of foot"), band(36, 82)),
    Cut(N_("Anterior ankle"), band(82, 110)),
)

_FIELD_WIDTH, _FIELD_HEIGHT, _FIELD_GAP = 88.0, 14.0, 3.0
MUCOSA: Final = (N_("Oral mucosa"), N_("Tongue"), N_("Gingiva"), N_("Palate"), N_("Conjunctiva"))
GENITALS: Final = (
    *(
        N_("Perigenital region"),
        N_("Vulva"),
        N_("Vagina"),
        N_("Penis"),
        N_("Scrotum"),
        N_("Perineum"),
        N_("Anus"),
    ),
    N_("Perianal region"),
)


COLUMN_WIDTH: Final = 46.0
_SMALL: Final = 0.62
"""Scale of hands and feet."""


def face(x: float, y: float, scale: float) -> list[BodyRegion]:
    """Return the face from the front."""
    return [
        *placed(_half_face("left"), x, y, scale=scale),
        *placed(_half_face("right"), x, y, scale=scale, is_mirrored=True),
        *placed(cut_regions(smooth(_NOSE), _NOSE_CUTS, None), x, y, scale=scale),
    ]


def hands(x: float, y: float) -> list[BodyRegion]:
    """Return right palm, left palm, back of the left and back of the right hand, from the left."""
    palm, dorsum = ((cuts, smooth(_HAND)) for cuts in (_PALM_CUTS, _DORSUM_CUTS))
    return _row(x, y, palm, dorsum, is_first_mirrored=True)


def feet(x: float, y: float) -> list[BodyRegion]:
    """Return right foot, left foot, left sole and right sole, from the left."""
    top, sole = ((cuts, smooth(_FOOT)) for cuts in (_TOP_CUTS, _SOLE_CUTS))
    return _row(x, y, top, sole, is_first_mirrored=False)


def _row(
    x: float,
    y: float,
    seen_first: tuple[tuple[Cut, ...], QPainterPath],
    seen_then: tuple[tuple[Cut, ...], QPainterPath],
    *,
    is_first_mirrored: bool,
) -> list[BodyRegion]:
    """Return both of a pair from one side and then both from the other, each mirroring its neighbour."""
    found = list[BodyRegion]()
    for column, side in enumerate(("right", "left", "left", "right")):
        cuts, outline = seen_first if column < 2 else seen_then
        is_mirrored = is_first_mirrored == (column in (0, 2))
        middle = x + (column + 0.5) * COLUMN_WIDTH
        start = middle + _SMALL * 22 if is_mirrored else middle - _SMALL * 22
        found += placed(cut_regions(outline, cuts, side), start, y, scale=_SMALL, is_mirrored=is_mirrored)
    return found


def named_fields(names: tuple[str, ...], x: float, y: float) -> list[BodyRegion]:
    """Return plain fields with the names of sites in them, in two columns."""
    found = list[BodyRegion]()
    for index, name in enumerate(names):
        row, column = divmod(index, 2)
        left = x + column * (_FIELD_WIDTH + _FIELD_GAP)
        top = y + row * (_FIELD_HEIGHT + _FIELD_GAP)
        shape = polygon(band(top, top + _FIELD_HEIGHT, left, left + _FIELD_WIDTH))
        found.append(BodyRegion(name, None, shape, label=name))
    return found


def _half_face(side: str) -> list[BodyRegion]:
    return [
        BodyRegion(N_("Ear"), side, ellipse(23.6, 31.0, 2.8, 7.2)),
        *cut_regions(smooth(HEAD), _FACE_CUTS, side),
        BodyRegion(N_("Eyelid"), side, ellipse(9.8, 26.4, 3.9, 2.2)),
    ]
