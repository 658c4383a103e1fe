"""Why a score was computed again, and what was entered about a case, told from what is stored."""

from collections.abc import Iterator, Mapping

from app.domain.analysis.frame_finding import SCORED_ANYWAY
from app.domain.analysis.input_edits import SAMPLE_DESCRIBED, inputs_edited_between
from app.domain.analysis.prediction import ScorePrediction
from app.domain.analysis.standing_priority import BAND_ACCEPTED
from app.domain.audit import AuditEvent
from app.domain.case import Case
from app.domain.fields import FIELDS
from app.domain.ids import BlobName, PredictionId, RevisionId
from app.usecases.cases.import_images import DAMAGED_TAKEN
from app.usecases.patients.settle_identity import FOUND_APART, FOUND_SAME

_WORDS_BY_FIELD = {field.name: field.in_sentence for field in FIELDS}
"""Words of the forms for the names in the audit trail; fields of one name have the same words."""

_NOTHING_RECORDED = "nothing recorded of this case had changed"
"""The sizes of the patient's other lesions, which the model may read, are recorded with those."""

_TITLE_BY_ACT = {
    "patient edited": "Patient edited",
    "lesion edited": "Lesion edited",
    "visit edited": "Visit edited",
    "image calibrated": "Scale of the image",
    "lesion assigned": "Lesion assigned to another patient",
    FOUND_SAME: "Found to be the same person as another patient",
    FOUND_APART: "Kept apart from another patient of the same number",
    SAMPLE_DESCRIBED: "Sample described",
    SCORED_ANYWAY: "Scored on request, although the image does not look like one to score",
    DAMAGED_TAKEN: "Taken although the file is damaged, without a score",
    BAND_ACCEPTED: "Lower band accepted",
}


def causes_by_score(case: Case, trail: tuple[AuditEvent, ...]) -> Mapping[PredictionId, str]:
    """Return for every score but the first what differs from the one before, as a phrase.

    A score is left out when nothing is known to differ and the trail does not tell what happened.
    """
    told: dict[PredictionId, str] = {}
    for before, after in zip(case.scores, case.scores[1:], strict=False):
        entered = inputs_edited_between(trail, before.id, after.id)
        causes = [*_differences(case, before, after)]
        if entered:
            causes.append(f"{', '.join(entered)} changed")
        if causes or entered is not None:
            told[after.id] = "; ".join(causes) or _NOTHING_RECORDED
    return told


def metadata_words(act: AuditEvent) -> tuple[str, str] | None:
    """Return an edit of metadata as a title and what was edited, without values; None for any other act."""
    title = _TITLE_BY_ACT.get(act.what)
    if title is None:
        return None
    if act.what.endswith(" edited"):
        fields = act.detail.split(", ")
        return title, ", ".join(_WORDS_BY_FIELD.get(field, field) for field in fields)
    # An assignment's detail holds ids, which nobody can read.
    return title, act.detail if act.what == "image calibrated" else ""


def _differences(case: Case, before: ScorePrediction, after: ScorePrediction) -> Iterator[str]:
    if after.mask_source != before.mask_source:
        yield _boundary_words(case, before, after)
    if after.model.weights_sha256 != before.model.weights_sha256:
        yield "another model"
    elif after.model != before.model or after.thresholds != before.thresholds:
        yield "the same model with other settings"
    if after.run.engine != before.run.engine:
        yield f"another engine ({after.run.engine})"


def _boundary_words(case: Case, before: ScorePrediction, after: ScorePrediction) -> str:
    mask_by_source: dict[PredictionId | RevisionId, BlobName] = {one.id: one.mask for one in case.boundaries}
    mask_by_source |= {one.id: one.mask for one in case.revisions}
    number = next((one.number for one in case.revisions if one.id == after.mask_source), None)
    words = "boundary predicted again" if number is None else f"boundary of revision {number}"
    is_same = mask_by_source.get(before.mask_source) == mask_by_source.get(after.mask_source)
    return f"{words}, same outline" if is_same else words
