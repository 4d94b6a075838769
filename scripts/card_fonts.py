#!/usr/bin/env python3
"""Makes the fonts of social cards, src/social_card/*.ttf, from those of the theme. Needs fonttools and brotli.

Each is one font with all scripts in it: a drawing program that has to look for letters in several fonts takes words of
joined letters apart.
"""
import pathlib
import tempfile

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = pathlib.Path(__file__).parent.parent
MADE_OF = {
    "display": ["display-600-latin", "display-600-latin-ext", "display-600-cyrillic", "naskh-700-arabic"],
    "sans": ["sans-latin", "sans-latin-ext", "naskh-700-arabic"],
}
# Marks that turn or join letters and show nothing: a font without them would draw boxes.
INVISIBLE = [0x200C, 0x200D, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C]
UNITS = 2000


def part(name, folder, known):
    """A font of the theme as plain TrueType, in the units that all have in common.

    Signs and letters that an earlier part has are not taken from this one: the merger would add rules that put its letters
    in the place of theirs. Marks are, since where they go is written in the font of the letters below them.
    """
    font = TTFont(ROOT / "static/fonts" / f"{name}.woff2")
    for table in font["cmap"].tables:
        table.cmap = {code: glyph for code, glyph in table.cmap.items() if code not in known or code >= 0x300}
    known |= set(font.getBestCmap())
    if "fvar" in font:
        font = instantiateVariableFont(font, {"wght": 600})
    for table in ("STAT", "gasp", "BASE"):
        if table in font:
            del font[table]
    if font["head"].unitsPerEm != UNITS:
        scale_upem(font, UNITS)
    font.flavor = None
    path = f"{folder}/{name}.ttf"
    font.save(path)
    return path


def add_invisible(font):
    """Maps these marks to an empty glyph of no width."""
    name = "invisible"
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"].glyphs[name] = Glyph()
    font["glyf"].glyphOrder = font.getGlyphOrder()
    font["hmtx"].metrics[name] = (0, 0)
    font["maxp"].numGlyphs = len(font.getGlyphOrder())
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap |= {code: name for code in INVISIBLE if code not in table.cmap}


with tempfile.TemporaryDirectory() as folder:
    for ours, names in MADE_OF.items():
        known = set()
        font = Merger().merge([part(name, folder, known) for name in names])
        add_invisible(font)
        font.save(ROOT / "src/social_card" / f"{ours}.ttf")
