"""Where a lesion is, in SNOMED CT codes of DICOM's Dermatology Anatomic Site (PS3.16, CID 4029)."""

from collections.abc import Mapping
from typing import Final

from pydicom.sr.coding import Code

SKIN: Final = Code("39937001", "SCT", "Skin")

_SITES: Final[Mapping[str, Code]] = {
    "upper extremity": Code("371311000", "SCT", "Skin of upper extremity"),
    "lower extremity": Code("371304004", "SCT", "Skin of lower extremity"),
    "anterior torso": Code("181491009", "SCT", "Skin of anterior trunk"),
    "posterior torso": Code("66643007", "SCT", "Skin of back"),
}
"""Words for two places at once (head or neck, palms or soles, mouth or genitals) have no code: it is skin."""


def site_code(site: str | None) -> Code:
    """Return the code of a site of the ISIC dictionary; skin where there is no closer one."""
    return _SITES.get(site or "", SKIN)
