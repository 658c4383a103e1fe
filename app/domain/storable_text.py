"""Texts that every file can hold: half of a character, as a damaged name leaves one, can be in none."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """Return a text with the replacement character for each half of a surrogate pair that stands alone."""
    if text.isascii():
        return text
    paired = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(_REPLACEMENT if "\ud800" <= letter <= "\udfff" else letter for letter in paired)
