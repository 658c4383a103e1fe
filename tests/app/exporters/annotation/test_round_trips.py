"""What one workplace exports comes back as the same masks when another one imports it."""

from pathlib import Path

import pytest

from app.exporters.annotation.coco_json import CocoJson
from app.exporters.annotation.coco_polygons import CocoPolygons
from app.exporters.annotation.cvat_xml import CvatXml
from app.exporters.annotation.labelme_json import LabelmeJson
from app.exporters.annotation.yolo_segments import YoloSegments
from app.exporters.masks.mask_png import MaskPng
from app.exporters.masks.mask_png_ones import MaskPngOnes
from app.importers.masks.outline_file import read_outlines
from app.usecases.corrections.import_corrections import import_corrections
from app.usecases.exports.export_cases import case_file
from app.usecases.exports.exporter import CaseFile, Exporter
from tests.app.exporters.holed_lesion import SIZE, a_holed_lesion, iou
from tests.builders import a_case, a_mask, exported, result_of, services_at
from tests.fakes import FakeToken

OUTLINES = [(CocoJson(), 1.0), (CocoPolygons(), 0.995), (LabelmeJson(), 0.995), (CvatXml(), 0.995),
            (YoloSegments(), 0.995)]  # fmt: skip


@pytest.mark.parametrize(("exporter", "least"), OUTLINES, ids=lambda one: getattr(one, "name", ""))
def test_outlines_come_back_with_holes_and_all_parts(
    exporter: Exporter, least: float, holed: CaseFile, tmp_path: Path
) -> None:
    files = exported(exporter, [holed], tmp_path, deidentified=False)
    path = next(file for file in files if file.suffix in {".json", ".xml", ".txt"})
    found = read_outlines(path)
    assert found is not None
    (drawn,) = found.images
    assert Path(drawn.image_name).stem == "canaryfile"
    assert iou(drawn.mask_at(SIZE), a_holed_lesion()) >= least


@pytest.mark.parametrize(
    "exporter",
    [MaskPng(), MaskPngOnes(), CocoJson(), CocoPolygons(), LabelmeJson(), CvatXml(), YoloSegments()],
    ids=lambda one: one.name,
)
def test_an_export_is_taken_as_corrections_at_another_workplace(exporter: Exporter, tmp_path: Path) -> None:
    here, there = services_at(tmp_path / "here"), services_at(tmp_path / "there")
    a_case(here, tmp_path / "in", corrected=True)
    image_id = a_case(there, tmp_path / "in", predicted=False)
    with here.store.reading() as work:
        (line,) = work.cases.case_lines()
    file = case_file(here, line.image_id, FakeToken(), overlay=None)
    out = tmp_path / "out"
    exported(exporter, [file], out, deidentified=False)
    taken = result_of(import_corrections(there, [out], token=FakeToken()))
    assert taken.corrected == (image_id,)
    with there.store.reading() as work:
        stored = there.arrays.valid_mask(work.cases.case(image_id))
    assert stored is not None
    assert iou(stored, a_mask(radius_px=12)) >= 0.995
    for services in (here, there):
        services.store.close()
