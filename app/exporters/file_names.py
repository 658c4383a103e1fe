"""Names for files that every operating system takes: short enough in bytes, no path, no device of Windows."""

import re
import unicodedata
from pathlib import PurePath

_LONGEST_BYTES = 255
"""Of one name on the file systems in use; they count bytes, not letters."""
_LONGEST_STEM_BYTES = 110
"""Leaves room for a number and an ending, also where encryption takes 112 of the 255 bytes."""
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')


def portable_stem(text: str) -> str:
    """Return a file's name without its ending as every operating system takes it, else as it was.

    Letters that nobody sees, and those that turn the direction of the text round, are left out.
    """
    plain = unicodedata.normalize("NFC", text)
    seen = "".join(letter for letter in plain if unicodedata.category(letter)[0] != "C")
    stem = first_bytes(_FORBIDDEN.sub("-", seen).strip(". "), _LONGEST_STEM_BYTES).rstrip(". ")
    return f"image-{stem}".rstrip("-") if not stem or _DEVICES.fullmatch(stem) else stem


def fitting_name(name: str, addition: str = "") -> str:
    """Return a file's name with ``addition`` before its ending, shortened to what file systems take.

    What Windows refuses is mended as well: forbidden letters, dots and spaces at the end, names of devices.
    """
    clean = PurePath(_FORBIDDEN.sub("-", name))
    stem, ending = clean.stem, clean.suffix
    ending = first_bytes(ending, _LONGEST_BYTES // 4).rstrip(". ")
    room = _LONGEST_BYTES - len((addition + ending).encode("utf-8", "surrogatepass"))
    stem = first_bytes(stem, room).rstrip(". ") or "file"
    if _DEVICES.fullmatch(stem):
        stem = f"file-{stem}"
    return stem + addition + ending


def first_bytes(text: str, most: int) -> str:
    """Return as many of the first letters as fit into ``most`` bytes of UTF-8; no letter is cut in two."""
    kept = text.encode("utf-8", "surrogatepass")[:most]
    return kept.decode("utf-8", "ignore") if len(kept) == most else text
