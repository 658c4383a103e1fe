"""Who stands in which subset when models learn, as rows and as the repository over them.

A subset that was decided cannot be changed or deleted, by trigger.
"""

from datetime import datetime
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.errors import LearningError
from app.domain.ids import ImageId, PatientId
from app.domain.learning import LearningImage, LearningPatient, LearningSubset
from app.storage.rows import ImageRow, Row
from app.translation import _

_ID = String(32)
_IS_A_SUBSET = "side IN ('exam', 'val', 'train')"


class LearningSubsetRow(Row):
    """A patient's subset and pseudonym."""

    __tablename__ = "learning_sides"
    __table_args__ = (CheckConstraint(_IS_A_SUBSET, name="side"),)
    patient_id: Mapped[str] = mapped_column(_ID, ForeignKey("patient.id"), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(_ID, unique=True)
    subset: Mapped[str] = mapped_column("side", String(8))
    decided_at: Mapped[datetime]


class LearningImageRow(Row):
    """An image's pseudonym and the subset on which it was first used."""

    __tablename__ = "learning_images"
    __table_args__ = (CheckConstraint(_IS_A_SUBSET, name="side"),)
    image_id: Mapped[str] = mapped_column(_ID, ForeignKey("image.id"), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(_ID, unique=True)
    subset: Mapped[str | None] = mapped_column("side", String(8))


class LearningSubsets:
    """Which patients a model learns from and which it is examined on, decided once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def patients(self) -> dict[PatientId, LearningPatient]:
        """Return every patient whose subset is decided."""
        return {
            PatientId(row.patient_id): LearningPatient(
                PatientId(row.patient_id), row.pseudonym, cast("LearningSubset", row.subset), row.decided_at
            )
            for row in self._session.scalars(select(LearningSubsetRow))
        }

    def images(self) -> dict[ImageId, LearningImage]:
        """Return every image that a snapshot has looked at."""
        return {
            ImageId(row.image_id): LearningImage(
                ImageId(row.image_id), row.pseudonym, cast("LearningSubset | None", row.subset)
            )
            for row in self._session.scalars(select(LearningImageRow))
        }

    def all_images(self) -> list[ImageId]:
        """Return every image of the case store in the order of import, removed ones too."""
        query = select(ImageRow.id).order_by(ImageRow.imported_at, ImageRow.id)
        return [ImageId(found) for found in self._session.scalars(query)]

    def add_patient(self, patient: LearningPatient) -> None:
        """Store a patient's subset; raises LearningError when another one was decided meanwhile."""
        found = self._session.get(LearningSubsetRow, patient.patient_id)
        if found is not None:
            _check_same((found.pseudonym, found.subset), (patient.pseudonym, patient.subset))
            return
        self._session.add(
            LearningSubsetRow(
                patient_id=patient.patient_id,
                pseudonym=patient.pseudonym,
                subset=patient.subset,
                decided_at=patient.decided_at,
            )
        )
        self._session.flush()

    def put_image(self, image: LearningImage) -> None:
        """Store an image's pseudonym, or the subset on which it is used from now on."""
        found = self._session.get(LearningImageRow, image.image_id)
        if found is None:
            self._session.add(
                LearningImageRow(image_id=image.image_id, pseudonym=image.pseudonym, subset=image.subset)
            )
        else:
            _check_same((found.pseudonym, found.subset or image.subset), (image.pseudonym, image.subset))
            found.subset = image.subset
        self._session.flush()


def _check_same(stored: tuple[str, str | None], wanted: tuple[str, str | None]) -> None:
    if stored != wanted:
        raise LearningError(_("Another window froze a snapshot at the same time; freeze this one again."))
