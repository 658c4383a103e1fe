"""Accepts the lower band that a corrected boundary or an entered fact gives to a case."""

from app.domain.audit import AuditKind
from app.domain.changes import Changes
from app.domain.errors import StorageError
from app.domain.ids import ImageId, PredictionId
from app.translation import _
from app.usecases.services import Services


def accept_band(services: Services, image_id: ImageId, score_id: PredictionId) -> Changes:
    """Let the band of the newest score, which was looked at, be the case's band from now on.

    Raises:
        StorageError: another score was stored meanwhile.
    """
    with services.store.writing() as work:
        score = work.cases.case(image_id).score
        if score is None or score.id != score_id:
            raise StorageError(
                _("Another score was computed meanwhile; look at it and accept its band then.")
            )
        work.audit.append(
            services.user,
            AuditKind.BAND_ACCEPTED,
            image_id,
            score_id,
            weights_sha256=score.model.weights_sha256,
        )
        work.cases.renew_line(image_id)
        images = frozenset(work.cases.images_of_visit(image_id))
        work.commit()
    return Changes(images=images, case_list=True)
