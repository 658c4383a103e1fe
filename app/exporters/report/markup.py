"""The parts of a report as HTML; every text is escaped, pictures are embedded, and nothing runs or loads."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from app.exporters.image_rendering import colour_bar, jpeg
from app.exporters.report.content import (
    Blank,
    Box,
    Columns,
    DrawnImage,
    FreeText,
    Gap,
    LetterNote,
    Lines,
    Pairs,
    Part,
    PlacedImage,
    Together,
    Words,
    WordStyle,
)
from app.exporters.report.style import without_controls
from app.translation import _
from app.usecases.analysis.colour_scales import ColourScale

_TAG_BY_STYLE = {WordStyle.TITLE: "h1", WordStyle.HEADING: "h2"}
_PNG_MARK = b"\x89PNG"


def markup(parts: Sequence[Part]) -> str:
    """Return the HTML of parts, one below the other."""
    return "\n".join(filter(None, map(_markup_of, parts)))


def shown(text: str) -> str:
    """Return a text as HTML that shows it as it is, with its line breaks."""
    return escape(without_controls(text)).replace("\n", "<br>")


def _markup_of(part: Part) -> str:
    match part:
        case Words(text, style):
            tag = _TAG_BY_STYLE.get(style, "p")
            return f'<{tag} class="{style.value}" dir="auto">{shown(text)}</{tag}>'
        case FreeText(text):
            return f'<p class="body" dir="auto">{shown(text)}</p>'
        case PlacedImage():
            return _figure(part)
        case Pairs(pairs, columns):
            return _pairs(pairs, columns)
        case Lines():
            return _table(part)
        case Box(parts, kind):
            return f'<section class="box {kind.value}">\n{markup(parts)}\n</section>'
        case Columns():
            return _side_by_side(part)
        case Together(parts):
            return f'<div class="together">\n{markup(parts)}\n</div>'
        case Blank(words):
            return f'<p class="blank">{shown(words)} <span></span></p>'
        case Gap() | LetterNote():
            return ""


def _figure(part: PlacedImage) -> str:
    drawn, words = part.drawn, escape(without_controls(part.drawn.caption), quote=True)
    caption = f"<figcaption>{shown(drawn.caption)}</figcaption>" if part.is_captioned else ""
    most = f"max-width:min(100%,{part.most_width_mm:g}mm);max-height:{part.most_height_mm:g}mm"
    bar = "" if drawn.scale is None else _colour_bar(drawn.scale)
    return f'<figure><img src="{_embedded(drawn)}" alt="{words}" style="{most}">{bar}{caption}</figure>'


def _embedded(drawn: DrawnImage) -> str:
    kind = "png" if drawn.content.startswith(_PNG_MARK) else "jpeg"
    return f"data:image/{kind};base64,{b64encode(drawn.content).decode('ascii')}"


def _colour_bar(scale: ColourScale) -> str:
    low, high = (_("against"), _("in favour")) if scale.lowest < 0 else (_("none"), _("most"))
    bar = _embedded(DrawnImage(jpeg(colour_bar(scale, 512, 24)), 512, 24))
    return f'<p class="scale">{shown(low)} <img src="{bar}" alt=""> {shown(high)}</p>'


def _pairs(pairs: Sequence[tuple[str, str | None]], columns: int) -> str:
    rows = "\n".join(
        f'<div><dt dir="auto">{shown(label)}</dt><dd dir="auto">{shown(value or "–")}</dd></div>'  # noqa: RUF001
        for label, value in pairs
    )
    return f'<dl style="columns:{columns}">\n{rows}\n</dl>'


def _table(part: Lines) -> str:
    head = "".join(f"<th>{shown(text)}</th>" for text in part.header)
    rows = "\n".join(
        "<tr>" + "".join(f'<td dir="auto">{shown(text)}</td>' for text in row) + "</tr>" for row in part.rows
    )
    kind = ' class="dense"' if part.is_dense else ""
    return f"<table{kind}>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _side_by_side(part: Columns) -> str:
    columns = "\n".join(
        f'<div style="flex:{share:.3f} 1 0">\n{markup(parts)}\n</div>'
        for parts, share in zip(part.columns, part.shares, strict=True)
    )
    return f'<div class="columns{" centred" if part.is_centred else ""}">\n{columns}\n</div>'
