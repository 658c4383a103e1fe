"""Which of the shipped fonts prints which letter of a report.

DejaVu Sans prints Latin, Greek, Cyrillic, Hebrew and signs; Noto prints other scripts that have
to be shaped, and Chinese, Japanese and Korean. A face is read when the first letter of its script is met.
"""

import lzma
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import uharfbuzz

import resources

_SCRIPTS = (
    ("Arabic", ((0x0600, 0x06FF), (0x0750, 0x077F), (0x0870, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF))),
    ("Thaana", ((0x0780, 0x07BF),)),
    ("Devanagari", ((0x0900, 0x097F), (0x1CD0, 0x1CFF), (0xA8E0, 0xA8FF))),
    ("Bengali", ((0x0980, 0x09FF),)),
    ("Gurmukhi", ((0x0A00, 0x0A7F),)),
    ("Gujarati", ((0x0A80, 0x0AFF),)),
    ("Oriya", ((0x0B00, 0x0B7F),)),
    ("Tamil", ((0x0B80, 0x0BFF),)),
    ("Telugu", ((0x0C00, 0x0C7F),)),
    ("Kannada", ((0x0C80, 0x0CFF),)),
    ("Malayalam", ((0x0D00, 0x0D7F),)),
    ("Sinhala", ((0x0D80, 0x0DFF),)),
    ("Thai", ((0x0E00, 0x0E7F),)),
    ("Lao", ((0x0E80, 0x0EFF),)),
    ("Myanmar", ((0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F))),
    ("Ethiopic", ((0x1200, 0x139F), (0x2D80, 0x2DDF), (0xAB00, 0xAB2F))),
    ("Khmer", ((0x1780, 0x17FF), (0x19E0, 0x19FF))),
)
"""Blocks of the Unicode standard by the name of their script's font."""

JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Letters without a glyph that decide how their neighbours are joined."""


@dataclass(frozen=True)
class Face:
    """One font file."""

    name: str
    file: Path

    @cached_property
    def harfbuzz(self) -> uharfbuzz.Face:
        """Return the face as the shaping library reads it."""
        content = self.file.read_bytes()
        plain = lzma.decompress(content) if self.file.suffix == ".xz" else content
        return uharfbuzz.Face(uharfbuzz.Blob(plain))

    @cached_property
    def font(self) -> uharfbuzz.Font:
        """Return the face at a size of one em, in its own units."""
        return uharfbuzz.Font(self.harfbuzz)

    def has(self, letter: str) -> bool:
        """Say whether the face has a glyph for a letter."""
        return self.font.get_nominal_glyph(ord(letter)) is not None


@cache
def _face(name: str, file_name: str) -> Face:
    return Face(name, resources.path("fonts", file_name))


def latin_face() -> Face:
    """Return the face of everything that needs no face of its own."""
    return _face("DejaVuSans", "DejaVuSans.ttf")


def latin_bold_face() -> Face:
    """Return the bold form of the same; other faces are shipped in one weight."""
    return _face("DejaVuSans-Bold", "DejaVuSans-Bold.ttf")


def _noto(script: str) -> Face:
    return _face(f"NotoSans{script}", f"NotoSans{script}.ttf.xz")


@cache
def face_of(letter: str) -> Face | None:
    """Return the face that prints a letter; None when none has it."""
    code = ord(letter)
    for script, blocks in _SCRIPTS:
        if any(first <= code <= last for first, last in blocks) and _noto(script).has(letter):
            return _noto(script)
    if latin_face().has(letter):
        return latin_face()
    return _noto("CJK") if _noto("CJK").has(letter) else None


def is_variation(letter: str) -> bool:
    """Say whether a letter only asks for another form of the one before it."""
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"


def follows_its_neighbour(letter: str) -> bool:
    """Say whether a letter is printed with the one before it, in that one's face: marks and joiners."""
    return letter in JOINERS or unicodedata.category(letter).startswith("M")


def is_plain(letter: str) -> bool:
    """Say whether a letter can be set beside its neighbours, from left to right, with DejaVu Sans alone."""
    is_turned = unicodedata.bidirectional(letter) in ("R", "AL", "AN")
    return not is_turned and not follows_its_neighbour(letter) and face_of(letter) is latin_face()
