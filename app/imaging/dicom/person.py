"""Whose picture a DICOM file says to be: number, issuer, name, sex and birth date.

Nothing here is ever logged.
"""

import re
from dataclasses import dataclass

from pydicom.dataset import FileDataset

from app.imaging.dicom.text import HeaderText, header_text
from app.imaging.written_day import is_day

_SEX = {"M": "male", "F": "female"}

_REMOVED_BIRTH_DATES = ("19000101", "00010101")
"""What programs write where the date of birth was removed or never known."""


@dataclass(frozen=True, slots=True)
class DicomPerson:
    """What a header says about the person; None where it says nothing usable."""

    code: str | None
    issuer: str | None
    name: str | None
    sex: str | None
    birth_year: int | None
    birthday: str | None
    """Month and day, such as 05-17."""
    notes: tuple[tuple[str, str], ...]
    """Lines of provenance, without the values."""
    remarks: tuple[str, ...]
    """Sentences for a person, about what should be checked."""


def person_of(dataset: FileDataset) -> DicomPerson:
    """Return the person that a header names."""
    code, issuer = header_text(dataset, "PatientID"), _issuer(dataset)
    written = header_text(dataset, "PatientName")
    name, has_more = _first_name(written.text)
    birth_date = _birth_date(dataset)
    notes, remarks = _said_about(code, written, has_more=has_more)
    return DicomPerson(
        code=code.text or None,
        issuer=issuer or None,
        name=name or None,
        sex=_SEX.get(single_value(dataset, "PatientSex").upper()),
        birth_year=int(birth_date[:4]) if birth_date else None,
        birthday=f"{birth_date[4:6]}-{birth_date[6:8]}" if is_day(birth_date) else None,
        notes=notes,
        remarks=remarks,
    )


def single_value(dataset: FileDataset, keyword: str) -> str:
    """Return the one value of an element; "" when it is missing or holds values that differ."""
    values = {value.strip() for value in header_text(dataset, keyword).text.split("\\")} - {""}
    return values.pop() if len(values) == 1 else ""


def _issuer(dataset: FileDataset) -> str:
    """Return who gave the Patient ID, by its name, else by its universal identifier."""
    if named := header_text(dataset, "IssuerOfPatientID").text:
        return named
    qualifiers = dataset.get("IssuerOfPatientIDQualifiersSequence") or ()
    return next((str(one.get("UniversalEntityID") or "").strip() for one in qualifiers), "")


def _first_name(text: str) -> tuple[str, bool]:
    """Return the first of the names as 'Family, Given', and whether there are more."""
    names = [name for name in (_family_and_given(part) for part in text.split("\\")) if name]
    return (names[0], len(set(names)) > 1) if names else ("", False)


def _family_and_given(text: str) -> str:
    """Return a person name (PS3.5 6.2.1.1); the ideographic form stands in for a missing alphabetic one."""
    for form in text.split("="):
        family, given, *_ = (part.strip() for part in (*form.split("^"), "", ""))
        if family or given:
            return ", ".join(part for part in (family, given) if part)
    return ""


def _said_about(
    code: HeaderText, name: HeaderText, *, has_more: bool
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return provenance lines and sentences about letters that were guessed and names that were left out."""
    notes: list[tuple[str, str]] = []
    remarks: list[str] = []
    for what, read in (("patient name", name), ("patient number", code)):
        if read.guessed is not None:
            notes.append((what, f"letters read as {read.guessed}, against what the file declares"))
            remarks.append(
                f"The letters of the {what} do not fit the character set that the file declares and were "
                f"read as {read.guessed}; please check the {what}."
            )
    if "\\" in code.text:
        notes.append(("patient number", "contains a backslash and is taken as a whole"))
        remarks.append("The patient number contains a backslash and was taken as a whole; please check it.")
    if has_more:
        notes.append(("patient name", "the file holds several; the first is taken"))
        remarks.append("The file holds more than one patient name; the first was taken, please check it.")
    return tuple(notes), tuple(remarks)


def _birth_date(dataset: FileDataset) -> str:
    """Return the digits of a birth date, which may be no more than its year; "" when there is none."""
    digits = re.sub(r"[-./ ]", "", single_value(dataset, "PatientBirthDate"))
    found = re.match(r"[0-9]{4}(?:[0-9]{4})?", digits)
    return "" if found is None or found[0] in _REMOVED_BIRTH_DATES else found[0]
