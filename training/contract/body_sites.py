"""Body sites of public tables as the general sites of the manifest.

Three vocabularies: the general sites of the ISIC archive until 2026, HAM10000's localisations, and the
hierarchical dictionary that the archive has used since ("Trunk:Posterior trunk:Upper back", or one column
for each level). Palms, soles, mouth and genitals have general sites of their own wherever they stand.
"""

import re
from collections.abc import Mapping

GENERAL_SITES = (
    *("head/neck", "upper extremity", "lower extremity", "anterior torso", "posterior torso"),
    *("lateral torso", "torso", "palms/soles", "oral/genital"),
)
"""The first five are inputs of the classifier; the others are known, and no input has a value for them."""

SITE_COLUMNS = (
    *("anatom_site_general", "anatom_site_general_challenge", "localization", "localisation"),
    *("anatom_site", "site", "body_site"),
)
"""From the archive until 2026, from ISIC 2020, from HAM10000, and as others call it."""
LEVEL_COLUMNS = tuple(f"anatom_site_{level}" for level in range(1, 6))
EXACT_COLUMN = "anatom_site"
SPECIAL_COLUMN = "anatom_site_special"

_LEVEL = re.compile(r"\s*[:>|]\s*")
_SITE_BY_WORD: Mapping[str, str] = {
    **{site: site for site in GENERAL_SITES},
    **dict.fromkeys(
        ("palm", "palms", "palm of hand", "sole", "soles", "sole of foot", "acral"), "palms/soles"
    ),
    **dict.fromkeys(("palms and soles", "acral palms or soles"), "palms/soles"),
    **dict.fromkeys(("mouth", "oral mucosa", "tongue", "gingiva", "palate", "genital"), "oral/genital"),
    **dict.fromkeys(("genitals", "anogenital region", "genital region", "perianal region"), "oral/genital"),
    **dict.fromkeys(("oral or genital", "vulva", "vagina", "penis", "scrotum", "anus"), "oral/genital"),
    **dict.fromkeys(("head and neck", "head & neck", "head", "neck", "scalp", "face", "ear"), "head/neck"),
    **dict.fromkeys(("nose", "cheek", "forehead", "temple", "chin", "eyelid", "lip", "nape"), "head/neck"),
    **dict.fromkeys(("upper limb", "shoulder", "arm", "upper arm", "elbow"), "upper extremity"),
    **dict.fromkeys(("forearm", "wrist", "hand", "finger", "fingers"), "upper extremity"),
    **dict.fromkeys(("lower limb", "buttock", "buttocks", "hip", "thigh", "knee"), "lower extremity"),
    **dict.fromkeys(("leg", "lower leg", "shin", "calf", "ankle", "foot", "toe", "toes"), "lower extremity"),
    **dict.fromkeys(("abdomen", "chest", "breast", "anterior trunk", "anterior chest"), "anterior torso"),
    **dict.fromkeys(("anterior abdomen", "belly"), "anterior torso"),
    **dict.fromkeys(("back", "posterior trunk", "upper back", "mid back", "lower back"), "posterior torso"),
    **dict.fromkeys(("lateral trunk", "axilla", "flank", "lateral chest"), "lateral torso"),
    **dict.fromkeys(("lateral abdomen",), "lateral torso"),
    "trunk": "torso",
}
_NARROWER = ("palms/soles", "oral/genital")
"""Counted before the region that they are a part of."""


def general_site(text: str) -> str:
    """The general site of a localisation in any of the vocabularies, "" if it is in none of them."""
    levels = [_SITE_BY_WORD.get(word, "") for word in _LEVEL.split(text.strip().lower())]
    known = [site for site in levels if site]
    narrower = next((site for site in known if site in _NARROWER), "")
    # The deepest level that says more than its region: "Trunk" alone does not tell front from back.
    return narrower or (known[-1] if known else "")


def exact_site_text(row: Mapping[str, str]) -> str:
    """What the columns of a row say in the hierarchical dictionary: a path, or the name of its last level."""
    return row.get(EXACT_COLUMN, "") or _path_of_levels(row)


def site_words(row: Mapping[str, str]) -> str:
    """What the columns of a row, by their names in lower case, say about the site, as one text."""
    text = next((row[name] for name in SITE_COLUMNS if row.get(name)), "")
    if text:
        return text
    return _path_of_levels(row) or row.get(SPECIAL_COLUMN, "")


def _path_of_levels(row: Mapping[str, str]) -> str:
    levels = [row[name] for name in LEVEL_COLUMNS if row.get(name)]
    # Some exports repeat the whole path at each level.
    return levels[-1] if any(":" in level for level in levels) else ":".join(levels)
