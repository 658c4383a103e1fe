"""Names for files that every operating system takes: short enough in bytes, no path, no device of Windows."""

import re
import unicodedata
from pathlib import PurePath

_LONGEST_BYTES = 255
"""Of one name on the file systems in use; they count bytes, not letters."""
_LONGEST_PART_BYTES = 72
"""Leaves room for a date, an id and an ending, also where encryption takes 112 of the 255 bytes."""
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')


def safe_name(text: str) -> str:
    """Return text as a part of a file name: letters, digits, dot, dash; never a path or a device's name."""
    plain = unicodedata.normalize("NFC", text)
    kept = "".join(letter if _is_kept(letter) else "-" for letter in plain)
    name = re.sub(r"-{2,}", "-", kept).strip("-. ")
    name = first_bytes(name, _LONGEST_PART_BYTES).rstrip("-. ")
    if not name or _DEVICES.fullmatch(name):
        return f"case-{name}".rstrip("-")
    return name


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


def _is_kept(letter: str) -> bool:
    """Keep the marks of scripts that write vowels as marks, too: without them a name is another one."""
    return letter in "-_." or letter.isalnum() or unicodedata.category(letter) in ("Mn", "Mc")
