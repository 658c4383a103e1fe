"""The frames of a DICOM file as files of one frame each, with the same header."""

from io import BytesIO

from app.domain.errors import UnreadableFileError
from app.imaging.dicom.reader import is_deflated
from app.translation import _
from models.contract.photographs.failures import quiet_decoders

MOST_FRAMES = 64
_BITS = 8


def frames_of(content: bytes) -> tuple[bytes, ...]:
    """Return a DICOM file's frames as files of their own; empty unless there are several.

    Raises:
        UnreadableFileError: there are more frames than anybody means as images.
    """
    # pydicom takes a third of a second to import: with the first such file, not at the start.
    from pydicom import dcmread

    from models.contract.photographs.dicom_failures import DICOM_FAILURES

    if is_deflated(content):
        return ()
    try:
        with quiet_decoders():
            count = int(dcmread(BytesIO(content), stop_before_pixels=True).get("NumberOfFrames") or 1)
        if count < 2:
            return ()
        if count > MOST_FRAMES:
            raise UnreadableFileError(
                _("The DICOM file holds {count} frames; export the ones you mean.").format(count=count)
            )
        with quiet_decoders():
            return tuple(_frame(content, number, count) for number in range(count))
    except UnreadableFileError:
        raise
    except DICOM_FAILURES:
        # The reader of single pictures says what is wrong with it.
        return ()


def _frame(content: bytes, number: int, count: int) -> bytes:
    from pydicom import dcmread
    from pydicom.encaps import encapsulate, get_frame

    dataset = dcmread(BytesIO(content))
    data = bytes(dataset.PixelData)
    is_encapsulated = dataset["PixelData"].is_undefined_length
    if is_encapsulated:
        frame = encapsulate([get_frame(data, number, number_of_frames=count)])
    else:
        bits = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated
        if bits % _BITS or len(data) * _BITS < bits * count:
            raise ValueError
        size = bits // _BITS
        frame = data[number * size : (number + 1) * size]
        frame += b"\0" * (len(frame) % 2)
    dataset.PixelData = frame
    dataset["PixelData"].is_undefined_length = is_encapsulated
    dataset.NumberOfFrames = 1
    written = BytesIO()
    dataset.save_as(written, enforce_file_format=True)
    return written.getvalue()
