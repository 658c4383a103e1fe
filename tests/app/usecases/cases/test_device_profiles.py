"""The scale of a device: kept once, found again by EXIF or DICOM, given to chosen images, withdrawn."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.uid import ExplicitVRLittleEndian

from app.domain.audit import AuditKind
from app.domain.case import Case
from app.domain.device_profile import CaptureDevice, DeviceProfile
from app.domain.errors import InvalidFieldError, NotFoundError
from app.domain.ids import ImageId, ProfileId
from app.domain.image import Calibration
from app.imaging.capture_device import capture_device
from app.usecases.cases.device_profiles import (
    apply_profile,
    profiles_for,
    store_profile,
    suggested_profile,
    withdraw_profile,
)
from app.usecases.cases.import_images import import_images
from app.usecases.cases.set_calibration import set_calibration
from app.usecases.services import Services
from tests.builders import predict_again, result_of
from tests.fakes import FakeToken

DAY = date(2026, 3, 14)
CAMERA = CaptureDevice("Acme", "DC-1", "Dermlens 10x")
PROFILE = DeviceProfile(
    id=ProfileId("p"),
    name="A",
    mm_per_px=0.02,
    width_px=3000,
    height_px=2000,
    device=CAMERA,
    verified_on=DAY,
    verified_by="Dr Test",
    created_at=datetime(2026, 3, 14, tzinfo=UTC),
)


def photograph(
    path: Path, *, size: tuple[int, int] = (160, 120), shade: int = 90, model: str = "DC-1"
) -> Path:
    """Write a JPEG as a camera does: with zero bytes behind its words."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Acme\0", f"{model} "
    exif.get_ifd(0x8769)[0xA434] = "Dermlens 10x"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (shade, 60, 40)).save(path, exif=exif)
    return path


def imported(services: Services, path: Path) -> ImageId:
    (image_id,) = result_of(import_images(services, [path], token=FakeToken())).imported
    return image_id


