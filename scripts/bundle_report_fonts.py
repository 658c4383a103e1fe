"""Makes the report's fonts in resources/fonts: Noto for the scripts that DejaVu Sans has not, or not well.

    .venv/bin/python scripts/bundle_report_fonts.py /usr/share/fonts

The folder is searched for the files of Debian's packages fonts-noto-core and fonts-noto-cjk. Of each font the
letters of its script are kept with the tables that shape them; Latin letters come from DejaVu Sans. The fonts
are stored compressed, because the Chinese, Japanese and Korean one would be as large as a model.
"""

import argparse
import io
import lzma
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.unicodedata import script

TARGET = Path(__file__).resolve().parent.parent / "resources" / "fonts"
SCRIPT_OF_FONT = {
    "Arabic": "Arab",
    "Bengali": "Beng",
    "Devanagari": "Deva",
    "Ethiopic": "Ethi",
    "Gujarati": "Gujr",
    "Gurmukhi": "Guru",
    "Kannada": "Knda",
    "Khmer": "Khmr",
    "Lao": "Laoo",
    "Malayalam": "Mlym",
    "Myanmar": "Mymr",
    "Oriya": "Orya",
    "Sinhala": "Sinh",
    "Tamil": "Taml",
    "Telugu": "Telu",
    "Thaana": "Thaa",
    "Thai": "Thai",
}
SHARED = frozenset({*b" !,-./:;=?^", 0x200C, 0x200D, 0x25CC, 0x0964, 0x0965})
"""What stands between words, joiners, the circle under a mark that stands alone, and Indian full stops."""
CJK_FILE, CJK_FACE = "NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"
CJK_BLOCKS = (
    (0x3000, 0x30FF),  # punctuation, kana
    (0x3105, 0x312F),  # bopomofo
    (0x31F0, 0x33FF),  # kana of Ainu, letters in circles and squares
    (0x4E00, 0x9FFF),  # unified ideographs
    (0xAC00, 0xD7A3),  # Hangul syllables
    (0xFA0E, 0xFA29),  # ideographs that stand among the compatibility ones, though they are none
    (0xFF01, 0xFF9F),  # wide and narrow forms
    (0xFFE0, 0xFFE6),
)
"""Every letter of everyday names; those beyond are printed as Unicode numbers, and the report says so."""
CURVE_ERROR_UNITS = 1.5
"""How far a quadratic curve may lie from the cubic one, of 1000 units: at 8 points a hundredth of a dot."""


def script_letters(font: TTFont, wanted: str) -> set[int]:
    """Return the code points of a font that belong to a script or to several."""
    return {code for code in font.getBestCmap() if code in SHARED or script(chr(code)) == wanted}


def reduced(font: TTFont, letters: Iterable[int], features: list[str]) -> TTFont:
    """Return the font with these letters only, without hints and names of glyphs."""
    options = subset.Options(
        layout_features=features,
        hinting=False,
        glyph_names=False,
        notdef_outline=True,
        name_IDs=[0, 1, 2, 5, 6, 13, 14],
        drop_tables=["vhea", "vmtx", "VORG", "BASE", "DSIG", "GDEF"] if not features else ["DSIG"],
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    return font


def with_quadratic_curves(font: TTFont) -> TTFont:
    """Turn a font with CFF outlines into one with TrueType outlines."""
    order, drawn = font.getGlyphOrder(), font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(drawn)
        drawn[name].draw(Cu2QuPen(pen, CURVE_ERROR_UNITS, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    for name in order:
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = (advance, getattr(glyphs[name], "xMin", 0))
        glyphs[name].recalcBounds(font["glyf"])
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in (
        *("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs"),
        *("maxStackElements", "maxSizeOfInstructions", "maxComponentElements", "maxComponentDepth"),
        *("maxPoints", "maxContours", "maxCompositePoints", "maxCompositeContours"),
    ):
        setattr(maxp, field, 0)
    font["head"].glyphDataFormat = 0
    font["post"].formatType = 3.0
    del font["CFF "]
    font.sfntVersion = "\000\001\000\000"
    return font


def one_file(folder: Path, name: str) -> Path:
    """Return the one file of this name below the folder."""
    found = sorted(folder.rglob(name))
    if not found:
        raise SystemExit(f"{name} is not below {folder}; install fonts-noto-core and fonts-noto-cjk.")
    return found[0]


def main() -> int:
    """Write the fonts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the fonts of the two packages lie")
    folder = parser.parse_args().folder
    for name, wanted in SCRIPT_OF_FONT.items():
        font = TTFont(one_file(folder, f"NotoSans{name}-Regular.ttf"), recalcTimestamp=False)
        write(reduced(font, script_letters(font, wanted), ["*"]), f"NotoSans{name}.ttf")
    collection = TTCollection(one_file(folder, CJK_FILE))
    cjk = next(font for font in collection if font["name"].getDebugName(1) == CJK_FACE)
    cjk.recalcTimestamp = False
    letters = {code for first, last in CJK_BLOCKS for code in range(first, last + 1)} | SHARED
    write(with_quadratic_curves(reduced(cjk, letters, [])), "NotoSansCJK.ttf")
    return 0


def write(font: TTFont, name: str) -> None:
    """Write one font, compressed, and say how large it is."""
    plain = io.BytesIO()
    font.save(plain)
    packed = lzma.compress(plain.getvalue(), preset=9 | lzma.PRESET_EXTREME)
    (TARGET / f"{name}.xz").write_bytes(packed)
    print(f"{name}: {len(font.getGlyphOrder())} glyphs, {plain.tell()} bytes, {len(packed)} compressed")


if __name__ == "__main__":
    sys.exit(main())
