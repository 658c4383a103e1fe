import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from app.domain.analysis.benefit import expected_benefit
from app.domain.analysis.triage import Band
from app.domain.audit import AuditKind
from app.domain.case import CaseLine
from app.domain.case_filter import CaseFilter
from app.domain.ids import ImageId
from app.domain.revision import RevisionReason
from app.storage.database import connect
from app.storage.store import CaseStore
from app.storage.unit_of_work import UnitOfWork
from tests.builders import (
    a_boundary,
    a_decision,
    a_revision,
    a_score,
    new_store,
    store_image,
)


def _lines(store: CaseStore, **wanted: object) -> list[CaseLine]:
    with store.reading() as work:
        return work.cases.case_lines(**wanted)


def _codes(store: CaseStore, **wanted: object) -> list[str]:
    return [line.patient_code for line in _lines(store, **wanted)]


def test_the_work_list_begins_with_the_most_urgent(store: CaseStore) -> None:
    with store.writing() as work:
        for minute, (code, probability, warnings) in enumerate(
            [
                ("routine", 0.1, ()),
                ("soon", 0.4, ()),
                ("unscored", None, ()),
                ("urgent", 0.7, ()),
                ("most urgent", 0.9, ()),
                ("blurred", 0.2, ("Blurred.",)),
                ("waiting longer", 0.4, ()),
            ]
        ):
            is_late = code == "waiting longer"
            image_id = store_image(work, code=code, minute=-5 if is_late else minute)
            if probability is not None:
                work.cases.add_score(a_score(image_id, probability, warnings=warnings))
        decided = store_image(work, code="decided")
        work.cases.add_score(a_score(decided, 0.99))
        work.cases.add_decision(a_decision(decided))
        work.commit()
    expected = [
        "most urgent",
        "urgent",
        "waiting longer",
        "soon",
        "blurred",
        "unscored",
        "routine",
        "decided",
    ]
    assert _codes(store) == expected
    assert _codes(store, descending=True) == expected[::-1]


def test_a_line_shows_the_newest_score_and_its_reasons(store: CaseStore) -> None:
    with store.writing() as work:
        image_id = store_image(work, name="Ada", site="head/neck")
        work.cases.add_score(a_score(image_id, 0.9))
        newest = a_score(image_id, 0.05)
        work.cases.add_score(newest)
        work.commit()
    (line,) = _lines(store)
    assert line.probability == 0.05
    assert line.priority == newest.priority
    assert (line.patient_name, line.site, line.file_name) == ("Ada", "head/neck", "P-1.jpg")


def test_the_status_of_a_line_follows_the_case(store: CaseStore) -> None:
    with store.writing() as work:
        image_id = store_image(work)
        seen = [work.cases.case_lines()[0].status]
        work.cases.add_boundary(a_boundary(image_id))
        seen.append(work.cases.case_lines()[0].status)
        work.cases.add_revision(a_revision(image_id))
        seen.append(work.cases.case_lines()[0].status)
        work.cases.add_decision(a_decision(image_id))
        seen.append(work.cases.case_lines()[0].status)
    assert seen == ["new", "predicted", "corrected", "decided"]


def test_the_work_list_sorts_by_each_column_with_empty_fields_last(store: CaseStore) -> None:
    with store.writing() as work:
        first = store_image(work, code="b", site="upper extremity", minute=1)
        store_image(work, code="c", minute=2)
        third = store_image(work, code="a", site="head/neck", minute=3)
        work.cases.add_score(a_score(first, 0.2))
        work.cases.add_score(a_score(third, 0.8))
        work.cases.add_boundary(a_boundary(third))
        work.commit()
    assert _codes(store, order="patient") == ["a", "b", "c"]
    assert _codes(store, order="patient", descending=True) == ["c", "b", "a"]
    assert _codes(store, order="site") == ["a", "b", "c"]
    assert _codes(store, order="site", descending=True) == ["b", "a", "c"]
    assert _codes(store, order="score") == ["b", "a", "c"]
    assert _codes(store, order="score", descending=True) == ["a", "b", "c"]
    assert _codes(store, order="imported", descending=True) == ["a", "c", "b"]
    assert _codes(store, order="status") == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("åström", ["1"]),
        ("ÅSTRÖM", ["1"]),
        ("zoë head", ["1"]),
        ("2.jpg", ["2"]),
        ("100%", ["2"]),
        ("%", ["2"]),
        ("_", []),
        ("melanoma", ["2"]),
        ("", ["1", "2"]),
        ("nobody", []),
    ],
)
def test_the_search_finds_every_word_in_any_field(store: CaseStore, search: str, found: list[str]) -> None:
    with store.writing() as work:
        store_image(work, code="1", name="Zoë Åström", site="head/neck")
        second = store_image(work, code="2", name="100% Person", minute=1)
        work.cases.add_decision(a_decision(second, "Melanoma in situ"))
        work.commit()
    assert _codes(store, search=search, order="patient") == found
    with store.reading() as work:
        assert work.cases.case_count(search) == len(found)


