"""An image that shows several lesions takes them all along; one that shows one is exported as ever."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from app.domain.ids import ImageId
from app.exporters import EXPORTERS
from app.text.lesions import lesion_changes, other_lesions_words
from app.usecases.cancellation import NeverCancelled
from app.usecases.exports.export_cases import export_cases
from app.usecases.exports.export_manner import ExportManner
from app.usecases.lesions.edit_lesions import add_lesion, draw_lesion, name_lesion
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from tests.builders import a_case, a_mask, result_of, services_at

LARGE, SMALL = a_mask(radius_px=9, at_xy=(20, 70)), a_mask(radius_px=5, at_xy=(104, 16))
EXPORTED = ("coco_json", "coco_polygons", "labelme_json", "cvat_xml", "yolo_segments", "qupath_geojson",
            "instance_png", "isic_folder", "csv_table", "mask_png")  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cases, the second with two further lesions, in every format."""
    folder = tmp_path_factory.mktemp("several")
    services = _services(folder)
    _one, two = a_case(services, folder), a_case(services, folder, seed=2)
    _draw_others(services, two)
    for name in EXPORTED:
        result_of(export_cases(services, [_one, two], name, folder / "out",
                               manner=ExportManner(deidentified=False), token=NeverCancelled()))  # fmt: skip
    services.store.close()
    return folder / "out"


def _services(folder: Path) -> Services:
    return replace(services_at(folder / "data"), exporters=EXPORTERS)


def _draw_others(services: Services, image_id: ImageId) -> None:
    for number, mask in ((2, LARGE), (3, SMALL)):
        add_lesion(services, image_id)
        draw_lesion(services, image_id, number, mask)
    add_lesion(services, image_id)
    name_lesion(services, image_id, 2, "canary name")


def test_coco_has_an_annotation_for_each_lesion_and_says_which_is_of_interest(written: Path) -> None:
    document = json.loads((written / "naevus_coco" / "annotations.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in document["categories"]] == ["lesion", "other lesion"]
    drawn = [(one["image_id"], one["category_id"], one["area"]) for one in document["annotations"]]
    assert [one[:2] for one in drawn] == [(1, 1), (2, 1), (2, 2), (2, 2)]
    assert [area for *_, area in drawn[2:]] == [int(LARGE.sum()), int(SMALL.sum())]
    assert "attributes" not in document["annotations"][0]
    assert [one["attributes"] for one in document["annotations"][1:]] == [
        {"lesion": number, "of_interest": number == 1} for number in (1, 2, 3)
    ]


def test_labelme_and_cvat_have_a_group_for_each_lesion(written: Path) -> None:
    shapes = json.loads((written / "naevus_labelme" / "lesion 2.json").read_text(encoding="utf-8"))["shapes"]
    assert [(one["label"], one["group_id"]) for one in shapes] == [
        ("lesion", 1),
        ("other lesion", 2),
        ("other lesion", 3),
    ]
    document = ElementTree.parse(written / "naevus_cvat" / "annotations.xml")
    assert [one.text for one in document.iterfind(".//label/name")] == ["lesion", "other lesion"]
    polygons = [(one.get("label"), one.get("group_id")) for one in document.iterfind(".//polygon")]
    assert polygons == [("lesion", None), ("lesion", "1"), ("other lesion", "2"), ("other lesion", "3")]


def test_yolo_and_geojson_tell_the_others_apart(written: Path) -> None:
    lines = (written / "naevus_yolo" / "labels" / "lesion 2.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in lines] == ["0", "1", "1"]
    assert "1: other lesion" in (written / "naevus_yolo" / "data.yaml").read_text(encoding="utf-8")
    found = json.loads((written / "naevus_geojson" / "lesion 2.geojson").read_text(encoding="utf-8"))
    properties = [one["properties"] for one in found["features"]]
    assert [one["name"] for one in properties] == ["lesion 1", "lesion 2", "lesion 3"]
    assert [one["classification"]["name"] for one in properties] == ["lesion", "other lesion", "other lesion"]


def test_the_indexed_png_numbers_lesions_and_the_masks_are_those_of_interest(written: Path) -> None:
    numbers = np.array(Image.open(written / "naevus_instances" / "lesion 2_instances.png"))
    assert [int((numbers == number).sum()) for number in (2, 3)] == [int(LARGE.sum()), int(SMALL.sum())]
    mask = _read_mask(written / "naevus_masks" / "lesion 2_segmentation.png")
    assert (mask == (numbers == 1)).all()


def test_the_isic_folder_has_a_mask_for_each_and_names_them(written: Path) -> None:
    folder = written / "naevus_isic"
    assert (_read_mask(folder / "masks" / "lesion 2_lesion3_segmentation.png") == SMALL).all()
    one, two = _lines(folder / "metadata.csv")
    assert (one["other_mask_files"], one["naevus_lesions_in_image"]) == ("", "1")
    assert two["other_mask_files"].split(" | ")[0] == "masks/lesion 2_lesion2_segmentation.png"
    index = _lines(folder / "index.csv")
    origins = {line["file"]: (line["mask_origin"], line["mask_author"]) for line in index}
    assert origins["masks/lesion 2_lesion2_segmentation.png"] == ("other lesion", "Dr Test")
    assert origins["masks/lesion 2_segmentation.png"] == ("predicted", "")


def test_the_table_counts_lesions(written: Path) -> None:
    (table,) = written.glob("*.csv")
    assert [line["naevus_lesions_in_image"] for line in _lines(table)] == ["1", "3"]


def test_an_export_of_single_lesions_says_nothing_of_others(tmp_path: Path) -> None:
    services = _services(tmp_path)
    image_id = a_case(services, tmp_path)
    for name in ("coco_polygons", "cvat_xml", "yolo_segments", "labelme_json", "qupath_geojson"):
        result_of(export_cases(services, [image_id], name, tmp_path / "out",
                               manner=ExportManner(deidentified=False), token=NeverCancelled()))  # fmt: skip
    services.store.close()
    texts = [
        file.read_text(encoding="utf-8")
        for file in (tmp_path / "out").rglob("*")
        if file.suffix in {".json", ".xml", ".txt", ".yaml", ".geojson"}
    ]
    assert len(texts) == 6
    assert not [text for text in texts if "other" in text or "group_id=" in text or 'attributes"' in text]


def test_reports_name_the_other_lesions_in_one_line(tmp_path: Path) -> None:
    services = _services(tmp_path)
    image_id = a_case(services, tmp_path)
    with services.store.reading() as work:
        assert other_lesions_words(work.cases.case(image_id), with_names=True) == ""
    _draw_others(services, image_id)
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    services.store.close()
    words = other_lesions_words(case, with_names=True).replace("\N{NO-BREAK SPACE}", " ")
    assert words == (
        f"The image shows 2 other lesions (Lesion 2 (canary name), {LARGE.sum()} px²; Lesion 3, "
        f"{SMALL.sum()} px²), which are neither measured further nor scored. Measured and scored is Lesion 1."
    )
    assert "canary" not in other_lesions_words(case, with_names=False)
    told = [words for _found, words in lesion_changes(case)]
    assert told[:2] == ["Lesion added: Lesion 2", "Other lesion drawn: Lesion 2"]
    assert told[-1] == "Lesion named: Lesion 2"


def _read_mask(path: Path) -> BoolMask:
    return np.array(Image.open(path).convert("L")) > 0


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))
