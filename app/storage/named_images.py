"""By what files may name the images of the work list, on one SQLAlchemy session."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.ids import BlobName, ImageId, LesionId, PatientId
from app.domain.named_image import NamedImage
from app.storage.rows import ImageRow, LesionRow, PatientRow, VisitRow


class NamedImages:
    """Names of images, lesions and patients, without the rest of the cases."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[NamedImage]:
        """Return those of the work list in the order of their import."""
        query = (
            select(ImageRow, LesionRow, PatientRow)
            .join(VisitRow, VisitRow.id == ImageRow.visit_id)
            .join(LesionRow, LesionRow.id == VisitRow.lesion_id)
            .join(PatientRow, PatientRow.id == LesionRow.patient_id)
            .where(ImageRow.is_hidden.is_(False))
            .order_by(ImageRow.imported_at, ImageRow.id)
        )
        return [_named(image, lesion, patient) for image, lesion, patient in self._session.execute(query)]


def _named(image: ImageRow, lesion: LesionRow, patient: PatientRow) -> NamedImage:
    return NamedImage(
        id=ImageId(image.id),
        media_type=image.media_type,
        original=BlobName(image.original),
        upright=BlobName(image.upright),
        lesion_id=LesionId(lesion.id),
        tracking_uid=lesion.tracking_uid,
        patient_id=PatientId(patient.id),
        numbers=tuple(number for number in (patient.code, patient.issued_id) if number),
    )
