"""What pydicom raises on damaged files beyond what other decoders do; apart, because pydicom loads slowly."""

from pydicom.errors import BytesLengthException, InvalidDicomError

from models.contract.photographs.failures import DECODER_FAILURES

DICOM_FAILURES: tuple[type[Exception], ...] = (*DECODER_FAILURES, BytesLengthException, InvalidDicomError)
