"""What a search finds in the work list."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.work_list.due import DueDays, Reckoning
from app.storage.store import CaseStore
from tests.builders import a_decision, a_reading, a_revision, a_score, an_outcome, new_store, store_image

NOW = datetime(2026, 3, 14, 8, tzinfo=UTC) + timedelta(days=30)
RECKONING = Reckoning(NOW, DueDays(), "Dr Test")


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseStore]:
    """Seven cases imported 30 days ago, but for one of 24 days ago."""
    store = new_store(Path(tmp_path_factory.mktemp("search")) / "data")
    with store.writing() as work:
        urgent = store_image(work, code="urgent", site="head/neck")
        work.cases.add_score(a_score(urgent, 0.9))
        soon = store_image(work, code="soon", site="lower extremity")
        work.cases.add_score(a_score(soon, 0.4, warnings=("Blurred.",)))
        later = store_image(work, code="later", minute=6 * 24 * 60)
        work.cases.add_score(a_score(later, 0.5))
        routine = store_image(work, code="routine")
        work.cases.add_score(a_score(routine, 0.1))
        work.cases.add_revision(a_revision(routine))
        work.cases.add_reading(a_reading(routine))
        store_image(work, code="unscored")
        decided = store_image(work, code="decided", site="head/neck")
        work.cases.add_score(a_score(decided, 0.95))
        work.cases.add_decision(a_decision(decided))
        known = store_image(work, code="known")
        work.cases.add_decision(a_decision(known))
        work.cases.add_outcome(an_outcome(known))
        for image_id, tag in (
            (urgent, "Tumour board"),
            (urgent, "teaching"),
            (soon, "teach_ing"),
            (soon, "Übung"),
        ):
            work.tags.add_tag(image_id, tag, "Dr Test", NOW, is_set=True)
        work.tags.assign(urgent, "Dr Test", "Dr Test", NOW)
        work.tags.assign(soon, "Dr Other", "Dr Test", NOW)
        work.cases.renew_lines([urgent, soon])
        work.commit()
    yield store
    store.close()


@pytest.mark.parametrize(
    ("search", "codes"),
    [
        ("band:urgent", "urgent decided"),
        ("band:soon band:routine", "soon later routine"),
        ("band:none", "unscored known"),
        ("-band:urgent", "soon later routine unscored known"),
        ("due:overdue", "urgent soon"),
        ("due:week", "later"),
        ("-due:overdue band:urgent is:undecided", ""),
        ('site:"HEAD/neck" is:undecided', "urgent"),
        ("site:none", "later routine unscored known"),
        ("-site:head/neck", "soon later routine unscored known"),
        ("diagnosis:nevus", "decided"),
        ("diagnosis:melanoma", "known"),
        ("diagnosis:none band:urgent", "urgent"),
        ('tag:"tumour BOARD"', "urgent"),
        ("tag:teaching", "urgent"),
        ("tag:teach_ing", "soon"),
        ("tag:Übung", "soon"),
        ("tag:teach", ""),
        ("tag:none band:soon", "later"),
        ("assigned:me", "urgent"),
        ('assigned:"dr other"', "soon"),
        ("assigned:nobody band:urgent", "decided"),
        ("reader:me", "routine decided known"),
        ("model:mambaderm band:soon", "soon later"),
        ("check:yes", "soon"),
        ("check:no band:soon", "later"),
        ("imported:2026-03-20", "later"),
        ("imported:..2026-03-14 band:soon", "soon"),
        ("visited:2026-03 band:soon", "soon later"),
        ("decided:2026-03-14", "decided known"),
        ("-decided:2026 band:urgent", "urgent"),
        ("is:corrected", "routine"),
        ("is:outcome-unknown", "decided"),
        ("band:urgent head/neck dec", "decided"),
    ],
)
def test_a_search_finds_its_cases(listed: CaseStore, search: str, codes: str) -> None:
    with listed.reading() as work:
        lines = work.cases.case_lines(search=search, order="imported", reckoning=RECKONING)
        assert work.cases.case_count(search, reckoning=RECKONING) == len(lines)
        patients = work.tree.patient_count(search, reckoning=RECKONING)
    assert {line.patient_code for line in lines} == set(codes.split())
    assert patients == len(lines)


def test_overdue_cases_come_first_in_the_order_of_their_bands(listed: CaseStore) -> None:
    late_routine = Reckoning(NOW, DueDays(urgent=60, soon=60, routine=7))
    with listed.reading() as work:
        first = work.cases.case_lines(order="due", reckoning=late_routine)
        last = work.cases.case_lines(order="due", descending=True, reckoning=late_routine)
    codes = [line.patient_code for line in first]
    assert codes[:4] == ["routine", "urgent", "later", "soon"]
    assert codes == [line.patient_code for line in last][::-1]


def test_what_may_be_typed_is_known_to_the_store(listed: CaseStore) -> None:
    with listed.reading() as work:
        assert work.tags.tags() == ["teach_ing", "teaching", "Tumour board", "Übung"]
        assert work.tags.people() == ["Dr Other", "Dr Test"]
        assert work.tags.used_sites() == ["head/neck", "lower extremity"]
        assert work.tags.models() == ["mambaderm_lite test"]
