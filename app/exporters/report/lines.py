"""Text of any script as lines of placed glyphs: chosen faces, shaped by HarfBuzz, in the order of reading.

Order of work: what direction each letter has (Unicode Standard Annex 9), where lines may end, how wide the
letters are, and then line by line the glyphs from left to right. Places are counted in letters of the text.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import Literal

import uharfbuzz

from app.exporters.report.directions import levels_of
from app.exporters.report.faces import Face, face_of, follows_its_neighbour, latin_bold_face, latin_face

Direction = Literal["L", "R"]

_NOT_AT_LINE_START = frozenset("、。，．・：；？！゛゜ーゝゞ々〜～｝）］」』】〉》〕’”…‥%％")  # noqa: RUF001
_NOT_AT_LINE_END = frozenset("｛（［「『【〈《〔‘“")  # noqa: RUF001
_BETWEEN_WORDS = frozenset(" !,-./:;=?^")
"""Printed in the face of the word before, so that a line is one row of glyphs where it can be."""
_MOVED_UNITS = 5
"""A glyph that is moved by more, of its face's units, is printed by itself."""


@dataclass(frozen=True, slots=True)
class PlacedGlyph:
    """One glyph of a line, counted from left to right.

    ``letters`` are what it is read back as. All of a cluster's letters are carried by the glyphs that stand
    in the row, in the order of reading; ``glyph`` is None where a letter has none of its own.
    """

    glyph: int | None
    letters: str
    advance_pt: float
    right_pt: float = 0.0
    """How far right of its place it is printed."""
    up_pt: float = 0.0
    """A moved glyph has no advance of its own, because the row goes on without it."""

    @property
    def is_moved(self) -> bool:
        """Say whether the glyph stands beside its row, as marks do."""
        return bool(self.right_pt or self.up_pt)


@dataclass(frozen=True, slots=True)
class GlyphRun:
    """Glyphs of one face."""

    face: Face
    glyphs: tuple[PlacedGlyph, ...]

    @property
    def width_pt(self) -> float:
        """Return how far the next run is."""
        return sum(one.advance_pt for one in self.glyphs)

    def placed(self) -> Iterator[tuple[PlacedGlyph, float]]:
        """Yield each glyph with its distance from the run's left end, in points."""
        at_pt = 0.0
        for one in self.glyphs:
            yield one, at_pt
            at_pt += one.advance_pt


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``start`` is the place of its first letter in the whole text."""

    runs: tuple[GlyphRun, ...]
    start: int
    direction: Direction

    @property
    def width_pt(self) -> float:
        """Return the width of what is printed."""
        return sum(run.width_pt for run in self.runs)


@dataclass(frozen=True, slots=True)
class _Item:
    """Letters that are shaped together."""

    start: int
    end: int
    face: Face
    level: int


def lines_of(
    text: str, size_pt: float, width_pt: float, *, bold: bool = False, is_right_to_left: bool = False
) -> list[Line]:
    """Return the lines of a text, each at most ``width_pt`` wide; newlines end paragraphs.

    ``is_right_to_left`` says that the text is in a language that is read so.
    """
    lines, start = [], 0
    for paragraph in text.split("\n"):
        lines += _Paragraph(paragraph, start, size_pt, bold=bold, is_right_to_left=is_right_to_left).lines(
            width_pt
        )
        start += len(paragraph) + 1
    return lines


class _Paragraph:
    """A text without newlines, whose direction is its language's or that of its first letter with one."""

    def __init__(self, text: str, start: int, size_pt: float, *, bold: bool, is_right_to_left: bool) -> None:
        self._text = text
        self._start = start
        self._size_pt = size_pt
        self._faces = _faces_of(text, bold=bold)
        self._base, self._levels = levels_of(text, is_right_to_left=is_right_to_left)

    def lines(self, width_pt: float) -> list[Line]:
        direction: Direction = "R" if self._base else "L"
        return [
            Line(tuple(self._runs(start, end)), self._start + start, direction)
            for start, end in self._ends(width_pt)
        ]

    def _ends(self, width_pt: float) -> Iterator[tuple[int, int]]:
        """Yield where lines begin and end, without the spaces after them."""
        widths = self._letter_widths()
        start, allowed, used = 0, 0, 0.0
        for place, letter in enumerate(self._text):
            if place > start and widths[place] is not None and _may_break_before(self._text, place):
                allowed = place
            used += widths[place] or 0.0
            if used <= width_pt or letter == " " or widths[place] is None or place == start:
                continue
            end = allowed if allowed > start else place
            yield start, _without_spaces(self._text, start, end)
            start = end
            used = sum(width or 0.0 for width in widths[start : place + 1])
        yield start, _without_spaces(self._text, start, len(self._text))

    def _letter_widths(self) -> list[float | None]:
        """Return the width of each cluster at its first letter, and None for its other letters."""
        widths: list[float | None] = [None] * len(self._text)
        for item in self._items(0, len(self._text)):
            for cluster, advance in self._shaped_widths(item):
                widths[cluster] = (widths[cluster] or 0.0) + advance
        return widths

    def _shaped_widths(self, item: _Item) -> Iterator[tuple[int, float]]:
        scale = self._size_pt / item.face.harfbuzz.upem
        buffer = _shaped(self._text, item)
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
            yield info.cluster, position.x_advance * scale

    def _items(self, start: int, end: int) -> list[_Item]:
        """Return the pieces of a part of the text that have one face and one direction each."""
        places = range(start, end)
        kinds = groupby(places, key=lambda place: (self._faces[place], self._levels[place]))
        found = [(list(group), kind) for kind, group in kinds]
        return [_Item(group[0], group[-1] + 1, face, level) for group, (face, level) in found]

    def _runs(self, start: int, end: int) -> Iterator[GlyphRun]:
        """Yield the glyphs of one line from left to right."""
        for item in _in_visual_order(self._items(start, end)):
            yield GlyphRun(item.face, tuple(self._glyphs(item)))

    def _glyphs(self, item: _Item) -> Iterator[PlacedGlyph]:
        buffer = _shaped(self._text, item)
        glyphs = list(zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True))
        ends = _cluster_ends({info.cluster for info, _ in glyphs}, item.end)
        for cluster, group in groupby(glyphs, key=lambda one: one[0].cluster):
            letters = self._text[cluster : ends[cluster]]
            placed = [one for glyph in group for one in self._placed(item.face, *glyph)]
            yield from self._cluster(placed, letters, item.level)

    def _placed(
        self, face: Face, info: uharfbuzz.GlyphInfo, position: uharfbuzz.GlyphPosition
    ) -> Iterator[PlacedGlyph]:
        """Yield a glyph; one that is moved leaves an empty place in its row."""
        scale = self._size_pt / face.harfbuzz.upem
        is_moved = max(abs(position.x_offset), abs(position.y_offset)) > _MOVED_UNITS
        right, up = (position.x_offset * scale, position.y_offset * scale) if is_moved else (0.0, 0.0)
        advance_pt = position.x_advance * scale
        yield PlacedGlyph(info.codepoint, "", 0.0 if is_moved else advance_pt, right, up)
        if is_moved and advance_pt:
            yield PlacedGlyph(None, "", advance_pt)

    @staticmethod
    def _cluster(glyphs: list[PlacedGlyph], letters: str, level: int) -> Iterator[PlacedGlyph]:
        """Yield the glyphs of a cluster with its letters, in the order in which they are read."""
        in_row = sum(not one.is_moved for one in glyphs)
        shares = _shares(letters, in_row, is_turned=level % 2 == 1)
        for one in glyphs:
            first, *further = [""] if one.is_moved or not shares else shares.pop(0)
            yield replace(one, letters=first)
            for letter in further:
                yield PlacedGlyph(None, letter, 0.0)
        for letter in (letter for share in shares for letter in share):
            yield PlacedGlyph(None, letter, 0.0)


