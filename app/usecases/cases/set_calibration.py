"""Tells the scale of an image, or that it is not known."""

from app.domain.audit import AuditKind
from app.domain.case_fields import mm_per_px
from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.domain.image import Calibration
from app.usecases.services import Services


def set_calibration(services: Services, image_id: ImageId, calibration: Calibration | None) -> Changes:
    """Store the scale of an image; measurements are shown in mm from then on (None: in px again).

    Raises:
        InvalidFieldError: the scale cannot be that of a dermoscopic image.
    """
    if calibration is not None:
        mm_per_px(calibration.mm_per_px)
    detail = f"{calibration.mm_per_px:.6g} mm/px, {calibration.source}" if calibration else "removed"
    with services.store.writing() as work:
        work.cases.update_calibration(image_id, calibration)
        work.audit.append(services.user, AuditKind.IMAGE_CALIBRATED, image_id, detail)
        work.commit()
    return Changes(images=frozenset({image_id}))
