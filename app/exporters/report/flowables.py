"""The parts of a report as what ReportLab places on pages."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, KeepTogether, PageBreak, Spacer, Table, TableStyle

from app.exporters.image_rendering import colour_bar, jpeg
from app.exporters.report import style
from app.exporters.report.content import (
    Blank,
    Box,
    BoxKind,
    Columns,
    DrawnImage,
    FreeText,
    Gap,
    LetterNote,
    Lines,
    NewPage,
    Pairs,
    Part,
    PlacedImage,
    Together,
    Words,
    WordStyle,
)
from app.exporters.report.style import (
    boxed,
    in_reading_order,
    in_rows,
    lined_table,
    pairs_table,
    printed_as_numbers,
    say,
)
from app.translation import _, language_in_use
from app.usecases.analysis.colour_scales import ColourScale

_STYLES: dict[WordStyle, ParagraphStyle] = {
    WordStyle.TITLE: style.TITLE,
    WordStyle.CLINIC: style.CLINIC,
    WordStyle.DECIDED: style.DECIDED,
    WordStyle.MANAGEMENT: style.MANAGEMENT,
    WordStyle.HEADING: style.HEADING,
    WordStyle.BOX_TITLE: style.BOX_TITLE,
    WordStyle.BODY: style.BODY,
    WordStyle.SMALL: style.SMALL,
    WordStyle.FINE: style.FINE,
    WordStyle.LABEL: style.LABEL,
    WordStyle.WARNING: style.WARNING,
    WordStyle.SCORE: style.SCORE,
    WordStyle.FIGURE: style.FIGURE,
    WordStyle.LIMITS_TITLE: style.LIMITS_TITLE,
}
_BOX_PADDING_PT = 16.0
_COLUMN_GAP_PT = 8.0


class _Vacancy(Flowable):  # type: ignore[misc]  # ReportLab has no types
    """The place of a picture that is not drawn."""

    def __init__(self, width_pt: float, height_pt: float) -> None:
        super().__init__()
        self.width, self.height = width_pt, height_pt

    def draw(self) -> None:
        """Draw nothing."""


def flowables(parts: Sequence[Part], width_pt: float, *, is_trial: bool = False) -> list[Flowable]:
    """Return the flowables of parts, laid one below the other into a width.

    In a trial, which only counts pages, pictures take their place and are not drawn.
    """
    layout = _Layout(is_trial=is_trial)
    return layout.of_all(parts, width_pt)


class _Layout:
    """Lays parts out; one of a trial draws no pictures."""

    def __init__(self, *, is_trial: bool) -> None:
        self._is_trial = is_trial

    def of_all(self, parts: Sequence[Part], width_pt: float) -> list[Flowable]:
        """Return the flowables of several parts."""
        return [flowable for part in parts for flowable in self._of(part, width_pt)]

    def _of(self, part: Part, width_pt: float) -> list[Flowable]:
        match part:
            case Words(text, word_style):
                return [say(text, _STYLES[word_style])]
            case FreeText(text):
                return in_rows(text)
            case PlacedImage():
                return self._placed_image(part, width_pt)
            case Pairs(pairs, columns, label_share):
                return [pairs_table(pairs, width_pt, columns=columns, label_share=label_share)]
            case Lines(header, rows, shares, is_dense):
                widths = [share * width_pt for share in shares]
                return [lined_table(header, rows, widths, is_dense=is_dense)]
            case Box(parts, kind):
                return [self._boxed(parts, kind, width_pt)]
            case Columns():
                return [self._side_by_side(part, width_pt)]
            case Together(parts):
                return [KeepTogether(self.of_all(parts, width_pt))]
            case Gap() | NewPage():
                return [Spacer(1, part.height_pt) if isinstance(part, Gap) else PageBreak()]
            case LetterNote(texts):
                return _letter_note(texts)
            case Blank(words):
                return [Spacer(1, 14), say(f"{words} {'_' * 46}", style.LABEL)]

    def _boxed(self, parts: Sequence[Part], kind: BoxKind, width_pt: float) -> Table:
        edge, tint = {
            BoxKind.MODEL: (style.MODEL_EDGE, style.MODEL_TINT),
            BoxKind.DECISION: (style.DECISION_EDGE, None),
        }[kind]
        return boxed(self.of_all(parts, width_pt - _BOX_PADDING_PT), width_pt, edge=edge, tint=tint)

    def _side_by_side(self, part: Columns, width_pt: float) -> Table:
        """Return columns with a gap between them; centred ones have half of it at both sides."""
        widths = [share * width_pt for share in part.shares]
        last, half = len(widths) - 1, _COLUMN_GAP_PT / 2
        paddings = [
            (half, half) if part.is_centred else (half * (place > 0), half * (place < last))
            for place in range(len(widths))
        ]
        cells = [
            self.of_all(parts, width - sum(padding))
            for parts, width, padding in zip(part.columns, widths, paddings, strict=True)
        ]
        paddings = in_reading_order(paddings)
        if language_in_use().is_right_to_left:
            paddings = [(right, left) for left, right in paddings]
        table = Table([in_reading_order(cells)], colWidths=in_reading_order(widths))
        table.setStyle(
            TableStyle(
                [
                    ("FONTNAME", (0, 0), (-1, -1), style.REGULAR),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    (
                        "ALIGN",
                        (0, 0),
                        (-1, -1),
                        "CENTER" if part.is_centred else in_reading_order(("LEFT", "RIGHT"))[0],
                    ),
                    *(("LEFTPADDING", (at, 0), (at, 0), left) for at, (left, _right) in enumerate(paddings)),
                    *(
                        ("RIGHTPADDING", (at, 0), (at, 0), right)
                        for at, (_left, right) in enumerate(paddings)
                    ),
                    ("TOPPADDING", (0, 0), (-1, -1), 3),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                ]
            )
        )
        return table

    def _placed_image(self, part: PlacedImage, width_pt: float) -> list[Flowable]:
        drawn = part.drawn
        most_width = min(width_pt, part.most_width_mm * mm)
        scale = min(most_width / drawn.width_px, part.most_height_mm * mm / drawn.height_px)
        image = self._image(drawn, drawn.width_px * scale, drawn.height_px * scale)
        bar = [] if drawn.scale is None else [Spacer(1, 2), _colour_bar(drawn.scale)]
        caption = [say(drawn.caption, style.CAPTION)] if part.is_captioned else []
        return [image, *bar, *caption]

    def _image(self, drawn: DrawnImage, width_pt: float, height_pt: float) -> Flowable:
        if self._is_trial:
            return _Vacancy(width_pt, height_pt)
        return Image(BytesIO(drawn.content), width_pt, height_pt)


def _letter_note(texts: Sequence[str]) -> list[Flowable]:
    """Say which letters of what was entered are printed as numbers."""
    letters = sorted({letter for text in texts for letter in printed_as_numbers(text)})
    if not letters:
        return []
    numbers = ", ".join(f"U+{ord(letter):04X}" for letter in letters)
    words = _(
        "No font of this report has these letters; their Unicode numbers stand for them: {numbers}."
    ).format(numbers=numbers)
    return [Spacer(1, 3), say(words, style.WARNING)]


def _colour_bar(scale: ColourScale) -> Table:
    low, high = (_("against"), _("in favour")) if scale.lowest < 0 else (_("none"), _("most"))
    bar = Image(BytesIO(jpeg(colour_bar(scale, 512, 24))), 46 * mm, 2.6 * mm)
    table = Table(
        [[say(low, style.LABEL_AT_RIGHT), bar, say(high, style.LABEL)]], colWidths=[16 * mm, 48 * mm, 16 * mm]
    )
    table.setStyle(
        TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), style.REGULAR),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("ALIGN", (1, 0), (1, 0), "CENTER"),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
                ("LEFTPADDING", (0, 0), (-1, -1), 1),
                ("RIGHTPADDING", (0, 0), (-1, -1), 1),
            ]
        )
    )
    return table
