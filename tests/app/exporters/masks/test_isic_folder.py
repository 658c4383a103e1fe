from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from app.exporters.masks.isic_folder import IsicFolder
from app.usecases.exports.exporter import CaseFile
from tests.app.exporters.csv_rows import rows_of
from tests.builders import exported

MakeCase = Callable[..., CaseFile]


def test_the_isic_folder_names_every_file_in_its_table(
    make_case: MakeCase, new_case: CaseFile, tmp_path: Path
) -> None:
    other = replace(new_case, case=replace(new_case.case, image=replace(new_case.case.image, id="a" * 32)))
    files = exported(IsicFolder(), [make_case(), other], tmp_path, deidentified=True)
    table = next(path for path in files if path.name == "metadata.csv")
    first, second = rows_of(table)
    image = cv2.imread(str(table.parent / first["image_file"]))
    mask = cv2.imread(str(table.parent / first["mask_file"]), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    assert mask is not None
    assert np.array_equal(image[..., ::-1], make_case().pixels)
    assert np.array_equal(mask > 127, make_case().mask)
    assert first["mask_file"].endswith("_segmentation.png")
    assert second["mask_file"] == ""
    assert (table.parent / second["image_file"]).exists()
    assert "canary" not in "".join(map(str, files)).lower()
