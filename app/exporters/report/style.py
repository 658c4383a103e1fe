"""Type, colours and building blocks of the report's pages."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TypeVar
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, Table, TableStyle

import resources
from app.domain.figures import unbroken
from app.exporters.report.faces import JOINERS, face_of, is_plain, is_variation
from app.exporters.report.text import ShapedText
from app.translation import language_in_use

Cell = TypeVar("Cell")

REGULAR, BOLD = "NaevusSans", "NaevusSans-Bold"
PAGE_MARGIN = 17 * mm
CONTENT_WIDTH = 176 * mm

INK, MUTED, RULE = HexColor("#1b2430"), HexColor("#5d6875"), HexColor("#cfd6de")
MODEL_TINT, MODEL_EDGE = HexColor("#eef3f9"), HexColor("#7d9cc0")
DECISION_EDGE = HexColor("#1f6f54")
WARNING_INK = HexColor("#8a4b00")

_LEFT, _RIGHT = 0, 2
"""Alignments of ReportLab."""

_CONTROLS = ("Cc", "Cf", "Zl", "Zp")
"""Categories of control characters, also those that turn the writing direction, and of separators."""
_NEEDS_NO_GLYPH = f"\n{JOINERS}"
_MAX_ROW_LETTERS = 700
"""A table row cannot break over pages, so long texts are laid in several rows."""


@cache
def register_fonts() -> None:
    """Make the shipped Unicode font known to ReportLab, which embeds the letters that are used."""
    pdfmetrics.registerFont(TTFont(REGULAR, str(resources.path("fonts", "DejaVuSans.ttf"))))
    pdfmetrics.registerFont(TTFont(BOLD, str(resources.path("fonts", "DejaVuSans-Bold.ttf"))))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def _style(name: str, size: float, **options: str | float | Color) -> ParagraphStyle:
    settings = {"fontName": REGULAR, "fontSize": size, "leading": size * 1.38, "textColor": INK}
    return ParagraphStyle(name, **(settings | options))


BODY = _style("body", 8.4)
DENSE = _style("dense", 7.6, leading=10)
DENSE_LABEL = _style("dense-label", 7.2, textColor=MUTED, leading=10)
SMALL = _style("small", 7.2, textColor=MUTED)
FOOT = _style("foot", 7, textColor=MUTED)
FOOT_AT_END = _style("foot_at_end", 7, textColor=MUTED, alignment=_RIGHT)
HEAD = _style("head", 11, fontName=BOLD)
HEAD_AT_END = _style("head_at_end", 7.6, alignment=_RIGHT)
LABEL = _style("label", 7.6, textColor=MUTED, leading=BODY.leading)
LABEL_AT_RIGHT = _style("label at right", 7.6, textColor=MUTED, leading=BODY.leading, alignment=2)
CAPTION = _style("caption", 7.4, textColor=MUTED, alignment=1)
TITLE = _style("title", 15, fontName=BOLD)
HEADING = _style("heading", 10, fontName=BOLD, spaceBefore=9, spaceAfter=3, keepWithNext=1)
LIMITS_TITLE = _style("limits title", 7.6, fontName=BOLD, spaceBefore=4)
BOX_TITLE = _style("box title", 8.6, fontName=BOLD)
SCORE = _style("score", 21, fontName=BOLD, leading=25)
FIGURE = _style("figure", 11, fontName=BOLD)
CLINIC = _style("clinic", 12.5, fontName=BOLD)
DECIDED = _style("decided", 19, fontName=BOLD, leading=23.5)
MANAGEMENT = _style("management", 12.5, leading=16.5, spaceAfter=2)
FINE = _style("fine", 6.6, textColor=MUTED)
WARNING = _style("warning", 8, textColor=WARNING_INK)


def printable(text: str) -> str:
    """Return text without control characters (also those that turn the writing direction).

    Letters that no font of the report has become their Unicode numbers, as “[U+2070E]”.
    """
    kept = without_controls(text)
    unknown = printed_as_numbers(kept)
    return "".join(f"[U+{ord(letter):04X}]" if letter in unknown else letter for letter in kept)


def printed_as_numbers(text: str) -> frozenset[str]:
    """Return the letters of a text that no font of the report has."""
    return (
        frozenset()
        if text.isascii()
        else frozenset(one for one in without_controls(text) if not _has_glyph(one))
    )


def without_controls(text: str) -> str:
    """Return text without control characters and tabs; line breaks stay."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    return "".join(one for one in plain if one in _NEEDS_NO_GLYPH or not _is_control(one))


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in _CONTROLS


def _has_glyph(letter: str) -> bool:
    return letter in _NEEDS_NO_GLYPH or is_variation(letter) or face_of(letter) is not None


