"""Each format read back with the field's own reader: pycocotools, Pillow, an XML parser."""

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pycocotools import mask as coco_masks
from pycocotools.coco import COCO
from skimage.draw import polygon2mask

from app.exporters.annotation.coco_json import CocoJson
from app.exporters.annotation.coco_polygons import CocoPolygons
from app.exporters.annotation.cvat_xml import CvatXml
from app.exporters.annotation.labelme_json import LabelmeJson
from app.exporters.annotation.qupath_geojson import QuPathGeoJson
from app.exporters.annotation.yolo_segments import YoloSegments
from app.usecases.exports.exporter import CaseFile, Exporter
from models.contract.arrays import BoolMask
from tests.app.exporters.holed_lesion import SIZE, a_holed_lesion, iou, written_by
from tests.builders import exported

MakeCase = Callable[..., CaseFile]


def enclosed(points: NDArray[np.float64]) -> BoolMask:
    return np.asarray(polygon2mask(SIZE, points.reshape(-1, 2)[:, ::-1] - 0.5))


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_pycocotools_reads_run_lengths_to_the_pixel(holed: CaseFile, tmp_path: Path) -> None:
    coco = COCO(str(written_by(CocoJson(), holed, tmp_path, ".json")))
    (found,) = coco.loadAnns(coco.getAnnIds())
    assert np.array_equal(coco.annToMask(found).astype(bool), a_holed_lesion())
    (image,) = coco.loadImgs(coco.getImgIds())
    assert (image["height"], image["width"]) == SIZE
    assert coco.cats[1]["name"] == "lesion"


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_pycocotools_reads_polygons_with_their_holes(holed: CaseFile, tmp_path: Path) -> None:
    coco = COCO(str(written_by(CocoPolygons(), holed, tmp_path, ".json")))
    (found,) = coco.loadAnns(coco.getAnnIds())
    assert len(found["segmentation"]) == 2
    stored = coco.annToMask(found).astype(bool)
    assert iou(stored, a_holed_lesion()) >= 0.995
    assert not stored[120, 150]
    assert found["area"] == a_holed_lesion().sum()


def test_labelme_gets_a_polygon_and_for_the_holed_region_its_pixels(holed: CaseFile, tmp_path: Path) -> None:
    path = written_by(LabelmeJson(), holed, tmp_path, ".json")
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
    assert iou(stored, a_holed_lesion()) >= 0.995
    assert not stored[120, 150]


def test_cvat_gets_a_polygon_and_for_the_holed_region_run_lengths(holed: CaseFile, tmp_path: Path) -> None:
    path = written_by(CvatXml(), holed, tmp_path, ".xml")
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
    assert iou(stored, a_holed_lesion()) >= 0.995
    assert not stored[120, 150]


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_yolo_gets_a_line_for_each_region_in_shares_of_the_image(holed: CaseFile, tmp_path: Path) -> None:
    path = written_by(YoloSegments(), holed, tmp_path, ".txt")
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
    assert iou(stored, a_holed_lesion()) >= 0.995
    assert not stored[120, 150]


def test_geojson_keeps_holes_as_rings_of_their_own(holed: CaseFile, tmp_path: Path) -> None:
    document = json.loads(written_by(QuPathGeoJson(), holed, tmp_path, ".geojson").read_text("utf-8"))
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
    assert iou(stored, a_holed_lesion()) >= 0.995


@pytest.mark.parametrize(
    "exporter", [LabelmeJson(), CvatXml(), YoloSegments(), QuPathGeoJson(), CocoPolygons()]
)
def test_an_empty_mask_is_written_as_one_without_shapes(
    exporter: Exporter, make_case: MakeCase, tmp_path: Path
) -> None:
    nothing = make_case(mask=np.zeros((90, 131), np.bool_))
    assert all(path.is_file() for path in exported(exporter, [nothing], tmp_path, deidentified=True))
