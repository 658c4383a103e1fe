"""A patient, as far as a dermoscopy case needs one."""

from dataclasses import dataclass

from app.domain.ids import PatientId


@dataclass(frozen=True, slots=True)
class Patient:
    """The person whose lesions are reviewed; every clinical field may be unknown (None)."""

    id: PatientId
    code: str
    """The clinic's own patient number, or a code made at import."""
    name: str = ""
    birth_year: int | None = None
    sex: str | None = None
    fitzpatrick_skin_type: str | None = None
    personal_hx_mm: bool | None = None
    family_hx_mm: bool | None = None
    notes: str = ""
    issuer: str = ""
    """Who gave the number (DICOM Issuer of Patient ID); numbers of two issuers are never one person's."""
    issued_id: str = ""
    """The Patient ID in the files of this person, who may share it with another one; "" when none has one."""
    birthday: str = ""
    """Month and day of birth, such as 05-17, from a file; only compared, never shown in exports."""
