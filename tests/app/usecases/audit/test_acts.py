import csv
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.act_filter import ActFilter
from app.domain.audit import AuditKind
from app.domain.errors import CancelledError, ExportError
from app.text.acts import WORDS_BY_KIND, act_words, detail_words
from app.usecases.audit.export_acts import COLUMNS, export_acts
from app.usecases.audit.list_acts import list_acts, people_of_acts
from app.usecases.cases.remove_case import remove_case
from app.usecases.cases.set_decision import set_decision
from app.usecases.services import Services
from tests.builders import a_case, result_of
from tests.fakes import FakeToken

EVERYTHING = ActFilter()


def test_acts_are_listed_newest_first_a_page_at_a_time(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    set_decision(services, image_id, diagnosis="Nevus")
    page = list_acts(services, EVERYTHING, limit=3)
    assert page.acts[0].event.kind is AuditKind.DECISION_RECORDED
    assert page.acts[0].about == "NAEV-00001, lesion 1.png"
    seen = list(page.acts)
    while rest := list_acts(services, EVERYTHING, before=seen[-1].event.sequence, limit=3).acts:
        seen += rest
    numbers = [act.event.sequence for act in seen]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == page.total == len(set(numbers))


def test_acts_are_narrowed_by_person_kind_day_and_case(services: Services, tmp_path: Path) -> None:
    first, second = (a_case(services, tmp_path, seed=seed, predicted=False) for seed in (1, 2))
    set_decision(services, first, diagnosis="Nevus")
    set_decision(services, second, diagnosis="Scar")
    remove_case(services, second)
    assert people_of_acts(services) == ["Dr Test"]
    assert list_acts(services, ActFilter(who="Nobody")).total == 0
    decided = ActFilter(kind=AuditKind.DECISION_RECORDED)
    assert list_acts(services, decided).total == 2
    newest = list_acts(services, EVERYTHING).acts[0].event
    assert list_acts(services, ActFilter(until=newest.at)).acts[0].event.sequence < newest.sequence
    assert list_acts(services, ActFilter(since=newest.at + timedelta(seconds=1))).total == 0
    of_removed = list_acts(services, EVERYTHING, case="lesion 2")
    assert {act.event.kind for act in of_removed.acts} == {
        AuditKind.CASE_REMOVED,
        AuditKind.DECISION_RECORDED,
        AuditKind.IMAGE_IMPORTED,
        AuditKind.PATIENT_ADDED,
    }
    assert list_acts(services, decided, case="lesion 2").total == 1
    assert list_acts(services, EVERYTHING, case="no such case").total == 0


def test_a_return_to_an_earlier_revision_is_found_by_its_kind(services: Services) -> None:
    with services.store.writing() as work:
        work.audit.append("Dr Test", AuditKind.MASK_REVERTED, "i" * 32, reverted_to=3)
        work.commit()
    (act,) = list_acts(services, ActFilter(kind=AuditKind.MASK_REVERTED)).acts
    assert act_words(act.event) == "Boundary reverted to an earlier revision (3)"


def test_every_act_has_words_and_edits_name_their_fields(services: Services) -> None:
    assert set(WORDS_BY_KIND) == set(AuditKind)
    with services.store.writing() as work:
        edit = work.audit.append("x", AuditKind.PATIENT_EDITED, "p", fields=("sex", "birth_year"))
    assert detail_words(edit) == "sex, year of birth"


def test_acts_are_written_as_csv_that_no_spreadsheet_evaluates(services: Services, tmp_path: Path) -> None:
    a_case(services, tmp_path, predicted=False)
    with services.store.writing() as work:
        work.audit.append("=HYPERLINK(1)", AuditKind.CASE_REMOVED, "x")
        work.commit()
    before = list_acts(services, EVERYTHING).total
    path = tmp_path / "acts.csv"
    assert result_of(export_acts(services, EVERYTHING, path, token=FakeToken())) == before
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert tuple(header) == COLUMNS
    assert len(rows) == before
    assert rows[0][2] == "'=HYPERLINK(1)"
    newest = list_acts(services, EVERYTHING).acts[0].event
    assert (newest.kind, newest.detail) == (AuditKind.ACTS_EXPORTED, f"{before} acts")


def test_a_file_of_acts_is_whole_or_not_there(services: Services, tmp_path: Path) -> None:
    a_case(services, tmp_path / "in", predicted=False)
    with pytest.raises(ExportError):
        result_of(export_acts(services, EVERYTHING, tmp_path / "no" / "acts.csv", token=FakeToken()))
    with pytest.raises(CancelledError):
        result_of(export_acts(services, EVERYTHING, tmp_path / "acts.csv", token=FakeToken(cancel_after=0)))
    assert not list(tmp_path.glob("*acts*"))
