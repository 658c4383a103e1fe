"""Records a clinician's answers to a form; earlier readings of it stay in the history."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.domain.audit import AuditKind
from app.domain.changes import Changes
from app.domain.errors import InvalidFieldError
from app.domain.ids import ImageId, ReadingId, new_id
from app.domain.readings.form import ReadingForm
from app.domain.readings.forms import form_named
from app.domain.readings.reading import Answer, EvidenceSource, Reading, newest_by_form
from app.domain.readings.totals import check_answers
from app.translation import _
from app.usecases.services import Services


@dataclass(frozen=True)
class ReadingEntry:
    """What a person hands over to be recorded."""

    form: str
    values: Mapping[str, int]
    """All answers that are to stand, by the names of their criteria."""
    confirmed_now: frozenset[str] = frozenset()
    """Criteria that this person confirms; the others are taken over from the newest reading of the form."""
    proposed: Mapping[str, int] = field(default_factory=dict)
    """What had been proposed."""
    evidence: EvidenceSource | None = None
    """What that was measured on."""


def record_reading(services: Services, image_id: ImageId, entry: ReadingEntry) -> Changes:
    """Append a reading; the same answers as before are not recorded again.

    An answer that is taken over keeps the name of who confirmed it; a new one is the author's.

    Raises:
        InvalidFieldError: the form is not known, nothing is answered, or the answers are not the form's.
    """
    form = form_named(entry.form)
    if form is None:
        sentence = _("There is no form “{form}” in this version of Naevus.").format(form=entry.form)
        raise InvalidFieldError("reading", sentence)
    check_answers(form, entry.values)
    with services.store.writing() as work:
        before = newest_by_form(work.cases.case(image_id).readings).get(form.name)
        answers = _answers(form, entry, before, services.user)
        if before is not None and before.answers == answers:
            return Changes()
        evidence = _evidence(entry, before, answers)
        reading = Reading(
            id=ReadingId(new_id()),
            image_id=image_id,
            form=form.name,
            answers=tuple(_with_own_evidence(answer, before, evidence) for answer in answers),
            evidence=evidence,
            author=services.user,
            created_at=services.clock(),
        )
        work.cases.add_reading(reading)
        work.audit.append(services.user, AuditKind.READING_RECORDED, image_id, reading.id)
        work.commit()
    return Changes(images=frozenset({image_id}))


def _answers(
    form: ReadingForm, entry: ReadingEntry, before: Reading | None, author: str
) -> tuple[Answer, ...]:
    """Return the answers in the order of the form."""
    answers = []
    for name in (criterion.name for criterion in form.criteria if criterion.name in entry.values):
        value, kept = entry.values[name], None if before is None else before.answer(name)
        if kept is not None and kept.value == value and name not in entry.confirmed_now:
            answers.append(kept)
        else:
            answers.append(Answer(name, value, author, entry.proposed.get(name)))
    return tuple(answers)


def _evidence(
    entry: ReadingEntry, before: Reading | None, answers: tuple[Answer, ...]
) -> EvidenceSource | None:
    """What the newest of the proposals that stand was measured on."""
    if any(answer.proposed is not None and not _is_taken_over(answer, before) for answer in answers):
        return entry.evidence
    if before is None or all(answer.proposed is None for answer in answers):
        return None
    return before.evidence


def _with_own_evidence(answer: Answer, before: Reading | None, evidence: EvidenceSource | None) -> Answer:
    """Return an answer that names what its proposal rests on where the reading names something else."""
    if before is None or not _is_taken_over(answer, before):
        return answer
    source = before.evidence_of(answer)
    return replace(answer, evidence=None if source == evidence else source)


def _is_taken_over(answer: Answer, before: Reading | None) -> bool:
    """Say whether an answer is that of the earlier reading itself, and not an equal one given anew."""
    return before is not None and any(answer is known for known in before.answers)
