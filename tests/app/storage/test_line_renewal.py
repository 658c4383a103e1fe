"""Lines of the work list that an earlier version wrote get the place that today's rules give, at opening."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.analysis.triage import Band
from app.domain.audit import AuditKind
from app.domain.case_filter import CaseFilter
from app.domain.ids import ImageId, RevisionId, new_id
from app.domain.revision import RevisionReason
from app.storage.database import connect
from app.storage.migrate import CURRENT
from app.storage.store import CaseStore
from tests.builders import a_boundary, a_decision, a_revision, a_score, new_store, store_image
from tests.fakes import FakeClock

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "databases"

_LINES = "SELECT * FROM case_index ORDER BY image_id"


@pytest.mark.parametrize(("probability", "band"), [(0.4, Band.SOON), (0.1, Band.ROUTINE)])
def test_a_line_of_an_earlier_version_that_hid_the_band_is_renewed_at_opening(
    folder: Path, probability: float, band: Band
) -> None:
    store = new_store(folder)
    with store.writing() as work:
        image_id = store_image(work)
        work.cases.add_score(a_score(image_id, probability, warnings=("The image is blurred.",)))
        work.commit()
    store.close()
    with closing(connect(folder / "cases.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute(
            'UPDATE case_index SET band = 3, queue_rank = 1, reasons = \'["Blurred.", "Why."]\''
        )
    store = new_store(folder)
    with store.reading() as work:
        (line,) = work.cases.case_lines()
    store.close()
    assert line.priority is not None
    assert line.priority.band is band
    assert line.priority.warnings == ("The image is blurred.",)


def test_how_far_the_renewal_is_is_told_once_and_only_when_there_is_something_to_renew(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    store = new_store(folder)
    with store.writing() as work:
        for minute, probability in enumerate((0.1, 0.4)):
            image_id = store_image(work, code=f"P-{minute}", minute=minute)
            work.cases.add_score(a_score(image_id, probability))
        work.commit()
    store.close()
    with closing(connect(folder / "cases.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute("UPDATE case_index SET band = 3")
    for _ in range(2):
        CaseStore.open(folder, FakeClock(), renewing=lambda renewed, of: told.append((renewed, of))).close()
    assert told == [(0, 2)]


def _lines_of(database: Path) -> list[tuple[object, ...]]:
    with closing(connect(database, mode="ro")) as connection:
        return connection.execute(_LINES).fetchall()


def _rules_of(database: Path) -> int:
    with closing(connect(database, mode="ro")) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _corrected_case(store: CaseStore, code: str, *, is_accepted: bool = False) -> ImageId:
    """Store a case whose first score is urgent, and whose score after a correction is lower."""
    with store.writing() as work:
        image_id = store_image(work, code=code)
        revision = a_revision(image_id)
        lower = replace(a_score(image_id, 0.4, warnings=("The image is blurred.",)), mask_source=revision.id)
        work.cases.add_score(a_score(image_id, 0.9))
        work.cases.add_revision(revision)
        if is_accepted:
            work.audit.append("Dr Test", AuditKind.BAND_ACCEPTED, image_id, lower.id)
        work.cases.add_score(lower)
        work.commit()
    return image_id


def test_lines_from_before_held_bands_become_what_today_s_version_writes(folder: Path) -> None:
    store, database = new_store(folder), folder / "cases.sqlite"
    _corrected_case(store, "P-1")
    _corrected_case(store, "P-2", is_accepted=True)
    decided = _corrected_case(store, "P-3")
    with store.writing() as work:
        work.cases.add_decision(a_decision(decided))
        work.cases.add_score(a_score(store_image(work, code="P-4"), 0.7))
        work.commit()
    store.close()
    today = _lines_of(database)
    with closing(connect(database)) as connection:
        connection.execute("PRAGMA user_version = 0")
        # The rule of earlier versions: the newest score decides.
        connection.execute(
            "UPDATE case_index SET band = 1, queue_rank = 2, queue_urgency = -0.4, reasons = '[\"Old.\"]' "
            "WHERE probability = 0.4"
        )
    assert _lines_of(database) != today
    store = new_store(folder)
    with store.reading() as work:
        bands = {line.patient_code: line.priority and line.priority.band for line in work.cases.case_lines()}
    store.close()
    assert _lines_of(database) == today
    assert bands == {"P-1": Band.URGENT, "P-2": Band.SOON, "P-3": Band.URGENT, "P-4": Band.URGENT}


def test_a_boundary_that_was_confirmed_before_there_was_the_word_is_listed_as_confirmed(folder: Path) -> None:
    store = new_store(folder)
    with store.writing() as work:
        image_id = store_image(work)
        boundary = a_boundary(image_id)
        work.cases.add_boundary(boundary)
        confirmed = replace(a_revision(image_id), mask=boundary.mask, reason=RevisionReason.CONFIRMED)
        work.cases.add_revision(confirmed)
        work.commit()
    store.close()
    with closing(connect(folder / "cases.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 1")
        connection.execute("UPDATE case_index SET status = 'corrected', correction_rank = 1")
    store = new_store(folder)
    with store.reading() as work:
        (line,) = work.cases.case_lines(shown=CaseFilter.CONFIRMED)
        assert work.cases.case(image_id).revisions == (confirmed,)
    store.close()
    assert line.status == "confirmed"


@pytest.mark.parametrize("is_signed", [True, False])
def test_a_boundary_that_was_gone_back_from_is_listed_as_not_reviewed(folder: Path, is_signed: bool) -> None:
    store = new_store(folder)
    with store.writing() as work:
        image_id = store_image(work)
        work.cases.add_boundary(a_boundary(image_id))
        first = a_revision(image_id)
        back = replace(first, id=RevisionId(new_id()), number=2, reason=RevisionReason.RESET)
        for revision in (first, replace(back, is_signed=is_signed)):
            work.cases.add_revision(revision)
        work.commit()
    store.close()
    with closing(connect(folder / "cases.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 2")
        connection.execute("UPDATE case_index SET status = 'corrected', correction_rank = 1")
    store = new_store(folder)
    with store.reading() as work:
        (line,) = work.cases.case_lines(shown=CaseFilter.UNCORRECTED)
    store.close()
    assert (line.status, line.is_corrected) == ("predicted", False)


def test_lines_are_renewed_once_and_not_at_every_start(folder: Path) -> None:
    store, database = new_store(folder), folder / "cases.sqlite"
    _corrected_case(store, "P-1")
    store.close()
    with closing(connect(database)) as connection:
        connection.execute("UPDATE case_index SET queue_urgency = -0.123")
    before = _lines_of(database)
    new_store(folder).close()
    assert _lines_of(database) == before


def test_a_renewal_that_is_cut_short_changes_nothing_and_is_made_up_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, database = new_store(folder), folder / "cases.sqlite"
    for code in ("P-1", "P-2"):
        _corrected_case(store, code)
    store.close()
    today = _lines_of(database)
    with closing(connect(database)) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute("UPDATE case_index SET band = 1, queue_urgency = -0.4")
        earlier = _lines_of(database)
        connection.execute(
            "CREATE TRIGGER stops BEFORE UPDATE ON case_index WHEN NEW.patient_code = 'P-2' "
            "BEGIN SELECT RAISE(ABORT, 'stopped'); END"
        )
    with pytest.raises(Exception, match="stopped"):
        new_store(folder)
    assert (_lines_of(database), _rules_of(database)) == (earlier, 0)
    with closing(connect(database)) as connection:
        connection.execute("DROP TRIGGER stops")
    new_store(folder).close()
    assert _lines_of(database) == today


@pytest.mark.parametrize("revision", CURRENT.revisions)
def test_the_line_of_every_released_schema_says_what_its_case_says(folder: Path, revision: str) -> None:
    folder.mkdir()
    shutil.copy(GOLDEN / f"{revision}.sqlite", folder / "cases.sqlite")
    with closing(sqlite3.connect(folder / "cases.sqlite")) as connection:
        # The first of the two scores was urgent, and an earlier version has forgotten it.
        connection.execute("DROP TRIGGER score_prediction_is_not_changed")
        connection.execute(
            "UPDATE score_prediction SET probability = 0.95, probability_high = 0.95 "
            "WHERE sequence = (SELECT min(sequence) FROM score_prediction)"
        )
        connection.execute(
            "UPDATE score_prediction SET probability = 0.2, probability_high = 0.2, "
            "mask_source = (SELECT id FROM mask_revision ORDER BY sequence DESC LIMIT 1) "
            "WHERE sequence = (SELECT max(sequence) FROM score_prediction)"
        )
        connection.execute("UPDATE case_index SET band = 2, reasons = '[\"Old.\"]'")
        connection.commit()
    store = CaseStore.open(folder, FakeClock())
    with store.reading() as work:
        (line,) = work.cases.case_lines(search="zoë")
        case = work.cases.case(line.image_id)
    store.close()
    assert case.priority is not None
    assert line.priority is not None
    assert line.priority.band is case.priority.band is Band.URGENT
