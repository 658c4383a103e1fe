"""The patient tree reads page by page in both directions, and keeps Qt's rules for models while it does."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from app.domain.analysis.triage import Band, Priority
from app.domain.case import CaseLine
from app.domain.ids import BlobName, ImageId, LesionId, PatientId, VisitId
from app.domain.lesion import Lesion
from app.domain.patient_tree import ImageLine, LesionLine, PatientLine, VisitLine
from app.text.patient_tree import lesion_line_words, lesion_tip, spoken_tree_line
from app.ui.cases.patient_tree.nodes import Node
from app.ui.cases.patient_tree.tree_model import PAGE_PATIENTS, PatientTreeModel, TreeQuery
from app.ui.cases.patient_tree.tree_view import PatientTreeView
from app.usecases.lesions.patient_tree import PatientPage

TOTAL = 3 * PAGE_PATIENTS
SPRING, SUMMER = date(2025, 3, 1), date(2025, 6, 1)


class _Clinic:
    """Answers requests when it is told to, as the database queue does."""

    def __init__(self) -> None:
        self.numbers = list(range(TOTAL))
        self.model = PatientTreeModel(self)
        self.pages: list[tuple[TreeQuery, int, int]] = []
        self.asked: list[PatientId] = []

    def request_patients(self, query: TreeQuery, offset: int, limit: int) -> None:
        self.pages.append((query, offset, limit))

    def request_lesions(self, patient_id: PatientId) -> None:
        self.asked.append(patient_id)

    def answer(self) -> None:
        pages, asked, self.pages, self.asked = self.pages, self.asked, [], []
        for query, offset, limit in pages:
            lines = tuple(map(_patient, self.numbers[offset : offset + limit]))
            self.model.show_page(query, PatientPage(lines, offset, len(self.numbers)))
        for patient_id in asked:
            self.model.show_lesions(patient_id, [_lesion(patient_id, "a", 2), _lesion(patient_id, "b", 1)])

    def codes(self) -> list[str]:
        rows = range(self.model.rowCount())
        return [str(self.model.data(self.model.index(row, 0))).split(", ")[0] for row in rows]


def _patient(number: int) -> PatientLine:
    return PatientLine(PatientId(f"p{number}"), f"P-{number:03d}", "", None, None, 2, 3, Band.SOON)


def _image(name: str, day: date, minute: int = 0) -> ImageLine:
    line = CaseLine(
        image_id=ImageId(name),
        thumbnail=BlobName("t"),
        patient_code="P",
        patient_name="",
        site=None,
        priority=Priority(Band.SOON, ()),
        probability=0.4,
        status="predicted",
        imported_at=datetime(2026, 1, 1, 8, minute, tzinfo=UTC),
        file_name=f"{name}.jpg",
    )
    return ImageLine(line, VisitId(f"v{name}"), day, "dermoscopic", None)


def _lesion(patient_id: str, name: str, visits: int) -> LesionLine:
    lesion = Lesion(LesionId(f"{patient_id}{name}"), PatientId(patient_id), label=name)
    days = (SPRING, SUMMER)[:visits]
    return LesionLine(
        lesion,
        1,
        tuple(VisitLine(lesion.id, day, (_image(f"{lesion.id}{day}", day),)) for day in days),
    )


@pytest.fixture
def clinic(qapp: object) -> _Clinic:
    made = _Clinic()
    QAbstractItemModelTester(
        made.model, QAbstractItemModelTester.FailureReportingMode.Warning, made.model
    ).setUseFetchMore(False)
    made.pages.clear()
    return made


def test_pages_are_read_at_both_ends_and_what_is_below_when_it_is_opened(clinic: _Clinic) -> None:
    model = clinic.model
    model.ask(TreeQuery(), first=PAGE_PATIENTS)
    clinic.answer()
    assert (clinic.codes()[0], model.rowCount()) == ("Patient P-100", PAGE_PATIENTS)
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert not model.canFetchMore(QModelIndex())
    clinic.answer()
    model.fetch_earlier()
    model.fetch_earlier()
    assert len(clinic.pages) == 1
    clinic.answer()
    assert clinic.codes() == [f"Patient P-{number:03d}" for number in range(TOTAL)]
    assert not model.canFetchMore(QModelIndex())
    patient = model.index(7, 0)
    assert model.hasChildren(patient)
    assert model.rowCount(patient) == 0
    model.fetchMore(patient)
    model.fetchMore(patient)
    assert clinic.asked == ["p7"]
    clinic.answer()
    assert model.rowCount(patient) == 2
    lesion = model.index(0, 0, patient)
    image = model.index(0, 0, model.index(1, 0, lesion))
    assert not model.hasChildren(image)
    assert model.parent(model.parent(image)) == lesion


def test_an_answer_to_an_earlier_question_is_dropped(clinic: _Clinic) -> None:
    clinic.model.ask(TreeQuery("ada"))
    clinic.model.query = TreeQuery("bea")
    clinic.answer()
    assert clinic.model.rowCount() == 0


def test_a_page_that_fits_nowhere_any_more_is_not_shown_in_place_of_the_others(clinic: _Clinic) -> None:
    model = clinic.model
    model.ask(TreeQuery())
    clinic.answer()
    model.fetchMore(QModelIndex())
    clinic.numbers = [3, 9]
    model.reread()
    clinic.pages.reverse()
    clinic.answer()
    assert clinic.codes() == ["Patient P-003", "Patient P-009"]


def test_the_tree_begins_again_when_there_are_fewer_patients_than_were_passed(clinic: _Clinic) -> None:
    clinic.model.ask(TreeQuery(), first=2 * PAGE_PATIENTS)
    clinic.answer()
    clinic.numbers = [3, 9]
    clinic.model.reread()
    clinic.answer()
    clinic.answer()
    assert clinic.codes() == ["Patient P-003", "Patient P-009"]


def test_lines_that_are_read_again_keep_their_place_until_others_stand_there(clinic: _Clinic) -> None:
    model = clinic.model
    model.ask(TreeQuery())
    clinic.answer()
    model.fetchMore(model.index(0, 0))
    clinic.answer()
    before = model.find(("lesion", "p0a"))
    model.reread()
    clinic.answer()
    assert model.find(("lesion", "p0a")) is before
    model.show_lesions(PatientId("p0"), [_lesion("p0", "b", 1)])
    assert model.find(("lesion", "p0a")) is None
    assert model.find(("lesion", "p0b")) is not None


def test_what_was_chosen_and_open_is_so_again_after_rows_were_read_anew(clinic: _Clinic) -> None:
    model, view = clinic.model, PatientTreeView(clinic.model)
    chosen: list[str] = []
    view.image_chosen.connect(chosen.append)
    model.ask(TreeQuery())
    clinic.answer()
    image = ImageId(f"p3a{SUMMER}")
    view.show_image(PatientId("p3"), image)
    clinic.answer()
    assert view.is_current(image)
    assert chosen == []
    model.show_lesions(PatientId("p3"), [_lesion("p3", "a", 2)])
    assert (view.is_current(image), chosen) == (True, [])
    assert view.isExpanded(_index(model, ("lesion", "p3a")))
    view.setCurrentIndex(_index(model, ("image", f"p3a{SPRING}")))
    assert chosen == [f"p3a{SPRING}"]
    clinic.numbers = [3, 9]
    model.reread()
    clinic.answer()
    clinic.answer()
    assert model.rowCount() == 2
    assert view.is_current(ImageId(f"p3a{SPRING}"))
    assert chosen == [f"p3a{SPRING}"]
    view.setCurrentIndex(_index(model, ("lesion", "p3a")))
    assert set(view.selected_images()) == {f"p3a{SPRING}", f"p3a{SUMMER}"}
    view.deleteLater()


def _index(model: PatientTreeModel, key: tuple[str, ...]) -> QModelIndex:
    node = model.find(key)
    assert isinstance(node, Node)
    return model.index_of(node)


def test_a_lesion_says_its_visits_its_score_and_that_they_came_in_another_order() -> None:
    line = _lesion("p", "arm", 2)
    assert lesion_line_words(line).replace("\N{NO-BREAK SPACE}", " ") == "2 visits  ·  2 images  ·  40 %"
    assert lesion_tip(line) == ""
    late = replace(line.visits[0], images=(_image("late", SPRING, minute=9),))
    assert "not imported" in lesion_tip(replace(line, visits=(late, line.visits[1])))
    assert spoken_tree_line(line.visits[0]) == "Visit of 01 Mar 2025, 1 image"
