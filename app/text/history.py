"""Why a score was computed again, and what was entered about a case, from what is stored."""

from collections.abc import Iterator, Mapping
from typing import Final

from app.domain.analysis.input_edits import inputs_edited_between
from app.domain.analysis.prediction import ScorePrediction
from app.domain.anatomic_sites import short_site_words
from app.domain.audit import EDITS, AuditEvent, AuditKind, EditedValue
from app.domain.case import Case
from app.domain.fields import FIELDS
from app.domain.ids import BlobName, PredictionId, RevisionId
from app.domain.moves import DescribedMove, Place
from app.domain.revision import Decision, MaskRevision, RevisionReason, SkipReason
from app.text.patient_tree import day_words
from app.translation import N_, _

_WORDS_BY_FIELD = {field.name: field.in_sentence for field in FIELDS}
"""Words of the forms for the names in the audit trail; fields of one name have the same words."""

_NOTHING_RECORDED = N_("nothing recorded of this case had changed")
"""The sizes of the patient's other lesions, which the model may read, are recorded with those."""

_TITLE_BY_ACT: Final[Mapping[str, str]] = {
    AuditKind.PATIENT_EDITED: N_("Patient edited"),
    AuditKind.LESION_EDITED: N_("Lesion edited"),
    AuditKind.VISIT_EDITED: N_("Visit edited"),
    AuditKind.IMAGE_CALIBRATED: N_("Scale of the image"),
    AuditKind.LESION_ASSIGNED: N_("Lesion assigned to another patient"),
    AuditKind.IMAGES_MOVED: N_("Filed under another lesion"),
    AuditKind.LESION_SPLIT: N_("Filed under a new lesion"),
    AuditKind.LESIONS_MERGED: N_("Lesion merged into another one"),
    AuditKind.VISIT_CHANGED: N_("Filed under another visit"),
    AuditKind.MOVE_UNDONE: N_("Move undone"),
    AuditKind.IMAGE_KIND_SET: N_("Kind of the image"),
    AuditKind.PATIENTS_JOINED: N_("Found to be the same person as another patient"),
    AuditKind.PATIENTS_KEPT_APART: N_("Kept apart from another patient of the same number"),
    AuditKind.SAMPLE_DESCRIBED: N_("Sample described"),
    AuditKind.UNSUITABLE_IMAGE_SCORED: (
        N_("Scored on request, although the image does not look like one to score")
    ),
    AuditKind.DAMAGED_FILE_TAKEN: N_("Taken although the file is damaged, without a score"),
    AuditKind.MASK_REFINED: N_("Boundary redrawn from clicks"),
    AuditKind.BOUNDARY_SKIPPED: N_("Boundary skipped"),
    AuditKind.BOUNDARY_TAKEN_UP: N_("Skipped boundary taken up again"),
    AuditKind.SECOND_LOOK_ASKED: N_("Second look at the boundary asked for"),
    AuditKind.SECOND_LOOK_WITHDRAWN: N_("Second look at the boundary no longer asked for"),
    AuditKind.BAND_ACCEPTED: N_("Lower band accepted"),
    AuditKind.TAG_ADDED: N_("Tag put on the case"),
    AuditKind.TAG_REMOVED: N_("Tag taken off the case"),
    AuditKind.CASE_ASSIGNED: N_("Case assigned"),
    AuditKind.ASSIGNMENT_ENDED: N_("Case assigned to nobody"),
    AuditKind.STRUCTURE_MARKED: N_("New structure marked"),
    AuditKind.STRUCTURE_MARK_WITHDRAWN: N_("Mark of a new structure withdrawn"),
}

SKIP_WORDS: Final[Mapping[str, str]] = {
    SkipReason.NOT_ASSESSABLE: N_("Not assessable"),
    SkipReason.NO_LESION: N_("No lesion"),
    SkipReason.SEVERAL_LESIONS: N_("Several lesions"),
    SkipReason.NOT_COMPLETE: N_("Lesion not complete in the image"),
}

_TOLD_IN_DETAIL: Final = frozenset(
    {
        AuditKind.IMAGE_CALIBRATED,
        AuditKind.MASK_REFINED,
        AuditKind.IMAGE_KIND_SET,
        AuditKind.TAG_ADDED,
        AuditKind.TAG_REMOVED,
        AuditKind.CASE_ASSIGNED,
    }
)
"""Acts whose detail a person can read; that of the others holds ids."""

_REASON_WORDS: Final[Mapping[str, str]] = {
    RevisionReason.CORRECTED: N_("corrected"),
    RevisionReason.CONFIRMED: N_("confirmed"),
    RevisionReason.RESET: N_("reset to prediction"),
    RevisionReason.REVERTED: N_("reverted to an earlier revision"),
    RevisionReason.STARTING_POINT: N_("taken as a starting point"),
    RevisionReason.SEPARATED: N_("a region made a lesion of its own"),
    RevisionReason.JOINED: N_("another lesion joined"),
    RevisionReason.OTHER_OF_INTEREST: N_("another lesion made the one of interest"),
}


