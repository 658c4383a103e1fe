"""Scores a lesion: now for the store, or only to show what a correction would change."""

from dataclasses import dataclass, replace

from app.domain.analysis.prediction import ScorePrediction
from app.domain.audit import AuditKind
from app.domain.case import Case
from app.domain.changes import Changes
from app.domain.errors import NotFoundError, ScoreWithheldError
from app.domain.ids import ImageId, PredictionId, RevisionId, new_id
from app.domain.measurement import Measurement
from app.translation import _
from app.usecases.analysis.measurements import measurements_of
from app.usecases.analysis.score_inputs import score_inputs
from app.usecases.cancellation import CancelToken, stop_if_cancelled
from app.usecases.image_arrays import check_fits
from app.usecases.services import Services
from models.contract.arrays import BoolMask


@dataclass(frozen=True, slots=True)
class ScorePreview:
    """What the score and the measurements would be with another mask; nothing of it is stored."""

    score: ScorePrediction
    measurements: tuple[Measurement, ...]


def rescore_image(
    services: Services, image_id: ImageId, token: CancelToken, *, is_asked_for: bool = False
) -> Changes:
    """Compute and keep the score of the valid mask, with what is known about the patient now.

    An image that does not look like a dermoscopic image of a lesion gets none, unless a person asks for it;
    that is recorded, and the score says it. An image of a damaged file never gets one.

    Raises:
        ScoreWithheldError: the score of a damaged file was asked for.
    """
    case = _case(services, image_id)
    source = case.mask_source
    if source is None:
        raise NotFoundError(_("This image has no boundary yet, so there is nothing to score."))
    if case.is_score_withheld and not is_asked_for:
        return Changes()
    if case.image.is_damaged:
        raise ScoreWithheldError(case.objection_to_score)
    mask = services.arrays.valid_mask(case)
    if _is_empty_by_all(case, mask) and not is_asked_for:
        return Changes()
    score = _scored(services, case, mask, source, token).score
    inputs = case.scored_inputs(score.model.weights_sha256)
    _store(services, case, replace(score, inputs_sha256=inputs.sha256))
    with services.store.reading() as work:
        return Changes(images=frozenset(work.cases.images_of_visit(image_id)), case_list=True)


def _store(services: Services, case: Case, score: ScorePrediction) -> None:
    """Keep a score, unless another window has computed the same one meanwhile."""
    with services.store.writing() as work:
        known = {one.id for one in case.scores}
        others = [one for one in work.cases.case(case.image.id).scores if one.id not in known]
        if any(one.inputs_sha256 == score.inputs_sha256 for one in others):
            return
        if case.is_score_withheld and case.boundary is not None:
            # Before the score, because the line of the work list that is written with it depends on this act.
            work.audit.append(
                services.user, AuditKind.UNSUITABLE_IMAGE_SCORED, case.image.id, case.boundary.id
            )
        work.cases.add_score(score)
        sha256 = score.model.weights_sha256
        work.audit.append(
            services.user, AuditKind.SCORE_COMPUTED, case.image.id, score.id, weights_sha256=sha256
        )
        work.commit()


def _is_empty_by_all(case: Case, mask: BoolMask | None) -> bool:
    """Say whether model and person agree that there is no lesion: an empty boundary outlines none."""
    frame = None if case.boundary is None else case.boundary.frame
    return frame is not None and not frame.has_lesion and (mask is None or not mask.any())


def preview_score(services: Services, image_id: ImageId, mask: BoolMask, token: CancelToken) -> ScorePreview:
    """Return what the score and the measurements would be with ``mask``, storing nothing.

    Raises:
        ScoreWithheldError: the image gets no score by itself.
    """
    case = _case(services, image_id)
    objection = case.objection_when(is_outlined_by_person=bool(mask.any()))
    if case.is_score_withheld and objection:
        raise ScoreWithheldError(objection)
    check_fits(mask, case.image)
    unsaved = RevisionId(new_id())
    return _scored(services, case, mask, unsaved, token)


def _case(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def _scored(
    services: Services,
    case: Case,
    mask: BoolMask | None,
    source: PredictionId | RevisionId,
    token: CancelToken,
) -> ScorePreview:
    inputs = score_inputs(services.arrays, case, mask)
    stop_if_cancelled(token)
    pixels = services.arrays.pixels(case.image)
    result = services.predictor.score(pixels, inputs.mask, inputs.tabular, token)
    score = ScorePrediction(
        id=PredictionId(new_id()),
        image_id=case.image.id,
        model=result.model,
        probability=result.probability,
        probability_low=result.probability_low,
        probability_high=result.probability_high,
        mask_source=source,
        missing_inputs=inputs.missing,
        quality_warnings=inputs.warnings,
        run=result.run,
        predicted_at=services.clock(),
        thresholds=services.predictor.thresholds(),
        diagnosis_shares=result.diagnosis_shares,
    )
    return ScorePreview(score, measurements_of(inputs.features, inputs.mask))
