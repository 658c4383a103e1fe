"""Images with the outlines of their masks in CVAT's XML, “CVAT for images 1.1”.

A region is a polygon; one with holes is a ``mask``, which keeps every pixel. Where an image shows several
lesions, the regions of each have its number for a group.
"""

from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

from app.exporters.annotation.drawn_regions import DrawnRegion, drawn_regions
from app.exporters.annotation.run_lengths import run_lengths
from app.exporters.begun_folder import begun_folder
from app.exporters.case_index import OTHER_LESION
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, ShownLesion, Writing

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
{other_label}      </labels>
    </task>
  </meta>
"""
_OTHER_LABEL = f"""\
        <label>
          <name>{OTHER_LESION}</name>
          <color>#0072b2</color>
          <type>any</type>
          <attributes></attributes>
        </label>
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
            other_label = _OTHER_LABEL if manner.has_other_lesions else ""
            document.write(_HEAD.format(other_label=other_label).encode())
            for done, file in enumerate(cases, start=1):
                name = f"{begun.stems.next_stem(file.case)}.png"
                begun.put_image(file, f"images/{name}")
                document.write(_image(file, done - 1, name).encode())
                yield done
            document.write(b"</annotations>\n")
        return begun.files


def _image(file: CaseFile, number: int, name: str) -> str:
    image = file.case.image
    shapes = "".join(
        _shape(region, _said_of(shown, is_one_of_several=file.has_other_lesions))
        for shown in file.lesions
        for region in drawn_regions(shown.mask)
    )
    size = f'width="{image.width_px}" height="{image.height_px}"'
    return f'  <image id="{number}" name={quoteattr(name)} {size}>\n{shapes}  </image>\n'


def _said_of(shown: ShownLesion, *, is_one_of_several: bool) -> str:
    label = "lesion" if shown.is_of_interest else OTHER_LESION
    group = f' group_id="{shown.number}"' if is_one_of_several else ""
    return f'label="{label}" source="manual" occluded="0" z_order="0"{group}'


def _shape(region: DrawnRegion, drawn: str) -> str:
    if region.outline is not None:
        points = ";".join(f"{x:.2f},{y:.2f}" for x, y in region.outline)
        return f'    <polygon {drawn} points="{points}"></polygon>\n'
    height_px, width_px = region.pixels.shape
    counts = ", ".join(map(str, run_lengths(region.pixels)))
    place = f'left="{region.left_px}" top="{region.top_px}" width="{width_px}" height="{height_px}"'
    return f'    <mask {drawn} rle="{counts}" {place}></mask>\n'
