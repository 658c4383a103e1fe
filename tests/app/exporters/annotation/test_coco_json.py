import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.exporters.annotation.coco_json import CocoJson
from app.exporters.annotation.run_lengths import run_lengths
from app.usecases.exports.exporter import CaseFile
from tests.builders import exported

MakeCase = Callable[..., CaseFile]


def from_run_lengths(counts: list[int], size: list[int]) -> NDArray[np.bool_]:
    values = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return values.reshape(size, order="F")


@pytest.mark.parametrize("seed", range(4))
def test_run_lengths_keep_every_pixel(seed: int) -> None:
    mask = np.random.default_rng(seed).random((7 + seed, 13 - seed)) > 0.4
    mask[0, 0] = bool(seed % 2)
    assert np.array_equal(from_run_lengths(run_lengths(mask.T), list(mask.shape)), mask)


def test_full_and_empty_masks_have_run_lengths() -> None:
    assert run_lengths(np.ones((2, 3), bool)) == [0, 6]
    assert run_lengths(np.zeros((2, 3), bool)) == [6]


def test_coco_names_images_and_gives_box_area_and_mask(
    make_case: MakeCase, new_case: CaseFile, tmp_path: Path
) -> None:
    case = make_case()
    other = replace(new_case, case=replace(new_case.case, image=replace(new_case.case.image, id="a" * 32)))
    files = exported(CocoJson(), [case, other], tmp_path, deidentified=True)
    document_path = next(path for path in files if path.suffix == ".json")
    document = json.loads(document_path.read_text(encoding="utf-8"))
    assert case.mask is not None
    (found,) = document["annotations"]
    rows, columns = np.nonzero(case.mask)
    assert found["bbox"] == [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]
    assert found["area"] == case.mask.sum()
    segmentation = found["segmentation"]
    assert np.array_equal(from_run_lengths(segmentation["counts"], segmentation["size"]), case.mask)
    assert [(image["height"], image["width"]) for image in document["images"]] == [(90, 131), (90, 131)]
    for image in document["images"]:
        assert not Path(image["file_name"]).is_absolute()
        assert (document_path.parent / image["file_name"]).exists()
    assert "canary" not in json.dumps(document).lower()
