"""Images with the outlines of their masks as YOLO reads them: a text file beside each image.

A line holds a class and the points of one region in shares of width and height. Holes are joined to the outer
ring by a cut without width. A line does not say which lesion a region is of, only whether of the one of
interest.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from app.exporters.annotation.mask_outlines import keyhole_ring, outlined_regions
from app.exporters.begun_folder import begun_folder
from app.exporters.case_index import OTHER_LESION
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, ShownLesion, Writing

_LESION, _OTHER = 0, 1
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
            other = f"  {_OTHER}: {OTHER_LESION}\n" if manner.has_other_lesions else ""
            begun.stream("data.yaml").write(f"{_DATA}{other}".encode())
            for done, file in enumerate(cases, start=1):
                stem = begun.stems.next_stem(file.case)
                if file.case.mask is not None or file.has_other_lesions:
                    begun.put_image(file, f"images/{stem}.png")
                    begun.put(file.case, f"labels/{stem}.txt", partial(_content, file))
                yield done
        return begun.files


def _content(file: CaseFile) -> bytes:
    lines = (line for shown in file.lesions for line in _lines(shown))
    return "".join(f"{line}\n" for line in lines).encode()


def _lines(shown: ShownLesion) -> Iterator[str]:
    kind, size_xy = _LESION if shown.is_of_interest else _OTHER, shown.mask.shape[::-1]
    for region in outlined_regions(shown.mask):
        shares = (keyhole_ring(region) / size_xy).ravel()
        yield " ".join([str(kind), *(f"{share:.6f}" for share in shares)])
