"""The scale of a camera with its lens or dermoscope, verified once, for its other images; append-only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from app.domain.case_fields import mm_per_px
from app.domain.errors import InvalidFieldError
from app.domain.ids import ProfileId
from app.domain.image import Calibration
from app.translation import _

LONGEST_NAME: Final = 80
"""Letters of a profile's name."""

SOURCE: Final = "device profile “{name}”"
"""Stored with the scale of an image that a profile gave."""
_OF_A_PROFILE: Final = SOURCE.partition("{")[0]


@dataclass(frozen=True, slots=True)
class CaptureDevice:
    """What took an image, as EXIF or DICOM tell it; "" where they do not."""

    make: str = ""
    model: str = ""
    lens: str = ""

    @property
    def is_known(self) -> bool:
        """Say whether a model is named; a make alone fits many cameras."""
        return bool(self.model)

    @property
    def words(self) -> str:
        """Return make, model and lens in a line."""
        return ", ".join(part for part in (f"{self.make} {self.model}".strip(), self.lens) if part)


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """How wide a pixel is in images of one device at one width, who verified that, and when."""

    id: ProfileId
    name: str
    mm_per_px: float
    width_px: int
    """Of the images for which the scale was measured; of others of the device it is computed."""
    height_px: int
    device: CaptureDevice
    verified_on: date
    verified_by: str
    created_at: datetime
    supersedes: ProfileId | None = None
    """The profile of the same name that this one replaces or withdraws."""
    is_withdrawn: bool = False

    def calibration_of(self, width_px: int, height_px: int) -> Calibration:
        """Return the scale of an image that shows the same field, upright or turned, at another size.

        Raises:
            InvalidFieldError: the image has other proportions, so it was cropped or comes from elsewhere.
        """
        long, short = sorted((self.width_px, self.height_px), reverse=True)
        own_long, own_short = sorted((width_px, height_px), reverse=True)
        if abs(own_long * short - own_short * long) > long + short:
            raise InvalidFieldError(
                "profile",
                _(
                    "“{name}” is for images of {width} by {height} pixels or of the same proportions; this "
                    "one has {own_width} by {own_height}. Measure its scale with the ruler."
                ).format(
                    name=self.name,
                    width=self.width_px,
                    height=self.height_px,
                    own_width=width_px,
                    own_height=height_px,
                ),
            )
        return Calibration(self.mm_per_px * long / own_long, SOURCE.format(name=self.name))

    def is_of(self, device: CaptureDevice) -> bool:
        """Say whether a device is the profile's."""
        return device.is_known and device == self.device


def standing_profiles(profiles: Iterable[DeviceProfile]) -> tuple[DeviceProfile, ...]:
    """Return the profiles that hold, in the order of their names."""
    found = tuple(profiles)
    superseded = {profile.supersedes for profile in found}
    standing = (one for one in found if one.id not in superseded and not one.is_withdrawn)
    return tuple(sorted(standing, key=lambda one: one.name.casefold()))


def check_profile(profile: DeviceProfile, *, today: date) -> None:
    """Raise InvalidFieldError when a profile may not be stored like this."""
    if not profile.name.strip():
        raise InvalidFieldError("name", _("A device profile needs a name."))
    if len(profile.name) > LONGEST_NAME:
        raise InvalidFieldError("name", _("A name has {most} letters at most.").format(most=LONGEST_NAME))
    mm_per_px(profile.mm_per_px)
    if profile.verified_on > today:
        raise InvalidFieldError("verified_on", _("The day of verification cannot lie in the future."))


def is_of_profile(calibration: Calibration) -> bool:
    """Say whether a scale was computed from a profile, and so measured on another image."""
    return calibration.source.startswith(_OF_A_PROFILE)
