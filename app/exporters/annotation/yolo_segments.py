"""Images with the outlines of their masks as YOLO reads them: a text file beside each image.

A line holds a class and the points of one region in shares of width and height. Holes are joined to the outer
ring by a cut without width.
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from app.exporters.annotation.mask_outlines import keyhole_ring, outlined_regions
from app.exporters.begun_folder import begun_folder
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing

_LESION = 0
_DATA = """\
# Naevus export. Research use only, not a medical device.
# Divide the images by patient before a training; index.csv says which are of one patient.
path: .
train: images
val: images
names:
  0: lesion
"""


class YoloSegments:
    """A new folder with images, texts of the same names and ``data.yaml``."""

    name = "yolo_segments"
    label = N_("YOLO segments (text)")
    suffix = ".txt"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_yolo/images/``, ``labels/`` and ``data.yaml``; raises ExportError.

        An image without a lesion has an empty text, as YOLO expects it of one on which there is nothing.
        """
        with begun_folder(folder, "naevus_yolo", manner) as begun:
            begun.stream("data.yaml").write(_DATA.encode())
            for done, file in enumerate(cases, start=1):
                stem = begun.stems.next_stem(file.case)
                if file.case.mask is not None:
                    begun.put_image(file, f"images/{stem}.png")
                    begun.put(file.case, f"labels/{stem}.txt", partial(_content, file))
                yield done
        return begun.files


def _content(file: CaseFile) -> bytes:
    mask = file.lesion_pixels
    size_xy = mask.shape[::-1]
    rings = (keyhole_ring(region) / size_xy for region in outlined_regions(mask))
    lines = (" ".join([str(_LESION), *(f"{share:.6f}" for share in ring.ravel())]) for ring in rings)
    return "".join(f"{line}\n" for line in lines).encode()
