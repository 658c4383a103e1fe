"""The sheet of figures: what can be clicked is a site, and every site has a place."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF

from app.domain.ids import LesionId, PatientId
from app.domain.lesion import Lesion
from app.ui.bodymap.drawing import SHEET, SheetPlaces, body_regions, region_at
from app.ui.bodymap.pins import spread
from tests.builders import the_vocabulary

SITES = the_vocabulary().anatomic_sites
PLACES = SheetPlaces(SITES)
LESION = Lesion(LesionId("l"), PatientId("p"))
HAND = "Upper extremity:Hand"


def lesion_at(path: str | None, side: str | None = None) -> Lesion:
    return replace(LESION, anatomic_site=path, laterality=side)


def test_every_region_names_a_site_with_a_side_that_it_has() -> None:
    site_by_name = {site.name: site for site in SITES}
    for region in body_regions():
        site = site_by_name[region.site]
        assert region.laterality is None or region.laterality in site.sides, region.site
        assert SHEET.contains(region.path.boundingRect()), region.site


def test_every_region_can_be_clicked_where_its_pins_stand() -> None:
    for region in body_regions():
        assert region_at(region.anchor) is region, (region.site, region.laterality)


def test_every_site_with_its_side_has_a_place() -> None:
    for site in SITES:
        for side in site.sides:
            lesion = lesion_at(site.path, side)
            assert PLACES.place_of(lesion) is not None, (site.path, side)
            assert {region.laterality for region in PLACES.regions_of(lesion)} <= {
                side,
                None,
                *(("left", "right") if side == "midline" else ()),
            }


def test_left_is_the_patients_left() -> None:
    front = [region for region in body_regions() if region.site == "Anterior thigh"]
    x_by_side = {region.laterality: region.anchor.x() for region in front}
    assert x_by_side["left"] > x_by_side["right"]
    back = {r.laterality: r.anchor.x() for r in body_regions() if r.site == "Posterior thigh"}
    assert back["left"] < back["right"]
    # Palms are seen with the fingers up: the left thumb points to the left.
    thenar, hypothenar = (
        {r.laterality: r.anchor.x() for r in body_regions() if r.site == f"{name} eminence"}
        for name in ("Thenar", "Hypothenar")
    )
    assert thenar["left"] < hypothenar["left"]
    assert thenar["right"] > hypothenar["right"]


@pytest.mark.parametrize("lesion", [lesion_at(None), lesion_at(None, "left"), lesion_at(HAND)])
def test_what_is_not_known_well_enough_has_no_place(lesion: Lesion) -> None:
    assert PLACES.place_of(lesion) is None


def test_a_site_between_two_halves_stands_between_them() -> None:
    left, right, middle = (
        PLACES.place_of(lesion_at("Trunk:Posterior trunk:Mid back:Paraspinal mid back", side))
        for side in ("left", "right", "midline")
    )
    assert left is not None
    assert right is not None
    assert middle is not None
    assert left.x() < middle.x() < right.x()


def test_pins_of_one_place_are_spread_out_near_to_it() -> None:
    size, within = QSizeF(36, 20), QRectF(0, 0, 960, 640)
    anchors = [QPointF(950, 300)] * 30 + [QPointF(100, 100)] * 30
    places = spread(anchors, size, within)
    rects = [QRectF(place - QPointF(18, 10), size) for place in places]
    assert all(within.contains(rect) for rect in rects)
    assert not any(
        one.adjusted(0.01, 0.01, -0.01, -0.01).intersects(other.adjusted(0.01, 0.01, -0.01, -0.01))
        for number, one in enumerate(rects)
        for other in rects[:number]
    )
    assert places[30] == QPointF(100, 100)
    assert max((place - QPointF(100, 100)).manhattanLength() for place in places[30:]) < 250
