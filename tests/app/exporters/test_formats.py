"""Each format read back with the field's own reader: pycocotools, Pillow, numpy, openpyxl, an XML parser."""

import base64
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from openpyxl import load_workbook
from PIL import Image
from pycocotools import mask as coco_masks
from pycocotools.coco import COCO
from skimage.draw import polygon2mask

from app.exporters.coco_json import CocoJson
from app.exporters.coco_polygons import CocoPolygons
from app.exporters.csv_table import CsvTable
from app.exporters.cvat_xml import CvatXml
from app.exporters.instance_png import InstancePng
from app.exporters.labelme_json import LabelmeJson
from app.exporters.mask_png import MaskPng
from app.exporters.mask_png_ones import MaskPngOnes
from app.exporters.outlined_images import OutlinedImages
from app.exporters.probability_npz import ProbabilityNpz
from app.exporters.probability_png import ProbabilityPng
from app.exporters.qupath_geojson import QuPathGeoJson
from app.exporters.xlsx_table import XlsxTable
from app.exporters.yolo_segments import YoloSegments
from app.usecases.exports.exporter import CaseFile, Exporter
from tests.builders import exported

MakeCase = Callable[..., CaseFile]
Mask = NDArray[np.bool_]

SIZE = (300, 400)


def a_lesion() -> Mask:
    """A disc with a hole, and a second part without one."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    mask = ((y - 130) ** 2 + (x - 170) ** 2 < 100**2) & ((y - 120) ** 2 + (x - 150) ** 2 > 22**2)
    mask[250:290, 300:380] = True
    return mask


@pytest.fixture
def lesion(make_case: MakeCase) -> CaseFile:
    case = make_case().case
    image = replace(case.image, height_px=SIZE[0], width_px=SIZE[1])
    pixels = np.random.default_rng(2).integers(0, 255, (*SIZE, 3)).astype(np.uint8)
    probability = np.linspace(0, 1, SIZE[0] * SIZE[1], dtype=np.float32).reshape(SIZE)
    return make_case(case=replace(case, image=image), mask=a_lesion(), pixels=pixels, probability=probability)


def iou(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / (one | other).sum())


def written_by(exporter: Exporter, lesion: CaseFile, folder: Path, suffix: str) -> Path:
    files = exported(exporter, [lesion], folder, deidentified=False)
    (found,) = (file for file in files if file.suffix == suffix)
    return found


def enclosed(points: NDArray[np.float64]) -> Mask:
    return np.asarray(polygon2mask(SIZE, points.reshape(-1, 2)[:, ::-1] - 0.5))


@pytest.mark.parametrize(("exporter", "inside"), [(MaskPng(), 255), (MaskPngOnes(), 1)])
def test_masks_come_back_to_the_pixel(
    exporter: Exporter, inside: int, lesion: CaseFile, tmp_path: Path
) -> None:
    stored = np.asarray(Image.open(written_by(exporter, lesion, tmp_path, ".png")).convert("L"))
    if inside == 1:
        assert set(np.unique(stored)) == {0, 1}
    assert np.array_equal(stored > 0, a_lesion())
    assert stored.max() in (inside, 255)


def test_regions_have_numbers_of_their_own_the_largest_first(lesion: CaseFile, tmp_path: Path) -> None:
    image = Image.open(written_by(InstancePng(), lesion, tmp_path, ".png"))
    assert image.mode == "P"
    numbers = np.asarray(image)
    assert np.array_equal(numbers > 0, a_lesion())
    assert (numbers[270, 350], numbers[200, 170]) == (2, 1)


def test_more_regions_than_a_palette_has_are_written_in_sixteen_bits(
    make_case: MakeCase, tmp_path: Path
) -> None:
    mask = np.zeros((90, 131), np.bool_)
    mask[::4, ::4] = True
    image = Image.open(written_by(InstancePng(), make_case(mask=mask), tmp_path, ".png"))
    numbers = np.asarray(image)
    assert image.mode.startswith("I")
    assert sorted(np.unique(numbers)) == list(range(mask.sum() + 1))


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_pycocotools_reads_run_lengths_to_the_pixel(lesion: CaseFile, tmp_path: Path) -> None:
    coco = COCO(str(written_by(CocoJson(), lesion, tmp_path, ".json")))
    (found,) = coco.loadAnns(coco.getAnnIds())
    assert np.array_equal(coco.annToMask(found).astype(bool), a_lesion())
    (image,) = coco.loadImgs(coco.getImgIds())
    assert (image["height"], image["width"]) == SIZE
    assert coco.cats[1]["name"] == "lesion"


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_pycocotools_reads_polygons_with_their_holes(lesion: CaseFile, tmp_path: Path) -> None:
    coco = COCO(str(written_by(CocoPolygons(), lesion, tmp_path, ".json")))
    (found,) = coco.loadAnns(coco.getAnnIds())
    assert len(found["segmentation"]) == 2
    stored = coco.annToMask(found).astype(bool)
    assert iou(stored, a_lesion()) >= 0.995
    assert not stored[120, 150]
    assert found["area"] == a_lesion().sum()


def test_labelme_gets_a_polygon_and_for_the_holed_region_its_pixels(lesion: CaseFile, tmp_path: Path) -> None:
    path = written_by(LabelmeJson(), lesion, tmp_path, ".json")
    document = json.loads(path.read_text("utf-8"))
    assert (path.parent / document["imagePath"]).is_file()
    assert (document["imageHeight"], document["imageWidth"], document["imageData"]) == (*SIZE, None)
    stored = np.zeros(SIZE, np.bool_)
    for shape in document["shapes"]:
        assert (shape["label"], shape["flags"], shape["group_id"]) == ("lesion", {}, None)
        if shape["shape_type"] == "polygon":
            stored |= enclosed(np.array(shape["points"]))
            continue
        # As labelme.utils.shapes_to_label puts a mask into its box, both corners included.
        (left, top), (right, bottom) = shape["points"]
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(shape["mask"]))).convert("1"))
        stored[top : bottom + 1, left : right + 1][pixels] = True
    assert sorted(shape["shape_type"] for shape in document["shapes"]) == ["mask", "polygon"]
    assert iou(stored, a_lesion()) >= 0.995
    assert not stored[120, 150]


def test_cvat_gets_a_polygon_and_for_the_holed_region_run_lengths(lesion: CaseFile, tmp_path: Path) -> None:
    path = written_by(CvatXml(), lesion, tmp_path, ".xml")
    root = ElementTree.parse(path).getroot()
    assert (root.tag, root.findtext("version")) == ("annotations", "1.1")
    assert [label.findtext("name") for label in root.iter("label")] == ["lesion"]
    (image,) = root.findall("image")
    assert (int(image.attrib["height"]), int(image.attrib["width"])) == SIZE
    assert (path.parent / "images" / image.attrib["name"]).is_file()
    stored = np.zeros(SIZE, np.bool_)
    for shape in image:
        if shape.tag == "polygon":
            points = [[float(part) for part in pair.split(",")] for pair in shape.attrib["points"].split(";")]
            stored |= enclosed(np.array(points))
            continue
        counts = [int(count) for count in shape.attrib["rle"].split(",")]
        left, top, width, height = (int(shape.attrib[name]) for name in ("left", "top", "width", "height"))
        inside = np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(height, width)
        stored[top : top + height, left : left + width] |= inside
    assert sorted(shape.tag for shape in image) == ["mask", "polygon"]
    assert iou(stored, a_lesion()) >= 0.995
    assert not stored[120, 150]


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_yolo_gets_a_line_for_each_region_in_shares_of_the_image(lesion: CaseFile, tmp_path: Path) -> None:
    path = written_by(YoloSegments(), lesion, tmp_path, ".txt")
    assert (path.parent.parent / "images" / f"{path.stem}.png").is_file()
    assert "0: lesion" in (path.parent.parent / "data.yaml").read_text("utf-8")
    lines = path.read_text("utf-8").splitlines()
    stored = np.zeros(SIZE, np.bool_)
    for line in lines:
        number, *shares = line.split()
        points = np.array(shares, np.float64).reshape(-1, 2)
        assert number == "0"
        assert ((points >= 0) & (points <= 1)).all()
        outline = [(points * (SIZE[1], SIZE[0])).ravel().tolist()]
        stored |= coco_masks.decode(coco_masks.merge(coco_masks.frPyObjects(outline, *SIZE))).astype(bool)
    assert len(lines) == 2
    assert iou(stored, a_lesion()) >= 0.995
    assert not stored[120, 150]


def test_geojson_keeps_holes_as_rings_of_their_own(lesion: CaseFile, tmp_path: Path) -> None:
    document = json.loads(written_by(QuPathGeoJson(), lesion, tmp_path, ".geojson").read_text("utf-8"))
    (feature,) = document["features"]
    assert (document["type"], feature["type"]) == ("FeatureCollection", "Feature")
    assert feature["properties"]["objectType"] == "annotation"
    assert feature["properties"]["classification"]["name"] == "lesion"
    stored = np.zeros(SIZE, np.bool_)
    for rings in feature["geometry"]["coordinates"]:
        for ring in rings:
            assert ring[0] == ring[-1]
            stored ^= enclosed(np.array(ring))
    assert sorted(len(rings) for rings in feature["geometry"]["coordinates"]) == [1, 2]
    assert iou(stored, a_lesion()) >= 0.995


def test_probabilities_come_back(lesion: CaseFile, tmp_path: Path) -> None:
    levels = np.asarray(Image.open(written_by(ProbabilityPng(), lesion, tmp_path, ".png")))
    assert levels.max() == 65_535
    assert lesion.probability is not None
    assert np.abs(levels / 65_535 - lesion.probability).max() < 1e-5
    with np.load(written_by(ProbabilityNpz(), lesion, tmp_path, ".npz")) as archive:
        assert np.array_equal(archive["probability"], lesion.probability)
        assert float(archive["threshold"]) == 0.5


def test_the_boundary_is_drawn_into_the_image(lesion: CaseFile, tmp_path: Path) -> None:
    path = written_by(OutlinedImages(), lesion, tmp_path, ".jpg")
    image = Image.open(path)
    assert image.size == SIZE[::-1]
    assert not image.getexif()
    shown = np.asarray(image.convert("RGB"), np.int16)
    changed = np.abs(shown - lesion.pixels).mean(axis=2) > 60
    assert changed[:, 165:175][25:36].mean() > changed[100:115, 200:215].mean()


def test_a_workbook_has_types_and_no_formulas(make_case: MakeCase, tmp_path: Path) -> None:
    file = make_case(name='=HYPERLINK("x")\x01')
    (path,) = exported(XlsxTable(), [file, file], tmp_path, deidentified=False)
    (csv,) = exported(CsvTable(), [file, file], tmp_path, deidentified=False)
    sheet = load_workbook(path).active
    assert sheet is not None
    head, *rows = map(list, sheet.iter_rows())
    names = [cell.value for cell in head]
    row = dict(zip(names, rows[0], strict=True))
    assert len(rows) == 2
    assert ",".join(map(str, names)) == csv.read_text("utf-8-sig").splitlines()[0]
    assert row["visited_on"].value.date() == date(2021, 3, 14)
    assert (row["age"].value, row["naevus_malignancy_probability"].value) == (85, 0.634)
    assert row["personal_hx_mm"].value is True
    assert (row["patient_name"].data_type, row["patient_name"].value[:10]) == ("s", "=HYPERLINK")
    assert {cell.data_type for each in rows for cell in each} <= {"s", "n", "b", "d"}


@pytest.mark.parametrize(
    "exporter", [LabelmeJson(), CvatXml(), YoloSegments(), QuPathGeoJson(), CocoPolygons(), InstancePng()]
)
def test_an_empty_mask_is_written_as_one_without_shapes(
    exporter: Exporter, make_case: MakeCase, tmp_path: Path
) -> None:
    nothing = make_case(mask=np.zeros((90, 131), np.bool_))
    assert all(path.is_file() for path in exported(exporter, [nothing], tmp_path, deidentified=True))
