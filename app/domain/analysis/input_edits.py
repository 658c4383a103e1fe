"""Which acts of the audit trail changed something that a score model reads."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from app.domain.audit import AuditEvent, AuditKind
from app.domain.fields import FIELDS
from app.domain.ids import PredictionId

_INPUT_BY_FIELD: Final = {
    field.name: field.input_words or field.in_sentence for field in FIELDS if field.model_input or field.feeds
}
"""Entered fields that the score model is given, as the audit trail names them."""

_INPUT_BY_ACT: Final[Mapping[str, str]] = {
    AuditKind.IMAGE_CALIBRATED: "scale",
    AuditKind.LESION_ASSIGNED: "patient",
    AuditKind.IMAGES_MOVED: "lesion",
    AuditKind.LESION_SPLIT: "lesion",
    AuditKind.LESIONS_MERGED: "lesion",
    AuditKind.VISIT_CHANGED: "visit",
    AuditKind.MOVE_UNDONE: "lesion",
    AuditKind.SAMPLE_DESCRIBED: "description of the sample",
}


def inputs_edited_between(
    trail: Iterable[AuditEvent], before: PredictionId, after: PredictionId | None = None
) -> tuple[str, ...] | None:
    """Return which inputs were entered or changed between two scores, in words.

    A later score that is not in the trail is not stored yet; without one, everything up to now counts. None
    when the trail does not know the earlier score.
    """
    acts = sorted(trail, key=lambda act: act.sequence)
    first, last = _sequence(acts, before), None if after is None else _sequence(acts, after)
    if first is None:
        return None
    between = (act for act in acts if act.sequence > first and (last is None or act.sequence < last))
    return tuple(dict.fromkeys(_inputs_of(between)))


def _sequence(acts: Iterable[AuditEvent], score_id: PredictionId) -> int | None:
    return next((act.sequence for act in acts if act.detail == score_id), None)


def _inputs_of(acts: Iterable[AuditEvent]) -> Iterator[str]:
    for act in acts:
        if act.kind in _INPUT_BY_ACT:
            yield _INPUT_BY_ACT[act.kind]
        yield from (_INPUT_BY_FIELD[field] for field in act.fields if field in _INPUT_BY_FIELD)
