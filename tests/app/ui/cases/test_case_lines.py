from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import Qt

from app.domain.analysis.lesion_score import LesionScore
from app.domain.analysis.triage import Band, Priority
from app.domain.case import CaseLine
from app.domain.ids import BlobName, ImageId
from app.domain.work_list.due import Reckoning
from app.text.waiting import spoken_waiting_line, status_and_waiting, waiting_tip
from app.text.work_list import lesion_figure, line_tip, spoken_line
from app.ui.cases.case_lines import PAGE_ROWS, CaseLinesModel, CasePage, CaseQuery

RECKONING = Reckoning(datetime(2026, 3, 14, 12, tzinfo=UTC))


def a_line(number: int) -> CaseLine:
    return CaseLine(
        image_id=ImageId(f"image {number}"),
        thumbnail=BlobName("0" * 64),
        patient_code=f"P-{number:05d}",
        patient_name="",
        site="palms/soles",
        priority=Priority(Band.SOON, ("because",)),
        probability=0.426,
        status="predicted",
        imported_at=datetime(2026, 3, 14, tzinfo=UTC),
        file_name="a.jpg",
    )


class Store:
    """Remembers which pages were asked for, and hands them over when told to."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.asked: list[tuple[CaseQuery, int, int]] = []
        self.reckoning = RECKONING
        self.model = CaseLinesModel(self, lambda: self.reckoning)

    def request_page(self, query: CaseQuery, offset: int, limit: int) -> None:
        self.asked.append((query, offset, limit))

    def answer(self) -> None:
        asked, self.asked = self.asked, []
        for query, offset, limit in asked:
            lines = [a_line(number) for number in range(offset, min(offset + limit, self.total))]
            self.model.show_page(CasePage(query, offset, self.total, lines))


def test_a_line_tells_the_score_of_the_lesion_beside_that_of_its_image() -> None:
    lesion = LesionScore(0.34, 0.21, 0.52, 3, Priority(Band.SOON, ("because",)))
    line = replace(a_line(0), lesion=lesion)
    said = line_tip(line).replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith("Lesion: 34 % from 3 images (21 to 52 %).")
    assert "score 43 percent, lesion 34 percent" in spoken_line(line)
    assert lesion_figure(line).replace("\N{NO-BREAK SPACE}", " ") == "Lesion 34 %"
    assert (lesion_figure(a_line(0)), line_tip(a_line(0))) == ("", "")


def test_ten_thousand_cases_open_by_reading_one_page() -> None:
    store = Store(10_000)
    store.model.reread()
    assert [(offset, limit) for _, offset, limit in store.asked] == [(0, PAGE_ROWS)]
    store.answer()
    assert store.model.rowCount() == 10_000
    assert store.asked == []


def test_looking_far_down_reads_only_that_page() -> None:
    store = Store(10_000)
    store.model.reread()
    store.answer()
    far = store.model.index(7_777)
    assert far.data() == "…"
    far.data()
    assert [offset for _, offset, _ in store.asked] == [7_700]
    store.answer()
    assert far.data() == "P-07777"


def test_the_band_of_an_image_with_a_warning_is_told_with_the_warning() -> None:
    line = replace(a_line(0), priority=Priority(Band.ROUTINE, ("because", "The image is unusually dark.")))
    store = Store(1)
    store.model.reread()
    for query, offset, _limit in store.asked:
        store.model.show_page(CasePage(query, offset, 1, [line]))
    assert "Routine, check image, score" in store.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert store.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "The image is unusually dark."


def test_a_line_is_told_in_words() -> None:
    store = Store(1)
    store.model.reread()
    store.answer()
    assert store.model.index(0).data() == "P-00000"
    spoken = store.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Patient P-00000, Palms/soles, a.jpg, Soon, score 43 percent, To review"


def test_an_answer_to_an_earlier_search_is_dropped() -> None:
    store = Store(5)
    store.model.ask(CaseQuery(search="old"))
    late = store.asked.copy()
    store.model.ask(CaseQuery(search="new"))
    store.asked = late
    store.answer()
    assert store.model.rowCount() == 0


def test_reading_again_keeps_the_lines_until_the_new_ones_arrive() -> None:
    store = Store(3)
    store.model.reread()
    store.answer()
    store.model.reread()
    assert store.model.line(2) is not None
    store.total = 2
    store.answer()
    assert store.model.rowCount() == 2
    assert store.model.row_of(ImageId("image 2")) is None


def test_a_line_says_why_a_correction_would_help_until_there_is_one() -> None:
    doubtful = replace(
        a_line(1), reasons_to_correct=("the boundary is uncertain", "the image is unlike the training images")
    )
    model = CaseLinesModel(Store(0), lambda: RECKONING)
    tips = []
    for line in (doubtful, replace(doubtful, is_corrected=True), a_line(1)):
        model.show_page(CasePage(CaseQuery(), 0, 1, [line]))
        tips.append(model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole))
    assert tips[0] == "The boundary is uncertain; the image is unlike the training images."
    assert not tips[1]
    assert not tips[2]


def test_a_line_tells_how_long_it_waits_whose_it_is_and_its_tags() -> None:
    line = replace(a_line(0), assigned_to="Dr A", tags=("teaching", "rare"))
    waiting, overdue = (Reckoning(datetime(2026, 4, day, 12, tzinfo=UTC)) for day in (11, 12))
    assert status_and_waiting(line, RECKONING) == "To review"
    assert status_and_waiting(line, waiting) == "To review, 28 d"
    assert status_and_waiting(line, overdue) == "Overdue 1 d"
    assert status_and_waiting(replace(line, status="decided"), overdue) == "Decided"
    spoken = spoken_waiting_line(line, overdue)
    assert spoken.endswith("To review, overdue by 1 day, Assigned to Dr A, Tags: teaching, rare")
    assert waiting_tip(line, waiting) == (
        "To review. Waiting 28 days.\nAssigned to Dr A\nTags: teaching, rare"
    )
