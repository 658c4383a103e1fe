"""A face as a font of ReportLab that prints glyphs, not letters, and says which letters they are.

ReportLab's own TrueType fonts map letters to glyphs one by one, so that ligatures, joined and reordered
letters are either not printed or read back as private signs. Here a text is a row of stand-ins, one for each
glyph and the letters it stands for; they become two-byte codes of a composite font (ISO 32000-1, 9.7) with a
ToUnicode map, so that the report can be searched and copied from. The methods with names in mixed case are
what ReportLab asks of a dynamic font.
"""

from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

import uharfbuzz
from reportlab.pdfbase import pdfdoc, pdfmetrics

from app.exporters.report.faces import Face
from app.translation import _

_FIRST_STAND_IN = 0xF0000
"""Of a private plane with place for 65,534 pairs of glyph and letters."""
_EM = 1000
"""What widths in a PDF are counted in."""
_SYMBOLIC = 4
_USED_TABLES = ("head", "hhea", "hmtx", "maxp", "loca", "glyf", "cvt ", "fpgm", "prep")
"""The tables of a TrueType font that a PDF reads."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a stand-in stands for; ``width`` is the way to the next glyph, in thousandths of an em."""

    glyph: int
    letters: str
    width: float


@dataclass
class _Used:
    """What one document has printed; the code of a stand-in is its place among them."""

    internal_name: str
    code_by_stand_in: dict[str, int] = field(default_factory=dict)


