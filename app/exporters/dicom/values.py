"""Texts as the value representations of DICOM take them (PS3.5, 6.2)."""

import unicodedata

_LONG_STRING_LETTERS = 64
_NAME_LETTERS = 64


def long_string(text: str) -> str:
    """Return a text as a Long String: one line, no backslash, at most 64 letters."""
    return _one_line(text).replace("\\", "/")[:_LONG_STRING_LETTERS].strip()


def person_name(text: str) -> str:
    """Return a name as a Person Name: “Family, Given” as its two parts, any other as a family name."""
    plain = _one_line(text)
    for divider in "\\^=":
        plain = plain.replace(divider, " ")
    family, _comma, given = (" ".join(part.split()) for part in plain.partition(","))
    # Room for the mark behind the family name, without which the parts would be guessed.
    return f"{family[: _NAME_LETTERS - 1]}^{given}"[:_NAME_LETTERS] if family or given else ""


def _one_line(text: str) -> str:
    letters = (" " if letter.isspace() else letter for letter in text)
    return "".join(letter for letter in letters if unicodedata.category(letter)[0] != "C").strip()
