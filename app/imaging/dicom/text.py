"""Text of a DICOM header from its raw bytes, because what a header declares about letters is often wrong.

The bytes are read in the declared character sets, then as UTF-8, then as Latin-1 (Windows-1252, which is
the same for all its letters). Splitting at backslashes and carets comes after that: they also occur as
second bytes of Japanese and Chinese letters.
"""

import re
import unicodedata
from dataclasses import dataclass

from pydicom.charset import CODES_TO_ENCODINGS, decode_bytes, default_encoding, python_encoding
from pydicom.dataset import FileDataset
from pydicom.multival import MultiValue
from pydicom.tag import Tag

_ESCAPE = b"\x1b"
_NAME_DELIMITERS = {0x5C, 0x5E, 0x3D}
"""Backslash, caret and equals sign end a code extension (PS3.5 6.1.2.5.3)."""

_WIDER = {
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "GB2312": "GB18030",
    "GBK": "GB18030",
    "iso_ir_58": "GB18030",
}
"""What programs write under these names, with letters that the declared set itself lacks."""

_MULTI_BYTE = frozenset({*_WIDER, "iso2022_jp", "iso2022_jp_2", "GB18030", "UTF8"})

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MIXED_WORD = re.compile("[A-Za-z][\u2e80-\uffef]|[\u2e80-\uffef][A-Za-z]")
"""A Latin letter right beside a Chinese, Japanese or Korean one."""

_MISSPELT = re.compile(r"ISO[ _-]*(IR|8859|2022)[ _-]*(?:IR[ _-]*)?([0-9]+)")


@dataclass(frozen=True, slots=True)
class HeaderText:
    """Text of one element, and in which character set it was read if not in the declared one."""

    text: str
    guessed: str | None = None


def header_text(dataset: FileDataset, keyword: str) -> HeaderText:
    """Return the whole text of an element, backslashes included; empty when it is missing."""
    if keyword not in dataset:
        return HeaderText("")
    raw = dataset.get_item(Tag(keyword)).value
    if not isinstance(raw, bytes):
        values = raw if isinstance(raw, MultiValue) else [raw]
        return HeaderText(_printable("\\".join(str(value) for value in values if value is not None)))
    read = decoded(raw.rstrip(b"\x00 "), _declared(dataset))
    return HeaderText(_printable(read.text), read.guessed)


def decoded(raw: bytes, declared: tuple[str, ...]) -> HeaderText:
    """Return bytes as text; ``declared`` are Specific Character Sets as the header writes them."""
    encodings = tuple(_encoding(name) for name in declared) or ("",)
    if raw.isascii() and _ESCAPE not in raw:
        return HeaderText(raw.decode("ascii"))
    said = _as_declared(raw, encodings)
    utf8 = _strictly(raw, "utf-8") if _ESCAPE not in raw else None
    if said is not None and (utf8 is None or utf8 == said or not _is_rather_utf8(said, utf8, encodings[0])):
        return HeaderText(said)
    if utf8 is not None:
        return HeaderText(utf8, "UTF-8")
    every = _with_escapes(raw, (encodings[0] or default_encoding, *CODES_TO_ENCODINGS.values()))
    if every is not None:
        return HeaderText(every, "ISO 2022")
    return HeaderText(_strictly(raw, "cp1252") or raw.decode("latin-1"), "Latin-1")


def _as_declared(raw: bytes, encodings: tuple[str, ...]) -> str | None:
    """Return what the declared sets make of bytes; None when they declare none, or cannot hold them."""
    if not encodings[0] and _ESCAPE not in raw:
        return None
    if _ESCAPE in raw:
        return _with_escapes(raw, tuple(one or default_encoding for one in encodings))
    for encoding in (encodings[0], _WIDER.get(encodings[0])):
        text = _strictly(raw, encoding) if encoding else None
        if text is not None and not _CONTROLS.search(text.strip("\x00")):
            return text
    return None


def _with_escapes(raw: bytes, encodings: tuple[str, ...]) -> str | None:
    """Return bytes with code extensions as text; None when one of them is unknown or not declared."""
    if _ESCAPE not in raw:
        return None
    # Python's decoder of Chinese keeps the sequence that announces it.
    text = decode_bytes(raw, encodings, _NAME_DELIMITERS).replace("\x1b$)A", "")
    return None if "\N{REPLACEMENT CHARACTER}" in text or "\x1b" in text else text


def _is_rather_utf8(said: str, utf8: str, encoding: str) -> bool:
    """Say whether bytes that both readings allow are UTF-8.

    A set of one byte per letter can read anything, while text in it is hardly ever valid UTF-8. In a set of
    several bytes the declared reading holds, unless it puts Chinese or Japanese letters into Latin words.
    """
    if not all(letter.isascii() or unicodedata.category(letter)[0] in "LM" for letter in utf8):
        return False
    return encoding not in _MULTI_BYTE or (
        _MIXED_WORD.search(said) is not None and _MIXED_WORD.search(utf8) is None
    )


def _strictly(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _declared(dataset: FileDataset) -> tuple[str, ...]:
    written = dataset.get("SpecificCharacterSet")
    values = written if isinstance(written, MultiValue | list | tuple) else str(written or "").split("\\")
    return tuple(str(value or "").replace("\x00", "").strip() for value in values)


def _encoding(name: str) -> str:
    """Return Python's name of a Specific Character Set; "" for the default set and for unknown ones."""
    if name in ("", "ISO_IR 6", "ISO 2022 IR 6"):
        return ""
    if name in python_encoding:
        return python_encoding[name]
    upper = name.upper()
    if upper.replace("-", "").replace("_", "").replace(" ", "") in ("UTF8", "UNICODE", "ISOIR192"):
        return "UTF8"
    if (found := _MISSPELT.fullmatch(upper)) is not None:
        prefix = "ISO 2022 IR" if found[1] == "2022" else "ISO_IR"
        return python_encoding.get(f"{prefix} {found[2]}", "")
    return {"GB18030": "GB18030", "GBK": "GBK"}.get(upper, "")


def _printable(text: str) -> str:
    """Return text without control characters, which pad values and break lines."""
    return _CONTROLS.sub("", text).strip()
