"""Acts and reasons of revisions are typed; in the database they stay the words they were."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.domain.audit import AuditKind, FieldEdit
from app.domain.revision import RevisionReason
from app.storage.store import CaseStore
from tests.builders import a_revision, store_image


def test_an_edit_names_its_fields_and_is_stored_in_the_words_of_older_versions(
    store: CaseStore,
) -> None:
    with store.writing() as work:
        work.audit.append("Dr Test", AuditKind.PATIENT_EDITED, "p", fields=("name", "sex"))
        work.commit()
    with store.reading() as work:
        (event,) = work.audit.events("p")
    assert (event.kind, event.fields, event.detail) == (AuditKind.PATIENT_EDITED, ("name", "sex"), "")
    assert _stored(store, "SELECT what, detail FROM audit_event") == [("patient edited", "name, sex")]


def test_an_edit_keeps_old_and_new_values_of_every_kind(store: CaseStore) -> None:
    edits = (
        FieldEdit("name", "Ada, [[x]]", 'Ada "B"'),
        FieldEdit("birth_year", None, 1931),
        FieldEdit("clin_size_long_diam_mm", 8.5, None),
        FieldEdit("personal_hx_mm", False, True),
    )
    with store.writing() as work:
        work.audit.append("Dr Test", AuditKind.PATIENT_EDITED, "p", edits=edits)
        work.commit()
    with store.reading() as work:
        (event,) = work.audit.events("p")
    assert event.edits == edits
    assert event.fields == ("name", "birth_year", "clin_size_long_diam_mm", "personal_hx_mm")
    assert event.detail == ""


def test_an_edit_without_a_field_names_none(store: CaseStore) -> None:
    with store.writing() as work:
        event = work.audit.append("Dr Test", AuditKind.VISIT_EDITED, "v")
    assert event.fields == ()


def test_a_detail_with_commas_of_another_act_is_left_whole(store: CaseStore) -> None:
    with store.writing() as work:
        event = work.audit.append("Dr Test", AuditKind.CASE_EXPORTED, "i", "mask_png, de-identified")
    assert (event.detail, event.fields) == ("mask_png, de-identified", ())


@pytest.mark.parametrize("kind", list(AuditKind))
def test_every_kind_of_act_is_read_as_it_was_stored(store: CaseStore, kind: AuditKind) -> None:
    with store.writing() as work:
        work.audit.append("Dr Test", kind, "i")
        work.commit()
    with store.reading() as work:
        (event,) = work.audit.events("i")
    assert isinstance(event.kind, AuditKind)
    assert event.kind is kind


def test_the_act_of_going_back_tells_the_revision(store: CaseStore) -> None:
    with store.writing() as work:
        work.audit.append("Dr Test", AuditKind.MASK_REVERTED, "i", "r", reverted_to=12)
        work.commit()
    with store.reading() as work:
        (event,) = work.audit.events("i")
    assert (event.kind, event.reverted_to, event.detail) == (AuditKind.MASK_REVERTED, 12, "r")
    assert _stored(store, "SELECT what FROM audit_event") == [("mask reverted to revision 12",)]


@pytest.mark.parametrize("words", ["lesion photographed again", "mask corrected 2", "ward edited"])
def test_an_act_that_this_version_does_not_know_keeps_its_words(store: CaseStore, words: str) -> None:
    with store._engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_event (at, who, what, subject, detail) "
                "VALUES ('2026-03-14T09:00:01.000000+00:00', 'Dr Test', :words, 'i', 'one, two')"
            ),
            {"words": words},
        )
    with store.reading() as work:
        (event,) = work.audit.events("i")
    assert (event.kind, event.detail, event.fields) == (words, "one, two", ())


@pytest.mark.parametrize(
    ("reason", "reverted_to", "stored"),
    [
        (RevisionReason.CORRECTED, None, "corrected"),
        (RevisionReason.CONFIRMED, None, "confirmed"),
        (RevisionReason.RESET, None, "reset to prediction"),
        (RevisionReason.REVERTED, 2, "reverted to revision 2"),
        ("drawn by two", None, "drawn by two"),
    ],
)
def test_a_reason_is_stored_in_the_words_of_older_versions(
    store: CaseStore, reason: RevisionReason | str, reverted_to: int | None, stored: str
) -> None:
    with store.writing() as work:
        image_id = store_image(work)
        work.cases.add_revision(replace(a_revision(image_id), reason=reason, reverted_to=reverted_to))
        work.commit()
    with store.reading() as work:
        (revision,) = work.cases.case(image_id).revisions
    assert (revision.reason, revision.reverted_to) == (reason, reverted_to)
    assert type(revision.reason) is type(reason)
    assert _stored(store, "SELECT reason FROM mask_revision") == [(stored,)]


def _stored(store: CaseStore, query: str) -> list[tuple[str, ...]]:
    with store._engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]
