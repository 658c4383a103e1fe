"""Scales of devices: kept once verified, offered for other images of the device, given to chosen ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain.audit import AuditKind
from app.domain.changes import Changes
from app.domain.device_profile import (
    CaptureDevice,
    DeviceProfile,
    check_profile,
    is_of_profile,
    standing_profiles,
)
from app.domain.errors import InvalidFieldError, NotFoundError
from app.domain.ids import ImageId, ProfileId, new_id
from app.domain.image import Calibration
from app.imaging.capture_device import capture_device
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.services import Services


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """The profiles that there are, and what is known of an image's device."""

    profiles: tuple[DeviceProfile, ...]
    device: CaptureDevice
    calibration: Calibration | None
    """The image's own scale, from which a profile can be made."""

    @property
    def matching(self) -> tuple[DeviceProfile, ...]:
        """Return the profiles of the image's device."""
        return tuple(profile for profile in self.profiles if profile.is_of(self.device))


def profiles_for(services: Services, image_id: ImageId) -> ProfileChoice:
    """Return the profiles that hold, with the device that took an image as its file tells it."""
    with services.store.reading() as work:
        image = work.cases.case(image_id).image
        profiles = standing_profiles(work.device_profiles.all())
    device = capture_device(services.store.blobs.get(image.original))
    return ProfileChoice(profiles, device, image.calibration)


def suggested_profile(services: Services, image_id: ImageId) -> DeviceProfile | None:
    """Return the only profile of an image's device that fits an image without a scale; None otherwise."""
    with services.store.reading() as work:
        image = work.cases.case(image_id).image
        profiles = standing_profiles(work.device_profiles.all())
    if image.calibration is not None or not profiles:
        return None
    device = capture_device(services.store.blobs.get(image.original))
    fitting = [one for one in profiles if one.is_of(device) and _fits(one, image.width_px, image.height_px)]
    return fitting[0] if len(fitting) == 1 else None


def store_profile(services: Services, image_id: ImageId, name: str, *, verified_on: date) -> Changes:
    """Keep an image's scale as that of its device; a profile of the same name is replaced by it.

    Raises:
        InvalidFieldError: the image has no scale of its own, or the name or the day is not permitted.
    """
    today = services.clock().astimezone().date()
    with services.store.writing() as work:
        image = work.cases.case(image_id).image
        if image.calibration is None:
            raise InvalidFieldError("profile", _("The image has no scale; measure it first."))
        if is_of_profile(image.calibration):
            raise InvalidFieldError(
                "profile", _("The scale of this image comes from a profile; measure it here first.")
            )
        old = next(
            (one for one in standing_profiles(work.device_profiles.all()) if one.name == name.strip()), None
        )
        profile = DeviceProfile(
            id=ProfileId(new_id()),
            name=name.strip(),
            mm_per_px=image.calibration.mm_per_px,
            width_px=image.width_px,
            height_px=image.height_px,
            device=capture_device(services.store.blobs.get(image.original)),
            verified_on=verified_on,
            verified_by=services.user,
            created_at=services.clock(),
            supersedes=None if old is None else old.id,
        )
        check_profile(profile, today=today)
        work.device_profiles.add(profile)
        detail = f"{profile.name}: {profile.mm_per_px:.6g} mm/px at {profile.width_px} px"
        work.audit.append(services.user, AuditKind.DEVICE_PROFILE_STORED, profile.id, detail)
        work.commit()
    return Changes(settings=True)


def withdraw_profile(services: Services, profile_id: ProfileId) -> Changes:
    """Say that a profile no longer holds; it stays stored, and so do the scales that it gave.

    Raises:
        NotFoundError: it was withdrawn or replaced meanwhile.
    """
    with services.store.writing() as work:
        found = _standing(work, profile_id)
        withdrawal = replace(
            found,
            id=ProfileId(new_id()),
            created_at=services.clock(),
            supersedes=found.id,
            is_withdrawn=True,
        )
        work.device_profiles.add(withdrawal)
        work.audit.append(services.user, AuditKind.DEVICE_PROFILE_WITHDRAWN, found.id, found.name)
        work.commit()
    return Changes(settings=True)


def apply_profile(services: Services, profile_id: ProfileId, image_ids: Sequence[ImageId]) -> Changes:
    """Give images the scale of a device, all of them or none.

    Raises:
        InvalidFieldError: an image has other proportions than those that the profile is for.
        NotFoundError: the profile was withdrawn or replaced meanwhile.
    """
    with services.store.writing() as work:
        profile = _standing(work, profile_id)
        for case in work.cases.cases(image_ids):
            calibration = profile.calibration_of(case.image.width_px, case.image.height_px)
            work.cases.update_calibration(case.image.id, calibration)
            detail = f"{calibration.mm_per_px:.6g} mm/px, {calibration.source}"
            work.audit.append(services.user, AuditKind.IMAGE_CALIBRATED, case.image.id, detail)
        work.commit()
    return Changes(images=frozenset(image_ids))


def _standing(work: UnitOfWork, profile_id: ProfileId) -> DeviceProfile:
    found = next((one for one in standing_profiles(work.device_profiles.all()) if one.id == profile_id), None)
    if found is None:
        raise NotFoundError(_("This device profile was withdrawn or replaced meanwhile."))
    return found


def _fits(profile: DeviceProfile, width_px: int, height_px: int) -> bool:
    try:
        profile.calibration_of(width_px, height_px)
    except InvalidFieldError:
        return False
    return True
