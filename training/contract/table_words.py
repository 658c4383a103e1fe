"""Words of public tables in the words of the manifest; "" for those that are not understood."""

import re
from collections.abc import Mapping

OLDEST_YEARS = 120
"""Nobody who is photographed is older."""

DIAGNOSES: Mapping[str, str] = {
    "mel": "melanoma",
    "nv": "nevus",
    "bkl": "benign keratosis",
    "df": "dermatofibroma",
    "vasc": "vascular lesion",
    "bcc": "basal cell carcinoma",
    "akiec": "actinic keratosis",
}
"""By the abbreviations of ISIC 2018 Task 3 and HAM10000."""

CONFIRMED_BY: Mapping[str, str] = {
    "histo": "histopathology",
    "follow_up": "serial imaging showing no change",
    "consensus": "single image expert consensus",
    "confocal": "confocal microscopy with consensus dermoscopy",
}
"""HAM10000's dx_type in the words of the ISIC archive, which the application's forms use, too."""

_SEXES: Mapping[str, str] = {
    **dict.fromkeys(
        ("female", "f", "woman", "w", "weiblich", "frau", "femme", "féminin", "feminin"), "female"
    ),
    **dict.fromkeys(("male", "m", "man", "männlich", "maennlich", "mann", "homme", "masculin"), "male"),
}
_UNKNOWN = (
    *("unknown", "unk", "nan", "na", "n/a", "none", "null", "nil", "missing", "not known", "not available"),
    *("unspecified", "not specified", "undefined", "unbekannt", "keine angabe", "k.a.", "inconnu"),
    *("?", "-", "--", "\N{EN DASH}", "."),
)
_AGE = re.compile(
    r"[>≥]?\s*(?P<number>\d+(?:[.,]\d+)?)\s*\+?\s*(?:y|yr|yrs|year|years|years old|j|jahre|a|ans)?\.?",
    re.IGNORECASE,
)
"""Also 85+ and >=85, by which ages are made coarser, and with a unit behind it."""
_PICTURE_SUFFIX = re.compile(r"\.(?:jpe?g|png|tiff?|bmp|webp)$", re.IGNORECASE)


def known(cell: str | None) -> str:
    """A cell without blanks, "" for the many ways to write that nothing is known."""
    text = (cell or "").strip()
    return "" if text.lower() in _UNKNOWN else text


def image_id_of(cell: str) -> str:
    """An image's id, for which some tables write the name of its file."""
    return _PICTURE_SUFFIX.sub("", cell.strip())


def years(text: str) -> str:
    """An age as the manifest writes it, "" for none that a person can have."""
    found = _AGE.fullmatch(text.strip().replace(">=", "≥"))
    if found is None:
        return ""
    number = float(found["number"].replace(",", "."))
    return f"{number:g}" if 0 <= number <= OLDEST_YEARS else ""


def sex(text: str) -> str:
    """``female``, ``male`` or ""."""
    return _SEXES.get(text.strip().rstrip(".").lower(), "")