def _shares(letters: str, count: int, *, is_turned: bool) -> list[list[str]]:
    """Divide a cluster's letters among the glyphs of its row, from left to right.

    Readers of a PDF turn a row that is read from right to left letter by letter, so each of its letters
    stands alone, the last one leftmost; of other rows a glyph may carry several.
    """
    count = max(1, count)
    if is_turned:
        turned = list(reversed(letters))
        rest = turned[count - 1 :]
        return [*([letter] for letter in turned[: count - 1]), rest or [""]]
    parts = [letters[at : at + 1] for at in range(count - 1)]
    return [*([part] for part in parts), [letters[count - 1 :]]]


def _faces_of(text: str, *, bold: bool) -> list[Face]:
    """Return the face of each letter; marks and joiners are printed in that of the letter they belong to."""
    faces: list[Face] = []
    for letter in text:
        face = face_of(letter) or latin_face()
        is_bound = follows_its_neighbour(letter) or letter in _BETWEEN_WORDS
        if faces and is_bound and _knows(faces[-1], letter):
            face = faces[-1]
        elif bold and face is latin_face():
            face = latin_bold_face()
        faces.append(face)
    return faces


@cache
def _knows(face: Face, letter: str) -> bool:
    return face.has(letter) or unicodedata.category(letter) == "Cf"


def _may_break_before(text: str, place: int) -> bool:
    """Say whether a line may end before a letter: after a space, and between ideographs or syllables."""
    before, after = text[place - 1], text[place]
    if before == " ":
        return after != " "
    if after in _NOT_AT_LINE_START or before in _NOT_AT_LINE_END or follows_its_neighbour(after):
        return False
    return _is_wide(before) or (_is_wide(after) and after != " ")


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in ("W", "F")


def _without_spaces(text: str, start: int, end: int) -> int:
    """Return where a line ends when the spaces at its end are not printed."""
    return start + len(text[start:end].rstrip(" "))


def _in_visual_order(items: list[_Item]) -> list[_Item]:
    """Reverse what is read from right to left, from the deepest level on (rule L2 of Annex 9)."""
    ordered = list(items)
    deepest = max((item.level for item in items), default=0)
    for level in range(deepest, 0, -1):
        groups = groupby(ordered, key=lambda item, level=level: item.level >= level)  # type: ignore[misc]
        ordered = [
            item for deep, group in groups for item in (reversed(list(group)) if deep else list(group))
        ]
    return ordered


def _shaped(text: str, item: _Item) -> uharfbuzz.Buffer:
    """Return the glyphs of an item, from left to right; its neighbours decide how letters are joined."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text, item.start, item.end - item.start)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if item.level % 2 else "ltr"
    uharfbuzz.shape(item.face.font, buffer)
    return buffer


def _cluster_ends(clusters: set[int], end: int) -> dict[int, int]:
    ordered = sorted(clusters)
    return dict(zip(ordered, [*ordered[1:], end], strict=True))
