"""Structures that people marked as new, as rows and as the repository over them; append-only by trigger."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.followup.marked_structure import MarkedStructure
from app.domain.ids import ImageId, MarkId
from app.storage.rows import Row

_ID = String(32)


class MarkedStructureRow(Row):
    """A mark on an image."""

    __tablename__ = "marked_structure"
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    image_id: Mapped[str] = mapped_column(_ID, ForeignKey("image.id"), index=True)
    compared_with: Mapped[str] = mapped_column(_ID, ForeignKey("image.id"))
    x_px: Mapped[float]
    y_px: Mapped[float]
    radius_x_px: Mapped[float]
    radius_y_px: Mapped[float]
    note: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime]
    supersedes: Mapped[str | None] = mapped_column(_ID)
    is_withdrawn: Mapped[bool]


class MarkedStructures:
    """What people marked as new on images."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, mark: MarkedStructure) -> None:
        """Append a mark."""
        self._session.add(
            MarkedStructureRow(
                id=mark.id,
                image_id=mark.image_id,
                compared_with=mark.compared_with,
                x_px=mark.x_px,
                y_px=mark.y_px,
                radius_x_px=mark.radius_x_px,
                radius_y_px=mark.radius_y_px,
                note=mark.note,
                author=mark.author,
                created_at=mark.created_at,
                supersedes=mark.supersedes,
                is_withdrawn=mark.is_withdrawn,
            )
        )
        self._session.flush()

    def of_image(self, image_id: ImageId) -> list[MarkedStructure]:
        """Return everything that was marked on an image, the oldest first, withdrawn marks too."""
        query = (
            select(MarkedStructureRow)
            .where(MarkedStructureRow.image_id == image_id)
            .order_by(MarkedStructureRow.sequence)
        )
        return [_mark_of(row) for row in self._session.scalars(query)]


def _mark_of(row: MarkedStructureRow) -> MarkedStructure:
    return MarkedStructure(
        id=MarkId(row.id),
        image_id=ImageId(row.image_id),
        compared_with=ImageId(row.compared_with),
        x_px=row.x_px,
        y_px=row.y_px,
        radius_x_px=row.radius_x_px,
        radius_y_px=row.radius_y_px,
        note=row.note,
        author=row.author,
        created_at=row.created_at,
        supersedes=None if row.supersedes is None else MarkId(row.supersedes),
        is_withdrawn=row.is_withdrawn,
    )
