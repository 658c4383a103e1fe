"""A patient, as far as a dermoscopy case needs one."""

import re
from dataclasses import dataclass

from app.domain.ids import PatientId

_MADE_UP = re.compile(r"NAEV-[0-9]{5,}")


def made_up_code(number: int) -> str:
    """Return the code of a patient without a number, NAEV-00001 and so on.

    No clinic numbers its patients like that, so a file's patient never meets a made-up code.
    """
    return f"NAEV-{number:05d}"


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

    @property
    def has_made_up_code(self) -> bool:
        """Say whether the code was made at import, because no file told a number."""
        return _MADE_UP.fullmatch(self.code) is not None
