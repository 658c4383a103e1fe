"""A DICOM file to upright sRGB pixels with scale and patient fields."""

from io import BytesIO

from PIL import Image
from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.errors import BytesLengthException, InvalidDicomError

from app.domain.errors import UnreadableFileError
from app.imaging.dicom.colour import rgb_from
from app.imaging.dicom.fields import fields_of
from app.imaging.dicom.frame import stored_frame
from app.imaging.dicom.header import PixelHeader, pixel_header
from app.imaging.dicom.scale import scale_of, squared
from app.imaging.file_kind import DICOM
from app.imaging.read_image import ReadImage
from app.translation import _
from models.contract.arrays import RgbImage
from models.contract.photographs.colour_profile import conversion_to_srgb

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_META_BYTES = 65_536
_SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
"""SOP classes of Segmentation and Label Map Segmentation; a map of shares would pass for a grey picture."""
_DAMAGED_HEADER = "The header of the DICOM file is damaged."


def is_deflated(content: bytes) -> bool:
    """Say whether a file's whole dataset is compressed, so that reading it could fill the memory."""
    return _DEFLATED in content[:_META_BYTES]


def read_dicom(content: bytes) -> ReadImage:
    """Decode a DICOM file; raises UnreadableFileError or one of DECODER_FAILURES."""
    # pydicom inflates such files without a limit, so a small file could fill the memory.
    if is_deflated(content):
        raise UnreadableFileError(_("The DICOM file is deflated as a whole; please export it uncompressed."))
    try:
        return _image_of(dcmread(BytesIO(content)))
    except (InvalidDicomError, BytesLengthException):
        raise UnreadableFileError(_DAMAGED_HEADER) from None


def _image_of(dataset: FileDataset) -> ReadImage:
    if dataset.get("SOPClassUID") in _SEGMENTATIONS:
        raise UnreadableFileError(
            _("The DICOM file holds a segmentation and no image; it is taken under “Masks drawn elsewhere”.")
        )
    header = pixel_header(dataset)
    pixels, notes = _srgb_pixels(dataset, header)
    scale = scale_of(dataset)
    fields = fields_of(dataset)
    return ReadImage(
        pixels=squared(pixels, scale),
        media_type=DICOM.media_type,
        calibration=scale.calibration,
        provenance=(
            *(note for note in notes if note is not None),
            *scale.notes,
            *fields.person.notes,
        ),
        image_type=fields.image_type,
        dermoscopic_type=fields.dermoscopic_type,
        tracking_uid=fields.tracking_uid,
        lesion_label=fields.lesion_label,
        patient_code=fields.person.code,
        patient_issuer=fields.person.issuer,
        patient_name=fields.person.name,
        sex=fields.person.sex,
        age_years=fields.age_years,
        birth_year=fields.person.birth_year,
        birthday=fields.person.birthday,
        remarks=fields.person.remarks,
        taken_on=fields.taken_on,
    )


def _srgb_pixels(dataset: FileDataset, header: PixelHeader) -> tuple[RgbImage, list[tuple[str, str] | None]]:
    coding = f"{header.transfer_syntax.name}, {header.photometric}"
    rgb, notes = rgb_from(dataset, header, stored_frame(dataset, header))
    conversion = conversion_to_srgb(dataset.get("ICCProfile"), "RGB")
    if conversion.transform is not None:
        rgb = conversion.applied(Image.fromarray(rgb))
    return rgb, [("DICOM coding", coding), *notes, conversion.note]