class GlyphFont:
    """A font whose texts are made of ``stand_in`` letters."""

    _dynamicFont = True  # noqa: N815
    _multiByte = True  # noqa: N815
    shapable = False
    substitutionFonts = ()  # noqa: N815

    def __init__(self, face: Face) -> None:
        self.fontName = f"Glyphs-{face.name}"
        self.face = SimpleNamespace(name=self.fontName)
        self._source = face
        self._stand_in_by_glyph: dict[_Told, str] = {}
        self._told_by_stand_in: dict[str, _Told] = {}
        self._used: WeakKeyDictionary[Any, _Used] = WeakKeyDictionary()

    def stand_in(self, glyph: int | None, letters: str, advance_em: float) -> str:
        """Return the letter that stands for a glyph, what it is read back as, and the way to the next one."""
        blank = self._source.font.get_nominal_glyph(ord(" ")) or 0
        disclosed = _Told(blank if glyph is None else glyph, letters, round(advance_em * _EM, 1))
        found = self._stand_in_by_glyph.get(disclosed)
        if found is None:
            found = chr(_FIRST_STAND_IN + len(self._stand_in_by_glyph))
            self._stand_in_by_glyph[disclosed] = found
            self._told_by_stand_in[found] = disclosed
        return found

    def stringWidth(self, text: str, size: float, encoding: str = "utf-8") -> float:  # noqa: N802
        """Return the width of a row of stand-ins, in points."""
        return sum(self._told_by_stand_in[one].width for one in text) * size / _EM

    def splitString(self, text: str, doc: object, encoding: str = "utf-8") -> list[tuple[int, bytes]]:  # noqa: N802
        """Return the codes of a row of stand-ins; there is one part only."""
        codes = self._used_in(doc).code_by_stand_in
        return [(0, b"".join(codes.setdefault(one, len(codes) + 1).to_bytes(2) for one in text))]

    def getSubsetInternalName(self, subset: int, doc: object) -> str:  # noqa: N802
        """Return the name by which pages of a document select the font."""
        return f"/{self._used_in(doc).internal_name}"

    def addObjects(self, doc: Any) -> None:  # noqa: N802, ANN401 - ReportLab has no types
        """Embed the glyphs that the document has printed."""
        used = self._used.pop(doc)
        disclosed = [self._told_by_stand_in[one] for one in used.code_by_stand_in]
        name = f"NAEVUS+{self._source.name}"
        subset, place_by_glyph = self._subset({one.glyph for one in disclosed})
        to_glyphs = b"\0\0" + b"".join(place_by_glyph[one.glyph].to_bytes(2) for one in disclosed)
        descendant = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": f"/{name}",
                "CIDSystemInfo": pdfdoc.PDFDictionary(
                    {"Registry": "(Adobe)", "Ordering": "(Identity)", "Supplement": 0}
                ),
                "FontDescriptor": doc.Reference(self._descriptor(doc, name, subset)),
                "W": pdfdoc.PDFArray([1, pdfdoc.PDFArray([one.width for one in disclosed])]),
                "CIDToGIDMap": doc.Reference(_stream(doc, to_glyphs)),
            }
        )
        composite = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": f"/{name}",
                "Encoding": "/Identity-H",
                "DescendantFonts": pdfdoc.PDFArray([doc.Reference(descendant)]),
                "ToUnicode": doc.Reference(_stream(doc, _to_unicode([one.letters for one in disclosed]))),
            }
        )
        doc.idToObject["BasicFonts"].dict[used.internal_name] = doc.Reference(composite)

    def _used_in(self, doc: Any) -> _Used:  # noqa: ANN401
        used = self._used.get(doc)
        if used is None:
            used = self._used[doc] = _Used(f"G{len(doc.fontMapping) + 1}")
            doc.fontMapping[self.fontName] = f"/{used.internal_name}"
            doc.delayedFonts.append(self)
        return used

    def _in_em(self, units: float) -> int:
        return round(units * _EM / int(self._source.harfbuzz.upem))

    def _subset(self, glyphs: set[int]) -> tuple[bytes, dict[int, int]]:
        """Return a font file with some glyphs, and their places in it."""
        wanted = uharfbuzz.SubsetInput()
        wanted.glyph_set.update(glyphs)
        wanted.flags = uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE | uharfbuzz.SubsetFlags.NO_HINTING
        wanted.drop_table_tag_set.update(
            int.from_bytes(tag.encode())
            for tag in self._source.harfbuzz.table_tags
            if tag not in _USED_TABLES
        )
        plan = uharfbuzz.SubsetPlan(self._source.harfbuzz, wanted)
        places = dict(plan.old_to_new_glyph_mapping)
        return plan.execute().blob.data, places

    def _descriptor(self, doc: Any, name: str, subset: bytes) -> pdfdoc.PDFDictionary:  # noqa: ANN401
        extents = self._source.font.get_font_extents("ltr")
        ascent, descent = self._in_em(extents.ascender), self._in_em(extents.descender)
        file = _stream(doc, subset)
        file.dictionary["Length1"] = len(subset)
        return pdfdoc.PDFDictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": f"/{name}",
                "Flags": _SYMBOLIC,
                "FontBBox": pdfdoc.PDFArray([-_EM, descent, 2 * _EM, ascent]),
                "ItalicAngle": 0,
                "Ascent": ascent,
                "Descent": descent,
                "CapHeight": ascent,
                "StemV": 80,
                "FontFile2": doc.Reference(file),
            }
        )


@cache
def glyph_font(face: Face) -> GlyphFont:
    """Return a face's font, known to ReportLab."""
    font = GlyphFont(face)
    pdfmetrics.registerFont(font)
    return font


def _stream(doc: Any, content: bytes | str) -> pdfdoc.PDFStream:  # noqa: ANN401
    stream = pdfdoc.PDFStream()
    stream.content = content
    if doc.compression:
        stream.filters = [pdfdoc.PDFZCompress]
    return stream


def _to_unicode(letters_of_codes: list[str]) -> str:
    """Return the map from codes, counted from 1, to the letters they stand for (ISO 32000-1, 9.10.3)."""
    lines = [
        f"<{code:04X}> <{letters.encode('utf-16-be').hex().upper()}>"
        for code, letters in enumerate(letters_of_codes, start=1)
    ]
    blocks = [lines[at : at + 100] for at in range(0, len(lines), 100)]
    return "\n".join(
        (
            _("/CIDInit /ProcSet findresource begin"),
            _("12 dict begin"),
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            _("/CMapName /Adobe-Identity-UCS def"),
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<0000> <FFFF>",
            "endcodespacerange",
            *("\n".join((f"{len(block)} beginbfchar", *block, "endbfchar")) for block in blocks),
            "endcmap",
            _("CMapName currentdict /CMap defineresource pop"),
            "end",
            "end",
        )
    )