def test_lines_follow_an_edit_of_patient_and_lesion(store: CaseStore) -> None:
    with store.writing() as work:
        image_id = store_image(work)
        case = work.cases.case(image_id)
        work.cases.update_patient(replace(case.patient, code="new code", name="New Name"))
        work.cases.update_lesion(replace(case.lesion, site="palms/soles"))
        work.commit()
    (line,) = _lines(store, search="new palms")
    assert (line.patient_code, line.patient_name, line.site) == ("new code", "New Name", "palms/soles")


def test_a_removed_case_is_hidden_and_can_come_back(store: CaseStore) -> None:
    with store.writing() as work:
        image_id = store_image(work)
        lesion_id = work.cases.case(image_id).lesion.id
        work.cases.remove_image(image_id)
        assert work.cases.case_lines() == []
        assert work.cases.case_count() == 0
        assert work.cases.images_of(lesion_id) == []
        assert work.cases.is_hidden(image_id)
        assert work.cases.case(image_id).image.id == image_id
        work.cases.restore_image(image_id)
        assert len(work.cases.case_lines()) == 1


_TEN_THOUSAND = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
INSERT INTO {table} SELECT {row} FROM n
"""


_ROWS = {
    "patient": "printf('%032x', i), printf('P-%05x', i), printf('Name %03x', i % 4096), "
    "NULL, NULL, NULL, NULL, NULL, '', '', printf('P-%05x', i), ''",
    "lesion": "printf('%032x', i), printf('%032x', i), '', NULL, NULL, NULL, '', '', NULL, NULL, NULL",
    "visit": "printf('%032x', i), printf('%032x', i), '2026-01-01', NULL",
    "image": "printf('%032x', i), printf('%032x', i), 'a.jpg', 'image/jpeg', printf('%064x', i), "
    "printf('%064x', i), printf('%064x', i), 600, 450, printf('2026-01-01T00:%02d:%02d+00:00', i / 60 % 60, "
    "i % 60), 'x', '[]', NULL, NULL, NULL, 0, 0, NULL",
    "case_index": "printf('%032x', i), 0, printf('%064x', i), printf('P-%05x', i), "
    "printf('Name %03x', i % 4096), CASE i % 2 WHEN 0 THEN 'head/neck' END, i % 3, '[\"Score.\"]', "
    "(i * 37 % 1000) / 1000.0, 'predicted', printf('2026-01-01T00:%02d:%02d+00:00', i / 60 % 60, i % 60), "
    "'a.jpg', i % 3, -(i * 37 % 1000) / 1000.0, printf('p-%05x name %03x', i, i % 4096), "
    "NULL, NULL, NULL, i % 2, -(i * 53 % 1000) / 1000.0, i % 3, 0, NULL, NULL, 0, NULL, "
    "NULL, '2026-01-01', '', 0, '', ''",
}


def _fill(database: Path) -> None:
    """Fill the tables directly, because importing 10,000 files is another matter."""
    with closing(connect(database)) as connection:
        connection.execute("BEGIN")
        for table, row in _ROWS.items():
            connection.execute(_TEN_THOUSAND.format(table=table, row=row))
        connection.execute("COMMIT")


@pytest.mark.slow
def test_a_work_list_of_ten_thousand_cases_opens_at_once(folder: Path) -> None:
    new_store(folder).close()
    _fill(folder / "cases.sqlite")
    started = time.perf_counter()
    store = CaseStore.open(folder, lambda: datetime(2026, 3, 14, tzinfo=UTC))
    with store.reading() as work:
        first = work.cases.case_lines(limit=200)
        count = work.cases.case_count()
    opened_s = time.perf_counter() - started
    started = time.perf_counter()
    with store.reading() as work:
        middle = work.cases.case_lines(offset=5000, limit=200, order="score", descending=True)
        doubtful = work.cases.case_lines(limit=200, order="benefit")
        matching = work.cases.case_count("name 3e7")
    scrolled_s = time.perf_counter() - started
    store.close()
    assert (len(first), count, len(middle), matching) == (200, 10_000, 200, 3)
    assert [line.benefit for line in doubtful] == sorted((line.benefit for line in doubtful), reverse=True)
    assert not any(line.is_corrected for line in doubtful)
    ranks = [(line.priority.band, -(line.probability or 0)) for line in first if line.priority]
    assert ranks == sorted(ranks)
    # The window's own budget is 0.5 s; the allowance is for a machine that is busy with other tests.
    assert opened_s < 1.5
    assert scrolled_s < 1.5


def _two_scored_images_of_a_lesion(work: UnitOfWork) -> tuple[ImageId, ImageId]:
    image_ids = store_image(work), store_image(work, code="P-2", minute=1)
    first, second = (work.cases.case(image_id) for image_id in image_ids)
    work.cases.update_visit(replace(second.visit, lesion_id=first.lesion.id))
    for image_id, probability in zip(image_ids, (0.8, 0.2), strict=True):
        boundary = a_boundary(image_id)
        work.cases.add_boundary(boundary)
        work.cases.add_score(replace(a_score(image_id, probability), mask_source=boundary.id))
    return image_ids


def test_the_score_of_a_lesion_is_part_of_the_line_and_given_to_older_lines_at_opening(folder: Path) -> None:
    store = new_store(folder)
    with store.writing() as work:
        _two_scored_images_of_a_lesion(work)
        work.commit()
    lines = _lines(store)
    store.close()
    with closing(connect(folder / "cases.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute(
            "UPDATE case_index SET lesion_image_count = NULL, lesion_score = NULL, queue_band = band"
        )
    store = new_store(folder)
    assert _lines(store) == lines
    store.close()
    for line, band in zip(lines, (Band.URGENT, Band.SOON), strict=True):
        assert line.priority is not None
        assert line.priority.band is band
        assert line.lesion is not None
        assert line.lesion.probability == pytest.approx(0.5)
        assert (line.lesion.probability_low, line.lesion.probability_high) == (0.2, 0.8)
        assert line.lesion.image_count == 2


def test_a_part_of_the_work_list_goes_by_the_bands_that_the_list_shows(store: CaseStore) -> None:
    with store.writing() as work:
        image_ids = _two_scored_images_of_a_lesion(work)
        assert [case.priority and case.priority.band for case in work.cases.cases(image_ids)] == [
            Band.URGENT,
            Band.ROUTINE,
        ]
        work.commit()
    assert [line.image_id for line in _lines(store, shown=CaseFilter.SOON)] == [image_ids[1]]
    assert _lines(store, shown=CaseFilter.ROUTINE) == []


def test_the_order_of_benefit_is_that_of_the_formula_with_corrected_cases_last(
    store: CaseStore,
) -> None:
    random = Random(7)
    expected = []
    with store.writing() as work:
        for minute in range(24):
            image_id = store_image(work, code=f"{minute:02d}", minute=minute)
            question = [random.choice([None, round(random.random() / 4, 3), 0.05]) for _ in range(2)]
            boundary = replace(a_boundary(image_id), border_uncertainty=question[0], atypicality=question[1])
            work.cases.add_boundary(boundary)
            spread = random.choice([None, 0.02])
            if spread is not None:
                work.cases.add_score(a_score(image_id, 0.5))
            is_corrected = minute % 4 == 0
            if is_corrected:
                work.cases.add_revision(a_revision(image_id))
            benefit = expected_benefit(question[0], spread, question[1])
            expected.append((is_corrected, -round(benefit, 9), f"{minute:02d}"))
        work.commit()
    assert _codes(store, order="benefit") == [code for _, _, code in sorted(expected)]
    assert [line.is_corrected for line in _lines(store, order="benefit")] == [False] * 18 + [True] * 6
    found = {line.patient_code: line.benefit for line in _lines(store)}
    assert {code: round(benefit, 9) for code, benefit in found.items()} == {
        code: -urgency for _, urgency, code in expected
    }


def test_a_line_keeps_the_band_and_place_that_a_correction_would_lower(store: CaseStore) -> None:
    with store.writing() as work:
        image_id = store_image(work)
        urgent, revision = a_score(image_id, 0.9), a_revision(image_id)
        work.cases.add_score(urgent)
        work.cases.add_revision(revision)
        corrected = replace(a_score(image_id, 0.05), mask_source=revision.id)
        work.cases.add_score(corrected)
        other = store_image(work, code="P-2")
        work.cases.add_score(a_score(other, 0.7))
        work.commit()
    first, _second = _lines(store)
    assert first.priority is not None
    assert (first.image_id, first.priority.band, first.probability) == (image_id, Band.URGENT, 0.05)
    with store.writing() as work:
        work.audit.append("Dr Test", AuditKind.BAND_ACCEPTED, image_id, corrected.id)
        work.cases.renew_line(image_id)
        work.commit()
    last = _lines(store)[-1]
    assert (last.image_id, last.priority) == (image_id, corrected.priority)


def test_a_part_of_the_work_list_is_shown_and_counted(store: CaseStore) -> None:
    with store.writing() as work:
        ids = {code: store_image(work, code=code) for code in ("urgent", "soon", "routine", "new")}
        for code, probability in (("urgent", 0.9), ("soon", 0.4), ("routine", 0.05)):
            work.cases.add_score(a_score(ids[code], probability))
        work.cases.add_decision(a_decision(ids["urgent"]))
        work.cases.add_revision(a_revision(ids["soon"]))
        right = a_boundary(ids["routine"])
        work.cases.add_boundary(right)
        found_right = replace(a_revision(ids["routine"]), mask=right.mask, reason=RevisionReason.CONFIRMED)
        work.cases.add_revision(found_right)
        for code, *acts in (
            ("new", AuditKind.BOUNDARY_SKIPPED),
            ("urgent", AuditKind.BOUNDARY_SKIPPED, AuditKind.BOUNDARY_TAKEN_UP),
            ("soon", AuditKind.SECOND_LOOK_ASKED, AuditKind.BOUNDARY_SKIPPED),
            ("routine", AuditKind.SECOND_LOOK_ASKED, AuditKind.SECOND_LOOK_WITHDRAWN),
        ):
            for act in acts:
                work.audit.append("Dr Test", act, ids[code])
        work.commit()
    expected = {
        CaseFilter.ALL: {"urgent", "soon", "routine", "new"},
        CaseFilter.UNDECIDED: {"soon", "routine", "new"},
        CaseFilter.URGENT: {"urgent"},
        CaseFilter.SOON: {"soon"},
        CaseFilter.ROUTINE: {"routine"},
        CaseFilter.WITHOUT_BAND: {"new"},
        CaseFilter.UNCORRECTED: {"urgent", "new"},
        CaseFilter.CORRECTED: {"soon"},
        CaseFilter.CONFIRMED: {"routine"},
        CaseFilter.SKIPPED: {"new"},
        CaseFilter.SECOND_LOOK: {"soon"},
        CaseFilter.OUTCOME_UNKNOWN: {"urgent"},
    }
    with store.reading() as work:
        for shown, codes in expected.items():
            assert {line.patient_code for line in work.cases.case_lines(shown=shown)} == codes
            assert work.cases.case_count(shown=shown) == len(codes)
            assert work.cases.case_count("soon", shown=shown) == ("soon" in codes)
    assert set(expected) == set(CaseFilter)