def case_of(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def test_a_scale_is_kept_for_a_device_and_offered_for_its_other_images(
    services: Services, tmp_path: Path
) -> None:
    first = imported(services, photograph(tmp_path / "a.jpg"))
    larger = imported(services, photograph(tmp_path / "b.jpg", size=(200, 150)))
    turned = imported(services, photograph(tmp_path / "c.jpg", size=(120, 160)))
    other = imported(services, photograph(tmp_path / "d.jpg", shade=10, model="DC-2"))
    with pytest.raises(InvalidFieldError, match="has no scale"):
        store_profile(services, first, "Acme", verified_on=DAY)
    set_calibration(services, first, Calibration(0.05, "measured on a ruler"))
    assert suggested_profile(services, larger) is None
    store_profile(services, first, " Acme ", verified_on=services.clock().date())

    profile = suggested_profile(services, larger)
    assert profile is not None
    assert (profile.name, profile.device, profile.verified_by) == ("Acme", CAMERA, "Dr Test")
    assert suggested_profile(services, first) is None
    assert suggested_profile(services, other) is None
    assert profiles_for(services, other).matching == ()
    assert profiles_for(services, larger).matching == (profile,)

    changes = apply_profile(services, profile.id, [larger, turned])
    assert changes.touches(turned)
    scales = [case_of(services, image_id).image.calibration for image_id in (larger, turned)]
    assert scales == [Calibration(0.04, "device profile “Acme”"), Calibration(0.05, "device profile “Acme”")]
    with services.store.reading() as work:
        acts = [event for event in work.audit.events() if event.kind is AuditKind.DEVICE_PROFILE_STORED]
        calibrated = [event for event in work.audit.events() if event.kind is AuditKind.IMAGE_CALIBRATED]
    assert [act.detail for act in acts] == ["Acme: 0.05 mm/px at 160 px"]
    assert len(calibrated) == 3


def test_a_scale_from_a_profile_outdates_a_score_as_any_other_does(
    services: Services, tmp_path: Path
) -> None:
    first = imported(services, photograph(tmp_path / "a.jpg"))
    second = imported(services, photograph(tmp_path / "b.jpg", shade=120))
    predict_again(services, second)
    set_calibration(services, first, Calibration(0.05, "measured on a ruler"))
    store_profile(services, first, "Acme", verified_on=services.clock().date())
    (profile,) = profiles_for(services, second).profiles
    assert case_of(services, second).is_score_current
    apply_profile(services, profile.id, [second])
    assert not case_of(services, second).is_score_current


def test_a_scale_that_a_profile_gave_makes_no_other_profile(services: Services, tmp_path: Path) -> None:
    first = imported(services, photograph(tmp_path / "a.jpg"))
    second = imported(services, photograph(tmp_path / "b.jpg", shade=120))
    set_calibration(services, first, Calibration(0.05, "measured on a ruler"))
    store_profile(services, first, "Acme", verified_on=services.clock().date())
    (profile,) = profiles_for(services, second).profiles
    apply_profile(services, profile.id, [second])
    with pytest.raises(InvalidFieldError, match="comes from a profile"):
        store_profile(services, second, "Acme anew", verified_on=services.clock().date())
    assert len(profiles_for(services, second).profiles) == 1


def test_of_cropped_images_none_gets_the_scale(services: Services, tmp_path: Path) -> None:
    first = imported(services, photograph(tmp_path / "a.jpg"))
    cropped = imported(services, photograph(tmp_path / "b.jpg", size=(150, 90)))
    set_calibration(services, first, Calibration(0.05, "measured on a ruler"))
    store_profile(services, first, "Acme", verified_on=services.clock().date())
    (profile,) = profiles_for(services, cropped).profiles
    assert suggested_profile(services, cropped) is None
    set_calibration(services, first, None)
    with pytest.raises(InvalidFieldError, match="160 by 120 pixels"):
        apply_profile(services, profile.id, [first, cropped])
    assert case_of(services, first).image.calibration is None


def test_a_profile_is_replaced_or_withdrawn_and_stays_stored(services: Services, tmp_path: Path) -> None:
    first = imported(services, photograph(tmp_path / "a.jpg"))
    today = services.clock().date()
    for scale in (0.05, 0.06):
        set_calibration(services, first, Calibration(scale, "measured on a ruler"))
        store_profile(services, first, "Acme", verified_on=today)
    (profile,) = profiles_for(services, first).profiles
    assert profile.mm_per_px == 0.06
    withdraw_profile(services, profile.id)
    assert profiles_for(services, first).profiles == ()
    with pytest.raises(NotFoundError, match="withdrawn or replaced"):
        apply_profile(services, profile.id, [first])
    with services.store.reading() as work:
        assert [one.mm_per_px for one in work.device_profiles.all()] == [0.05, 0.06, 0.06]
    assert case_of(services, first).image.calibration == Calibration(0.06, "measured on a ruler")


@pytest.mark.parametrize(("name", "day"), [("  ", None), ("x" * 81, None), ("Acme", date(2999, 1, 1))])
def test_a_profile_without_a_name_or_from_the_future_is_refused(
    services: Services, tmp_path: Path, name: str, day: date | None
) -> None:
    first = imported(services, photograph(tmp_path / "a.jpg"))
    set_calibration(services, first, Calibration(0.05, "measured on a ruler"))
    with pytest.raises(InvalidFieldError):
        store_profile(services, first, name, verified_on=day or services.clock().date())


def test_a_device_without_a_model_fits_none() -> None:
    assert not CaptureDevice("Acme").is_known
    assert not replace(PROFILE, device=CaptureDevice("Acme")).is_of(CaptureDevice("Acme"))
    assert PROFILE.is_of(CAMERA)


def test_the_device_is_read_from_dicom_too_and_unknown_where_nothing_tells() -> None:
    dataset = Dataset()
    dataset.Manufacturer, dataset.ManufacturerModelName = "Acme", "Scope 3"
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.77.1.7", "1.2.3"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    written = DicomBytesIO()
    dataset.save_as(written, enforce_file_format=True)
    assert capture_device(written.getvalue()) == CaptureDevice("Acme", "Scope 3")
    assert capture_device(b"nothing that is an image") == CaptureDevice()
