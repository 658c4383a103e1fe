"""Words of public tables in the words of the manifest."""

from collections.abc import Mapping

from training.data_sets.findings import OLDEST_YEARS

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

SITES: Mapping[str, str] = {
    **dict.fromkeys(("scalp", "face", "ear", "neck"), "head/neck"),
    **dict.fromkeys(("abdomen", "chest"), "anterior torso"),
    "back": "posterior torso",
    **dict.fromkeys(("upper extremity", "hand"), "upper extremity"),
    **dict.fromkeys(("lower extremity", "foot"), "lower extremity"),
    "acral": "palms/soles",
    "genital": "oral/genital",
}
"""HAM10000's localisations as general sites; others stay as they are written."""

_UNKNOWN = ("unknown", "nan", "na", "none", "null")


def known(cell: str | None) -> str:
    """A cell without blanks, "" for the many ways to write that nothing is known."""
    text = (cell or "").strip()
    return "" if text.lower() in _UNKNOWN else text


def years(text: str) -> str:
    """An age as the manifest writes it, "" for none that a person can have."""
    try:
        number = float(text.rstrip("+"))
    except ValueError:
        return ""
    return f"{number:g}" if 0 <= number <= OLDEST_YEARS else ""


def sex(text: str) -> str:
    """``female``, ``male`` or ""."""
    word = text.lower()
    return word if word in ("female", "male") else ""


def site(text: str) -> str:
    """The general site of a localisation."""
    word = text.lower()
    return SITES.get(word, word)
