"""The parts of a report as elements of HTML; texts are shown as they are, and pictures are embedded."""

from base64 import b64encode
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

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
    NewPage,
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
_OWN_DIRECTION = {"dir": "auto"}
"""Lets a browser find out whether a text is read from right to left."""


def element(tag: str, *content: Element | str, **attributes: str) -> Element:
    """Return an element; texts in it get their line breaks and are escaped when they are written."""
    made = Element(tag, attributes)
    for one in content:
        if isinstance(one, Element):
            made.append(one)
        else:
            _say(made, one)
    return made


def elements(parts: Sequence[Part]) -> list[Element]:
    """Return the elements of parts, one below the other."""
    return [made for part in parts for made in _elements_of(part)]


def _say(made: Element, text: str) -> None:
    """Put a text into an element, which is empty but for earlier texts."""
    first, *further = without_controls(text).split("\n")
    made.text = first
    for line in further:
        SubElement(made, "br").tail = line


def _elements_of(part: Part) -> list[Element]:
    match part:
        case Words(text, style):
            tag = _TAG_BY_STYLE.get(style, "p")
            return [element(tag, text, **{"class": style.value}, **_OWN_DIRECTION)]
        case FreeText(text):
            return [element("p", text, **_OWN_DIRECTION)]
        case PlacedImage():
            return [_figure(part)]
        case Pairs(pairs, columns):
            return [_pairs(pairs, columns)]
        case Lines():
            return [_table(part)]
        case Box(parts, kind):
            return [element("section", *elements(parts), **{"class": kind.value})]
        case Columns():
            return [_side_by_side(part)]
        case Together(parts):
            return [element("div", *elements(parts), **{"class": "together"})]
        case Blank(words):
            return [element("p", element("span", words), element("span"), **{"class": "blank"})]
        case Gap() | NewPage() | LetterNote():
            return []


def _figure(part: PlacedImage) -> Element:
    drawn = part.drawn
    most = f"max-width:min(100%,{part.most_width_mm:g}mm);max-height:{part.most_height_mm:g}mm"
    made = element("figure", _embedded(drawn, without_controls(drawn.caption), most))
    if drawn.scale is not None:
        made.append(_colour_bar(drawn.scale))
    if part.is_captioned:
        made.append(element("figcaption", drawn.caption))
    return made


def _embedded(drawn: DrawnImage, words: str, style: str) -> Element:
    kind = "png" if drawn.content.startswith(_PNG_MARK) else "jpeg"
    source = f"data:image/{kind};base64,{b64encode(drawn.content).decode('ascii')}"
    return element("img", src=source, alt=words, style=style)


def _colour_bar(scale: ColourScale) -> Element:
    low, high = (_("against"), _("in favour")) if scale.lowest < 0 else (_("none"), _("most"))
    bar = _embedded(DrawnImage(jpeg(colour_bar(scale, 512, 24)), 512, 24), "", "height:2.6mm;width:46mm")
    return element("p", element("span", low), bar, element("span", high), **{"class": "scale"})


def _pairs(pairs: Sequence[tuple[str, str | None]], columns: int) -> Element:
    rows = (
        element(
            "div",
            element("dt", label, **_OWN_DIRECTION),
            element("dd", value or "\N{EN DASH}", **_OWN_DIRECTION),
        )
        for label, value in pairs
    )
    return element("dl", *rows, style=f"columns:{columns}")


def _table(part: Lines) -> Element:
    head = element("thead", element("tr", *(element("th", text) for text in part.header)))
    rows = (element("tr", *(element("td", text, **_OWN_DIRECTION) for text in row)) for row in part.rows)
    return element("table", head, element("tbody", *rows), **({"class": "dense"} if part.is_dense else {}))


def _side_by_side(part: Columns) -> Element:
    columns = (
        element("div", *elements(parts), style=f"flex-grow:{share:.3f}")
        for parts, share in zip(part.columns, part.shares, strict=True)
    )
    return element("div", *columns, **{"class": "centred" if part.is_centred else "columns"})