def causes_by_score(case: Case, trail: tuple[AuditEvent, ...]) -> Mapping[PredictionId, str]:
    """Return for every score but the first what differs from the one before, as a phrase.

    A score is left out when nothing is known to differ and the trail does not tell what happened.
    """
    causes_by_id: dict[PredictionId, str] = {}
    for before, after in zip(case.scores, case.scores[1:], strict=False):
        entered = inputs_edited_between(trail, before.id, after.id)
        causes = [*_differences(case, before, after)]
        if entered:
            causes.append(_("{entered} changed").format(entered=", ".join(map(_, entered))))
        if causes or entered is not None:
            causes_by_id[after.id] = "; ".join(causes) or _(_NOTHING_RECORDED)
    return causes_by_id


def metadata_words(act: AuditEvent) -> tuple[str, str] | None:
    """Return an edit of metadata as a title and what was edited, with old and new values if they are known.

    An act of another version of the program has its own text for a title; None for any other act.
    """
    if not isinstance(act.kind, AuditKind):
        return act.kind[:1].upper() + act.kind[1:], act.detail
    title = _TITLE_BY_ACT.get(act.kind)
    if title is None:
        return None
    if act.kind is AuditKind.BOUNDARY_SKIPPED:
        return _(title), _(SKIP_WORDS.get(act.detail, act.detail))
    if act.kind in EDITS:
        return _(title), edit_words(act)
    return _(title), act.detail if act.kind in _TOLD_IN_DETAIL else ""


def edit_words(act: AuditEvent) -> str:
    """Return what an edit changed: each field with its old and new value, or the fields' names alone."""
    if not act.edits:
        return ", ".join(_(_WORDS_BY_FIELD.get(field, field)) for field in act.fields)
    lines = (
        _("{part}: {old} → {new}").format(
            part=_(_WORDS_BY_FIELD.get(edit.field, edit.field)),
            old=_value_words(edit.old),
            new=_value_words(edit.new),
        )
        for edit in act.edits
    )
    return "\n".join(lines)


def _value_words(value: EditedValue) -> str:
    if value is None or value == "":
        return _("not known")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:g}" if isinstance(value, float) else str(value)


def move_words(move: DescribedMove) -> str:
    """Return from where to where an image or its lesion was filed, as far as the two places differ."""
    before, after = move.before, move.after
    if before.patient_code != after.patient_code:
        one, other = before.patient_code, after.patient_code
        return _("from patient {before} to patient {after}").format(before=one, after=other)
    if before.lesion.id != after.lesion.id:
        one, other = _place_words(before), _place_words(after)
    else:
        one, other = (day_words(place.visited_on) if place.visited_on else "" for place in (before, after))
    return _("from {before} to {after}").format(before=one, after=other)


def _place_words(place: Place) -> str:
    lesion = place.lesion
    named = lesion.label or short_site_words(lesion)
    said = _("the lesion “{title}”").format(title=named) if named else _("a lesion without label and site")
    return said if place.visited_on is None else f"{said}, {day_words(place.visited_on)}"


def decision_words(before: Decision | None, after: Decision) -> str:
    """Return what a decision says; of one that replaces another, each part that changed, old and new."""
    if before is None:
        said = "; ".join(_(part) for part in (after.diagnosis, after.management) if part)
        return said or _("comment only")
    parts = (
        (_("diagnosis"), before.diagnosis, after.diagnosis),
        (_("confirmed by"), before.diagnosis_confirm_type, after.diagnosis_confirm_type),
        (_("management"), before.management, after.management),
        (_("comment"), _quoted(before.comment), _quoted(after.comment)),
    )
    changed = [
        _("{part}: {old} → {new}").format(part=part, old=_(old or "open"), new=_(new or "open"))
        for part, old, new in parts
        if old != new
    ]
    return "\n".join(changed) or _("the same again")


def _quoted(comment: str) -> str:
    return f"“{comment}”" if comment else _("none")


def revision_words(revision: MaskRevision) -> str:
    """Return why there is a revision, as a past participle with its object."""
    if revision.reason is RevisionReason.REVERTED and revision.reverted_to is not None:
        return _("reverted to revision {reverted_to}").format(reverted_to=revision.reverted_to)
    return _(_REASON_WORDS.get(revision.reason, revision.reason))


def _differences(case: Case, before: ScorePrediction, after: ScorePrediction) -> Iterator[str]:
    if after.mask_source != before.mask_source:
        yield _boundary_words(case, before, after)
    if after.model.weights_sha256 != before.model.weights_sha256:
        yield _("another model")
    elif after.model != before.model or after.thresholds != before.thresholds:
        yield _("the same model with other settings")
    if after.run.engine != before.run.engine:
        yield _("another engine ({engine})").format(engine=after.run.engine)


def _boundary_words(case: Case, before: ScorePrediction, after: ScorePrediction) -> str:
    mask_by_source: dict[PredictionId | RevisionId, BlobName] = {one.id: one.mask for one in case.boundaries}
    mask_by_source |= {one.id: one.mask for one in case.revisions}
    number = next((one.number for one in case.revisions if one.id == after.mask_source), None)
    words = (
        _("boundary predicted again")
        if number is None
        else _("boundary of revision {number}").format(number=number)
    )
    is_same = mask_by_source.get(before.mask_source) == mask_by_source.get(after.mask_source)
    return _("{words}, same outline").format(words=words) if is_same else words
