"""Images with the outlines of their masks in CVAT's XML, “CVAT for images 1.1”.

A region is a polygon; one with holes is a ``mask``, which keeps every pixel.
"""

from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

from app.exporters.annotation.drawn_regions import DrawnRegion, drawn_regions
from app.exporters.annotation.run_lengths import run_lengths
from app.exporters.begun_folder import begun_folder
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing

_HEAD = """\
<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <name>Naevus export. Research use only, not a medical device.</name>
      <labels>
        <label>
          <name>lesion</name>
          <color>#d55e00</color>
          <type>any</type>
          <attributes></attributes>
        </label>
      </labels>
    </task>
  </meta>
"""


class CvatXml:
    """A new folder with the upright images and one ``annotations.xml`` that names them."""

    name = "cvat_xml"
    label = N_("CVAT for images 1.1 (XML)")
    suffix = ".xml"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_cvat/annotations.xml`` and ``naevus_cvat/images/``; raises ExportError."""
        with begun_folder(folder, "naevus_cvat", manner) as begun:
            document = begun.stream("annotations.xml")
            document.write(_HEAD.encode())
            for done, file in enumerate(cases, start=1):
                name = f"{begun.stems.next_stem(file.case)}.png"
                begun.put_image(file, f"images/{name}")
                document.write(_image(file, done - 1, name).encode())
                yield done
            document.write(b"</annotations>\n")
        return begun.files


def _image(file: CaseFile, number: int, name: str) -> str:
    image = file.case.image
    shapes = "".join(_shape(region) for region in drawn_regions(file.lesion_pixels))
    size = f'width="{image.width_px}" height="{image.height_px}"'
    return f'  <image id="{number}" name={quoteattr(name)} {size}>\n{shapes}  </image>\n'


def _shape(region: DrawnRegion) -> str:
    drawn = 'label="lesion" source="manual" occluded="0" z_order="0"'
    if region.outline is not None:
        points = ";".join(f"{x:.2f},{y:.2f}" for x, y in region.outline)
        return f'    <polygon {drawn} points="{points}"></polygon>\n'
    height_px, width_px = region.pixels.shape
    counts = ", ".join(map(str, run_lengths(region.pixels)))
    place = f'left="{region.left_px}" top="{region.top_px}" width="{width_px}" height="{height_px}"'
    return f'    <mask {drawn} rle="{counts}" {place}></mask>\n'
