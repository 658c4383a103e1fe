"""The window of the body map without the main window: pins, a click, the list by keys, and back."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.audit import AuditKind
from app.domain.lesion import Lesion
from app.ui.bodymap.body_map_dialog import BodyMapDialog
from app.ui.bodymap.drawing import body_regions
from app.ui.session import Session
from app.ui.theme import Theme
from app.usecases.services import Services
from tests.builders import a_case, a_score, store_image

CHEST = "Trunk:Anterior trunk:Anterior chest"
THIGH = "Lower extremity:Thigh:Anterior thigh"
SOLE = "Lower extremity:Foot:Sole of foot"


def test_a_site_is_set_by_a_click_or_by_keys_and_other_lesions_are_opened(
    qtbot: QtBot, session: Session, theme: Theme, services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path / "in", predicted=False)
    with services.store.writing() as work:
        own = work.cases.case(image_id).lesion
        for number in range(60):
            other_id = store_image(work, code=f"X-{number}", minute=number)
            other = work.cases.case(other_id).lesion
            chest = Lesion(other.id, own.patient_id, site="anterior torso", anatomic_site=CHEST)
            work.cases.update_lesion(replace(chest, laterality="left" if number else None))
            if number == 1:
                work.cases.add_score(a_score(other_id, 0.9))
        work.commit()
    dialog = BodyMapDialog(session, theme, image_id)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: len(dialog.view.pins) == 61, timeout=5000)

    def stored() -> tuple[str | None, str | None, str | None]:
        with services.store.reading() as work:
            lesion = work.cases.lesion(own.id)
        return lesion.site, lesion.anatomic_site, lesion.laterality

    def point_at(site: str, side: str) -> None:
        region = next(one for one in body_regions() if (one.site, one.laterality) == (site, side))
        qtbot.mouseMove(dialog.view, dialog.view.middle_of(region).toPoint())
        qtbot.mouseClick(dialog.view, Qt.MouseButton.LeftButton, pos=dialog.view.middle_of(region).toPoint())

    assert [pin.anchor is None for pin in dialog.view.pins].count(True) == 2
    assert "Site not known" in dialog.heading.text()

    point_at("Anterior thigh", "right")
    qtbot.waitUntil(lambda: "Anterior thigh, right" in dialog.heading.text(), timeout=5000)
    assert dialog.pointed.text() == "Anterior thigh, right"
    assert stored() == ("lower extremity", THIGH, "right")

    qtbot.keyClicks(dialog.sites.search, "sole fo")
    qtbot.mouseClick(dialog.sites.button_by_side["left"], Qt.MouseButton.LeftButton)
    assert not dialog.sites.button_by_side["midline"].isEnabled()
    qtbot.keyClick(dialog.sites.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Sole of foot, left" in dialog.heading.text(), timeout=5000)
    assert stored() == ("palms/soles", SOLE, "left")

    qtbot.mouseClick(dialog.undo_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Anterior thigh" in dialog.heading.text(), timeout=5000)
    assert stored() == ("lower extremity", THIGH, "right")
    with services.store.reading() as work:
        edits = [act for act in work.audit.events() if act.kind is AuditKind.LESION_EDITED]
    assert len(edits) == 3

    urgent = next(pin for pin in dialog.view.pins if pin.line.band is not None)
    with qtbot.waitSignal(dialog.image_chosen) as chosen:
        qtbot.mouseClick(dialog.view, Qt.MouseButton.LeftButton, pos=urgent.at.toPoint())
    assert chosen.args == [str(urgent.line.newest_image.case.image_id)]
