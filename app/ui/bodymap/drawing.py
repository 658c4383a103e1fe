"""All figures of the body map on one sheet, and where on it a site is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from app.domain.anatomic_sites import AnatomicSite, levels_of
from app.domain.lesion import Lesion
from app.translation import N_
from app.ui.bodymap.figures.front_and_back import back, front
from app.ui.bodymap.figures.insets import COLUMN_WIDTH, GENITALS, MUCOSA, face, feet, hands, named_fields
from app.ui.bodymap.figures.outline import BodyRegion
from app.ui.bodymap.figures.side import left_side, right_side

SHEET: Final = QRectF(0, 0, 740, 504)
"""In units of the drawing."""

_TOP: Final = 8.0
_FRONT_X, _BACK_X, _RIGHT_X, _LEFT_X = 96.0, 288.0, 418.0, 498.0
_INSETS_X: Final = 548.0


@dataclass(frozen=True)
class Caption:
    """Words on the sheet, centred below a place."""

    text: str
    at: QPointF


CAPTIONS: Final = (
    Caption(N_("Front"), QPointF(_FRONT_X, 458)),
    Caption(N_("Back"), QPointF(_BACK_X, 458)),
    Caption(N_("Right side"), QPointF(_RIGHT_X, 458)),
    Caption(N_("Left side"), QPointF(_LEFT_X, 458)),
    *(
        Caption(text, QPointF(_INSETS_X + (column + 0.5) * COLUMN_WIDTH, y))
        for y in (196, 276)
        for column, text in enumerate((N_("R"), N_("L"), N_("L"), N_("R")))
    ),
    Caption(N_("Mucosa and eye"), QPointF(_INSETS_X + 2 * COLUMN_WIDTH, 294)),
    Caption(N_("Genital and perianal"), QPointF(_INSETS_X + 2 * COLUMN_WIDTH, 366)),
    Caption(N_("R"), QPointF(_FRONT_X - 62, 26)),
    Caption(N_("L"), QPointF(_FRONT_X + 62, 26)),
    Caption(N_("L"), QPointF(_BACK_X - 62, 26)),
    Caption(N_("R"), QPointF(_BACK_X + 62, 26)),
)


@cache
def body_regions() -> tuple[BodyRegion, ...]:
    """Return every region of the sheet as far as it is seen; no two overlap."""
    found = list[BodyRegion]()
    for region in _drawn():
        found = [_without(lower, region.path) for lower in found] + [region]
    return tuple(region for region in found if not region.path.isEmpty())


def _without(region: BodyRegion, above: QPainterPath) -> BodyRegion:
    """Take out of a region what another one covers."""
    if not region.path.boundingRect().intersects(above.boundingRect()):
        return region
    return replace(region, path=region.path.subtracted(above))


def _drawn() -> tuple[BodyRegion, ...]:
    """Return the regions as they are drawn, the later ones above the earlier ones."""
    return (
        *front(_FRONT_X, _TOP),
        *back(_BACK_X, _TOP),
        *right_side(_RIGHT_X, _TOP),
        *left_side(_LEFT_X, _TOP),
        *face(_INSETS_X + 2 * COLUMN_WIDTH, 6, 1.9),
        *hands(_INSETS_X, 130),
        *feet(_INSETS_X, 210),
        *named_fields(MUCOSA, _INSETS_X + 2, 310),
        *named_fields(GENITALS, _INSETS_X + 2, 382),
    )


def region_at(place: QPointF) -> BodyRegion | None:
    """Return the region under a place of the sheet."""
    return next((region for region in reversed(body_regions()) if region.path.contains(place)), None)


class SheetPlaces:
    """Where on the sheet lesions are, by the sites of the dictionary."""

    def __init__(self, sites: Iterable[AnatomicSite]) -> None:
        self._path_by_name = {site.name: site.path for site in sites}

    def regions_of(self, lesion: Lesion) -> tuple[BodyRegion, ...]:
        """Return the region that a lesion is in, both halves where it lies in the midline between them.

        A site that is not drawn by itself is in a region within it, else in the nearest one around it.
        Nothing where its site, or the side of a site that is drawn twice, is not known.
        """
        path = lesion.anatomic_site
        if path is None:
            return ()
        own, *around = reversed(levels_of(path))
        within = [name for name, known in self._path_by_name.items() if known.startswith(f"{path}:")]
        for name in (own, *within, *around):
            found = [region for region in body_regions() if region.site == name]
            if chosen := _on_side(found, lesion.laterality):
                return chosen
        return ()

    def place_of(self, lesion: Lesion) -> QPointF | None:
        """Return where the pin of a lesion belongs; None when that is not known well enough."""
        regions = self.regions_of(lesion)
        if not regions:
            return None
        anchors = [region.anchor for region in regions]
        return QPointF(
            sum(place.x() for place in anchors) / len(anchors),
            sum(place.y() for place in anchors) / len(anchors),
        )


def _on_side(regions: Sequence[BodyRegion], laterality: str | None) -> tuple[BodyRegion, ...]:
    """The first region of a side; of a site in the midline that is drawn in halves, the first of both."""
    for side in (laterality, None):
        if own := [region for region in regions if region.laterality == side]:
            return (own[0],)
    if laterality == "midline":
        left, right = ([one for one in regions if one.laterality == side] for side in ("left", "right"))
        return (left[0], right[0]) if left and right else ()
    return ()
