"""Text of a script that ReportLab's own paragraphs cannot print, as a flowable of the same style."""

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject
from reportlab.platypus import Flowable

from app.exporters.report.glyphs import glyph_font
from app.exporters.report.lines import GlyphRun, Line, PlacedGlyph, lines_of

_CENTRED, _AT_RIGHT = 1, 2


class ShapedText(Flowable):  # type: ignore[misc]  # ReportLab has no types
    """A text in a style: shaped, in the order of reading, with the faces that have its letters."""

    def __init__(
        self, text: str, style: ParagraphStyle, *, bold: bool, is_right_to_left: bool = False
    ) -> None:
        super().__init__()
        self.text = text
        self.style = style
        self._bold = bold
        self._is_right_to_left = is_right_to_left
        self._lines: list[Line] = []

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803 - ReportLab's names
        """Lay the text into a width and return the place it takes, in points."""
        self._lines = lines_of(
            self.text, self.style.fontSize, aW, bold=self._bold, is_right_to_left=self._is_right_to_left
        )
        self.width, self.height = aW, len(self._lines) * self.style.leading
        return aW, self.height

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: N803 - ReportLab's names
        """Return two texts, the first of which fits into the height; none when not a line fits."""
        self.wrap(aW, aH)
        fitting = int(aH / self.style.leading)
        if fitting <= 0:
            return []
        if fitting >= len(self._lines):
            return [self]
        start = self._lines[fitting].start
        parts = (self.text[:start].rstrip(" ").removesuffix("\n"), self.text[start:])
        return [self._of(part) for part in parts]

    def _of(self, text: str) -> "ShapedText":
        return ShapedText(text, self.style, bold=self._bold, is_right_to_left=self._is_right_to_left)

    def draw(self) -> None:
        """Print the lines, the first one at the top."""
        self.canv.saveState()
        self.canv.setFillColor(self.style.textColor)
        for number, line in enumerate(self._lines):
            # Where ReportLab's own paragraphs have it.
            baseline = self.height - self.style.fontSize - number * self.style.leading
            _draw_line(self.canv, line, self._left_of(line), baseline, self.style.fontSize)
        self.canv.restoreState()

    def _left_of(self, line: Line) -> float:
        """Return where a line begins; of a text read from right to left, longer than a line, at the right."""
        free: float = self.width - line.width_pt
        if self.style.alignment == _CENTRED:
            return free / 2
        is_turned = line.direction == "R" and len(self._lines) > 1
        return free if self.style.alignment == _AT_RIGHT or is_turned else 0.0


def _draw_line(canvas: Canvas, line: Line, left_pt: float, baseline_pt: float, size_pt: float) -> None:
    """Print one line: first the rows without a gap, by which it is read back, then the glyphs beside them."""
    text = canvas.beginText(left_pt, baseline_pt)
    beside: list[tuple[GlyphRun, PlacedGlyph, float]] = []
    for run in line.runs:
        _select(text, run, size_pt)
        row = [_stand_in(run, one, size_pt) for one in run.glyphs if not one.is_moved]
        text.textOut("".join(row))
        beside += [(run, one, left_pt + at) for one, at in run.placed() if one.is_moved]
        left_pt += run.width_pt
    for run, one, at_pt in beside:
        _select(text, run, size_pt)
        text.setTextOrigin(at_pt + one.right_pt, baseline_pt + one.up_pt)
        text.textOut(_stand_in(run, one, size_pt))
    canvas.drawText(text)


def _select(text: PDFTextObject, run: GlyphRun, size_pt: float) -> None:
    text.setFont(glyph_font(run.face).fontName, size_pt)


def _stand_in(run: GlyphRun, one: PlacedGlyph, size_pt: float) -> str:
    letters = one.letters.replace("\N{NO-BREAK SPACE}", " ")
    return glyph_font(run.face).stand_in(one.glyph, letters, one.advance_pt / size_pt)
