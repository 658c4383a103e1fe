"""The codes of what objects say: of DICOM and SNOMED CT where they have the thing, else Naevus' own."""

import hashlib
from typing import Final

from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

OWN_SCHEME: Final = "99NAEVUS"
"""A private coding scheme begins with 99 (PS3.16, 8.2); its codes are the names that are stored."""

ABNORMAL: Final = Code("49755003", "SCT", "Morphologically Abnormal Structure")
SKIN_LESION: Final = Code("95324001", "SCT", "Skin lesion")
DERMOSCOPY: Final = codes.DCM.Dermoscopy
MACHINE_LEARNING: Final = codes.DCM.ArtificialIntelligence
RATIO: Final = Code("1", "UCUM", "no units")
MM: Final = Code("mm", "UCUM", "millimeter")
MM2: Final = Code("mm2", "UCUM", "square millimeter")
PIXELS: Final = Code("{pixels}", "UCUM", "pixels")

_LONGEST_MEANING = 64
_LONGEST_VALUE = 16
_LETTERS, _DIGITS = 7, 8


def own_scheme() -> Dataset:
    """Return what the private coding scheme is called."""
    item = Dataset()
    item.CodingSchemeDesignator, item.CodingSchemeName = OWN_SCHEME, "Names of the program Naevus"
    item.CodingSchemeResponsibleOrganization = "Naevus"
    return item


def own_code(name: str, meaning: str) -> Code:
    """Return a code of Naevus' own for a stored name.

    A longer name than a Code Value may have ends in a digest of it: few programs read Long Code Values.
    """
    is_short = len(name) <= _LONGEST_VALUE
    digest = "" if is_short else hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]
    value = name if is_short else f"{name[:_LETTERS]}-{digest}"
    return Code(value, OWN_SCHEME, meaning[:_LONGEST_MEANING])
