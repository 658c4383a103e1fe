"""Lists the acts of the whole store, newest first, with what they are about."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.domain.act_filter import ActFilter
from app.domain.audit import AuditEvent
from app.domain.errors import InvalidFieldError
from app.domain.ids import ImageId, is_id
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.services import Services

MOST_CASES = 200
"""Cases that a search for acts may find."""

_SHOWN_ID_LETTERS = 8


@dataclass(frozen=True, slots=True)
class ListedAct:
    """An act with what it is about, as people call it."""

    event: AuditEvent
    about: str


@dataclass(frozen=True, slots=True)
class ActPage:
    """Some acts, newest first, and how many there are in all."""

    acts: tuple[ListedAct, ...]
    total: int


def list_acts(
    services: Services, wanted: ActFilter, *, case: str = "", before: int | None = None, limit: int = 200
) -> ActPage:
    """Return acts before a sequence number; ``case`` is searched for as in the work list.

    Raises:
        InvalidFieldError: more than ``MOST_CASES`` cases are found.
    """
    with services.store.reading() as work:
        narrowed = narrowed_to_case(work, wanted, case)
        events = work.audit.newest(narrowed, before=before, limit=limit)
        return ActPage(tuple(listed(work, events)), work.audit.count(narrowed))


def people_of_acts(services: Services) -> list[str]:
    """Return everybody who did something."""
    with services.store.reading() as work:
        return work.audit.people()


def narrowed_to_case(work: UnitOfWork, wanted: ActFilter, case: str) -> ActFilter:
    """Return a filter for the cases that a search finds, removed ones too; raises InvalidFieldError."""
    if not case.strip():
        return wanted
    found = [
        line.image_id
        for removed in (False, True)
        for line in work.cases.case_lines(search=case.strip(), limit=MOST_CASES + 1, removed=removed)
    ]
    if len(found) > MOST_CASES:
        raise InvalidFieldError(
            "case", _("More than {most} cases are found; type more of it.").format(most=MOST_CASES)
        )
    subjects = {
        subject
        for one in work.cases.cases(found)
        for subject in (one.image.id, one.visit.id, one.lesion.id, one.patient.id)
    }
    return replace(wanted, subjects=tuple(sorted(subjects)))


def listed(work: UnitOfWork, events: Iterable[AuditEvent]) -> list[ListedAct]:
    """Return acts with the patient number and file name of the image that they are about."""
    events = list(events)
    subjects = [ImageId(subject) for subject in dict.fromkeys(event.subject for event in events)]
    words_by_subject = {
        str(line.image_id): ", ".join((line.patient_code, line.file_name))
        for line in work.cases.lines_of(subjects)
    }
    return [ListedAct(event, words_by_subject.get(event.subject, _short(event.subject))) for event in events]


def _short(subject: str) -> str:
    return subject[:_SHOWN_ID_LETTERS] if is_id(subject) else subject
