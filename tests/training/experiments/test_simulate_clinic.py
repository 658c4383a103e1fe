"""What the simulated clinics are made of."""

import csv
from pathlib import Path

from tests.training.data_folders import mini_data_folder
from training.contract.data_set import MANIFEST, read_manifest
from training.experiments import simulate_clinic


def test_boundaries_that_a_model_drew_belong_to_no_clinic_and_not_to_the_base(tmp_path: Path) -> None:
    data = mini_data_folder(tmp_path / "data", train=8, val=2, test=2)
    with (data / MANIFEST).open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    predicted = {"train000", "train001", "val000"}
    for index, row in enumerate(rows):
        row["mask_from"] = "predicted" if row["image_id"] in predicted else "native_mask"
        row["duplicate_group"] = row["image_id"]
        row["native_width"], row["native_height"] = ("1024", "768") if index % 2 else ("600", "450")
    with (data / MANIFEST).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

    simulate_clinic.prepare(data, tmp_path / "sim")

    taken = {
        sample.image_id
        for folder in ("base", "clinic_1", "clinic_2")
        for sample in read_manifest(tmp_path / "sim" / folder)
    }
    assert taken == {row["image_id"] for row in rows} - predicted
