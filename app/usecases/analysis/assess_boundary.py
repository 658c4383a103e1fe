"""Finds out how sure a boundary is, after it was shown: a second look that nobody waits for."""

import logging
from collections.abc import Generator, Sequence
from dataclasses import replace

from app.domain.analysis.prediction import BoundaryPrediction
from app.domain.audit import AuditKind
from app.domain.changes import Changes
from app.domain.errors import DamagedFileError, InferenceError
from app.domain.ids import ImageId
from app.imaging import png_codec
from app.translation import _
from app.usecases.cancellation import CancelToken, stop_if_cancelled
from app.usecases.progress import Progress
from app.usecases.services import Services
from models.contract.uncertainty.disagreement import levels_of

_LOG = logging.getLogger(__name__)


def assess_boundary(services: Services, image_id: ImageId, token: CancelToken) -> Changes:
    """Keep where flipped passes disagree about the newest boundary, and how unusual the image is.

    The boundary itself stays as it was. Nothing happens when there is none, when it was assessed already,
    or when another model than the one that drew it is active now.
    """
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    boundary = case.boundary
    if boundary is None or boundary.is_assessed:
        return Changes()
    pixels, mask = services.arrays.pixels(case.image), services.arrays.mask(boundary.mask)
    stop_if_cancelled(token)
    boundary_uncertainty = services.predictor.boundary_uncertainty(pixels, mask, token)
    if boundary_uncertainty.weights_sha256 != boundary.model.weights_sha256:
        return Changes()
    assessed = replace(
        boundary,
        disagreement=services.store.blobs.put(
            png_codec.probability_png(levels_of(boundary_uncertainty.disagreement))
        ),
        border_uncertainty=boundary_uncertainty.border_uncertainty,
        atypicality=boundary_uncertainty.atypicality,
    )
    return _stored(services, assessed)


def assess_boundaries(
    services: Services, image_ids: Sequence[ImageId], token: CancelToken
) -> Generator[Progress, None, None]:
    """Assess what is not assessed yet; an image that cannot be is passed over, since nobody waits."""
    for number, image_id in enumerate(image_ids):
        yield Progress(number, len(image_ids), _("How sure the boundaries are"))
        stop_if_cancelled(token)
        try:
            assess_boundary(services, image_id, token)
        except (InferenceError, DamagedFileError) as error:
            _LOG.warning("a boundary could not be assessed: %s", type(error).__name__)


def _stored(services: Services, assessed: BoundaryPrediction) -> Changes:
    with services.store.writing() as work:
        known = {one.id: one for one in work.cases.case(assessed.image_id).boundaries}
        if known[assessed.id].is_assessed:
            # Another window was quicker.
            return Changes()
        work.cases.add_assessment(assessed)
        work.audit.append(
            services.user,
            AuditKind.BOUNDARY_ASSESSED,
            assessed.image_id,
            assessed.id,
            weights_sha256=assessed.model.weights_sha256,
        )
        work.commit()
    return Changes(images=frozenset({assessed.image_id}), case_list=True)
