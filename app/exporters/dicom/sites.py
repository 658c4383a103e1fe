"""Where a lesion is, in the codes of DICOM's Dermatology Anatomic Site (PS3.16, CID 4029), and its side."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from pydicom.sr.coding import Code

import resources
from app.domain.anatomic_sites import AnatomicSite, SiteCode, levels_of
from app.domain.lesion import Lesion

_SKIN: Final = Code("39937001", "SCT", "Skin")

_GENERAL_SITES: Final[Mapping[str, Code]] = {
    "upper extremity": Code("371311000", "SCT", "Skin of upper extremity"),
    "lower extremity": Code("371304004", "SCT", "Skin of lower extremity"),
    "anterior torso": Code("181491009", "SCT", "Skin of anterior trunk"),
    "posterior torso": Code("66643007", "SCT", "Skin of back"),
}
"""Words for two places at once (head or neck, palms or soles, mouth or genitals) have no code: it is skin."""

_SIDES: Final[Mapping[str, tuple[str, Code]]] = {
    "left": ("L", Code("7771000", "SCT", "Left")),
    "right": ("R", Code("24028007", "SCT", "Right")),
}


def site_code(lesion: Lesion) -> Code:
    """Return the code of the exact site or of the closest one round it; skin where there is none."""
    levels = levels_of(lesion.anatomic_site)
    for count in range(len(levels), 0, -1):
        if (exact := _exact_sites().get(levels[:count])) is not None:
            return Code(exact.value, exact.scheme, exact.meaning)
    return _GENERAL_SITES.get(lesion.site or "", _SKIN)


def side_letter(lesion: Lesion) -> str:
    """Return the Laterality, L or R; "" in the midline and where it is not known."""
    side = _SIDES.get(lesion.laterality or "")
    return "" if side is None else side[0]


def side_code(lesion: Lesion) -> Code | None:
    """Return the code of the side; None in the midline and where it is not known."""
    side = _SIDES.get(lesion.laterality or "")
    return None if side is None else side[1]


@cache
def _exact_sites() -> Mapping[tuple[str, ...], SiteCode]:
    sites = [AnatomicSite.from_row(row) for row in resources.rows("terms", "anatomic_sites.csv")]
    return {site.levels: site.code for site in sites if site.code is not None}