def say(text: str, style: ParagraphStyle = BODY) -> Flowable:
    """Return a paragraph that shows text as it is: markup in it is not obeyed."""
    shown = unbroken(printable(text))
    is_turned = language_in_use().is_right_to_left
    placed = _turned(style) if is_turned else style
    if shown.isascii() or all(letter == "\n" or is_plain(letter) for letter in shown):
        return Paragraph(escape(shown).replace("\n", "<br/>"), placed)
    return ShapedText(shown, placed, bold=style.fontName == BOLD, is_right_to_left=is_turned)


@cache
def _turned(style: ParagraphStyle) -> ParagraphStyle:
    """Return a style on the other side of the page, for languages that are read from right to left."""
    alignment = {_LEFT: _RIGHT, _RIGHT: _LEFT}.get(style.alignment, style.alignment)
    return ParagraphStyle(f"{style.name}_turned", parent=style, alignment=alignment)


def in_reading_order(cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells of a row, or their widths, from the side where the language in use begins to read."""
    return list(reversed(cells)) if language_in_use().is_right_to_left else list(cells)


def _padding_after() -> list[tuple[object, ...]]:
    """Return the commands of a table whose cells keep a distance to the next one that is read."""
    before, after = in_reading_order(("LEFTPADDING", "RIGHTPADDING"))
    return [(before, (0, 0), (-1, -1), 0), (after, (0, 0), (-1, -1), 6)]


def pairs_table(
    pairs: Sequence[tuple[str, str | None]], width: float, *, columns: int = 1, label_share: float = 0.36
) -> Table:
    """Return labels and values in a grid; unknown values are shown as a dash."""
    cells = [(say(label, LABEL), say(value or "\N{EN DASH}")) for label, value in pairs]
    cells += [("", "")] * (-len(cells) % columns)
    height = len(cells) // columns
    rows = [
        [part for column in range(columns) for part in cells[column * height + row]] for row in range(height)
    ]
    each = width / columns
    widths = [each * label_share, each * (1 - label_share)] * columns
    table = Table([in_reading_order(row) for row in rows], colWidths=in_reading_order(widths))
    table.setStyle(
        TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), REGULAR),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *_padding_after(),
                ("TOPPADDING", (0, 0), (-1, -1), 1.2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1.2),
            ]
        )
    )
    return table


def lined_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    is_dense: bool = False,
) -> Table:
    """Return a table with a header that is repeated on every page."""
    body, label, above, below = (DENSE, DENSE_LABEL, 0.8, 1.0) if is_dense else (BODY, LABEL, 2, 2.4)
    cells = [[say(text, label) for text in header], *([say(text, body) for text in row] for row in rows)]
    ordered = [in_reading_order(row) for row in cells]
    table = Table(ordered, colWidths=in_reading_order(widths), repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), REGULAR),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, MUTED),
                ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
                *_padding_after(),
                ("TOPPADDING", (0, 0), (-1, -1), above),
                ("BOTTOMPADDING", (0, 0), (-1, -1), below),
            ]
        )
    )
    return table


def boxed(rows: Sequence[Flowable], width: float, *, edge: Color, tint: Color | None = None) -> Table:
    """Return flowables one below the other in a frame that may break between them."""
    table = Table([[row] for row in rows], colWidths=[width])
    commands: list[tuple[object, ...]] = [
        ("FONTNAME", (0, 0), (-1, -1), REGULAR),
        ("BOX", (0, 0), (-1, -1), 1, edge),
        ("LEFTPADDING", (0, 0), (-1, -1), 8),
        ("RIGHTPADDING", (0, 0), (-1, -1), 8),
        ("TOPPADDING", (0, 0), (-1, -1), 1.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
        ("TOPPADDING", (0, 0), (-1, 0), 6),
        ("BOTTOMPADDING", (0, -1), (-1, -1), 7),
    ]
    if tint is not None:
        commands.append(("BACKGROUND", (0, 0), (-1, -1), tint))
    table.setStyle(TableStyle(commands))
    return table


def in_rows(text: str) -> list[Flowable]:
    """Return a long text as paragraphs that each fit on a page."""
    pieces: list[str] = []
    for line in text.split("\n"):
        words = line.split(" ")
        piece = ""
        for word in (part for long in words for part in _chunks(long)):
            if len(piece) + len(word) > _MAX_ROW_LETTERS:
                pieces.append(piece)
                piece = ""
            piece = f"{piece} {word}".strip()
        pieces.append(piece)
    return [say(piece) for piece in pieces if piece]


def _chunks(word: str) -> list[str]:
    return [word[at : at + _MAX_ROW_LETTERS] for at in range(0, len(word), _MAX_ROW_LETTERS)] or [""]
