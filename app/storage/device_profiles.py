"""Device profiles, as rows and as the repository over them; append-only by trigger."""

from datetime import date, datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.device_profile import CaptureDevice, DeviceProfile
from app.domain.ids import ProfileId
from app.storage.rows import Row

_ID = String(32)


class DeviceProfileRow(Row):
    """The scale of a device."""

    __tablename__ = "device_profile"
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    name: Mapped[str]
    mm_per_px: Mapped[float]
    width_px: Mapped[int]
    height_px: Mapped[int]
    make: Mapped[str]
    model: Mapped[str]
    lens: Mapped[str]
    verified_on: Mapped[date]
    verified_by: Mapped[str]
    created_at: Mapped[datetime]
    supersedes: Mapped[str | None] = mapped_column(_ID)
    is_withdrawn: Mapped[bool]


class DeviceProfiles:
    """The scales of devices that people verified."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, profile: DeviceProfile) -> None:
        """Append a profile, or that one no longer holds."""
        self._session.add(
            DeviceProfileRow(
                id=profile.id,
                name=profile.name,
                mm_per_px=profile.mm_per_px,
                width_px=profile.width_px,
                height_px=profile.height_px,
                make=profile.device.make,
                model=profile.device.model,
                lens=profile.device.lens,
                verified_on=profile.verified_on,
                verified_by=profile.verified_by,
                created_at=profile.created_at,
                supersedes=profile.supersedes,
                is_withdrawn=profile.is_withdrawn,
            )
        )
        self._session.flush()

    def all(self) -> list[DeviceProfile]:
        """Return every profile that was ever stored, the oldest first."""
        rows = self._session.scalars(select(DeviceProfileRow).order_by(DeviceProfileRow.sequence))
        return [_profile_of(row) for row in rows]


def _profile_of(row: DeviceProfileRow) -> DeviceProfile:
    return DeviceProfile(
        id=ProfileId(row.id),
        name=row.name,
        mm_per_px=row.mm_per_px,
        width_px=row.width_px,
        height_px=row.height_px,
        device=CaptureDevice(row.make, row.model, row.lens),
        verified_on=row.verified_on,
        verified_by=row.verified_by,
        created_at=row.created_at,
        supersedes=None if row.supersedes is None else ProfileId(row.supersedes),
        is_withdrawn=row.is_withdrawn,
    )
