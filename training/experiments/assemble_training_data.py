"""Puts the sources of the shipped models together in one data folder, with one vocabulary.

.venv/bin/python scripts/assemble_training_data.py DATA --out data/all                    every source
.venv/bin/python scripts/assemble_training_data.py DATA --out data/open --sources dermoscopy   CC-0 only

DATA holds the folders dermoscopy, dermoscopy_structures, ham10000 and milk10k. Images without an expert mask
(MILK10k) get the boundary of the model named by --segmenter, for the score's crop; `mask_from` says so, and
no boundary is ever learned from them.
"""

import argparse
import csv
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.structures import STRUCTURES
from training.contract.command_errors import exit_code_of
from training.contract.data_set import MANIFEST, DataSetError
from training.experiments.grey_image import read_grey_image
from training.tasks.loaded_model import PublishedModel, predicted_mask

SOURCES = ("dermoscopy", "ham10000", "milk10k")

_KERATINOCYTE = "actinic keratosis, Bowen or squamous cell carcinoma"
_DIAGNOSES = {
    "melanoma": "melanoma",
    "nevus": "nevus",
    "seborrheic keratosis": "benign keratosis",
    "benign keratosis": "benign keratosis",
    "basal cell carcinoma": "basal cell carcinoma",
    "actinic keratosis / Bowen": _KERATINOCYTE,
    "squamous cell carcinoma / keratoacanthoma": _KERATINOCYTE,
    "vascular lesion": "vascular lesion",
    "dermatofibroma": "dermatofibroma",
}
"""Every other word says malignant or benign only, and teaches no diagnosis."""

_SITES = {
    **dict.fromkeys(("face", "neck", "scalp", "ear", "head_neck_face", "head/neck"), "head/neck"),
    **dict.fromkeys(("upper extremity", "upper_extremity", "hand"), "upper extremity"),
    **dict.fromkeys(("lower extremity", "lower_extremity", "foot"), "lower extremity"),
    **dict.fromkeys(("chest", "abdomen", "anterior torso"), "anterior torso"),
    **dict.fromkeys(("back", "posterior torso"), "posterior torso"),
}
"""The trunk without a side, palms and the genital region have no general site and count as missing."""

_COLUMNS = (
    *("image_id", "dataset", "split", "image_file", "mask_file", "mask_from", "diagnosis", "malignant"),
    *("age", "sex", "site", "lesion_id", "duplicate_group", "view", "licence", "confirmed_by", "skin_tone"),
    *(f"attr_{name}" for name in STRUCTURES),
    *(f"structure_file_{name}" for name in STRUCTURES),
)


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / MANIFEST).open(newline="", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def _placed(source: Path, target: Path) -> None:
    """A hard link where the file system allows it, else a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _row(folder: Path, row: dict[str, str], out: Path) -> dict[str, str]:
    image_id = row["image_id"]
    image_file = f"images/{Path(row['image_file']).name}"
    _placed(folder / row["image_file"], out / image_file)
    mask_file = ""
    if row["mask_file"]:
        mask_file = f"masks/{Path(row['mask_file']).name}"
        _placed(folder / row["mask_file"], out / mask_file)
    return {
        "image_id": image_id,
        "dataset": row["dataset"],
        "split": row["split"],
        "image_file": image_file,
        "mask_file": mask_file,
        "mask_from": row["mask_from"],
        "diagnosis": _DIAGNOSES.get(row["diagnosis"], ""),
        "malignant": row["malignant"],
        "age": row["age"],
        "sex": row["sex"],
        "site": _SITES.get(row["site"], ""),
        "lesion_id": row.get("isic_lesion_id") or row["lesion_id"],
        "duplicate_group": row["duplicate_group"],
        "view": row["view"],
        "licence": row["licence"],
        "confirmed_by": row.get("diagnosis_confirm_type", ""),
        "skin_tone": row.get("skin_tone", ""),
        **{f"attr_{name}": row.get(f"attr_{name}", "") for name in STRUCTURES},
    }


def _add_structures(rows: dict[str, dict[str, str]], folder: Path, out: Path) -> None:
    """Masks of structures at 256 px, in the frame of the shared image.

    Raises:
        DataSetError: a mask cannot be read.
    """
    for entry in _rows(folder):
        row = rows.get(entry["image_id"])
        if row is None:
            continue
        target = out / "structures" / Path(entry["mask_file"]).name
        target.parent.mkdir(exist_ok=True)
        mask = read_grey_image(folder / entry["mask_file"])
        if entry["shared_view"] == "centre_crop":
            side = min(mask.shape)
            top, left = (mask.shape[0] - side) // 2, (mask.shape[1] - side) // 2
            mask = mask[top : top + side, left : left + side]
        cv2.imwrite(str(target), mask)
        row[f"structure_file_{entry['attribute']}"] = f"structures/{target.name}"


def _add_predicted_masks(rows: dict[str, dict[str, str]], segmenter: Path, out: Path) -> None:
    lacking = [row for row in rows.values() if not row["mask_file"]]
    model = PublishedModel.read(segmenter)
    for done, row in enumerate(lacking, 1):
        mask = _predicted(model, out / row["image_file"])
        if not mask.any():
            continue
        row["mask_file"] = f"masks/{row['image_id']}.png"
        row["mask_from"] = "predicted"
        cv2.imwrite(str(out / row["mask_file"]), mask.astype(np.uint8) * 255)
        if done % 200 == 0:
            print(f"{done} of {len(lacking)} boundaries predicted", flush=True)


def _predicted(model: PublishedModel, file: Path) -> BoolMask:
    bgr = cv2.imread(str(file))
    if bgr is None:
        raise DataSetError(f"{file} is no image; get it again from its source.")
    image: RgbImage = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)
    return predicted_mask(model, image)


def main(arguments: list[str]) -> int:
    """Write the data folder; the exit code is 1 when a file of a source cannot be read."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sources", nargs="+", choices=SOURCES, default=SOURCES)
    parser.add_argument("--segmenter", type=Path, help="model folder that outlines images without a mask")
    options = parser.parse_args(arguments)
    return exit_code_of(lambda: _carry_out(options))


def _carry_out(options: argparse.Namespace) -> None:
    images = assemble(options.data, options.out, options.sources, options.segmenter)
    print(f"{images} images in {options.out}")


def assemble(data: Path, out: Path, sources: Sequence[str], segmenter: Path | None) -> int:
    """Write the data folder of the named sources and return how many images it has.

    Raises:
        DataSetError: a file of a source cannot be read.
    """
    out.mkdir(parents=True, exist_ok=True)
    rows = {
        row["image_id"]: _row(data / source, row, out) for source in sources for row in _rows(data / source)
    }
    _add_structures(rows, data / "dermoscopy_structures", out)
    if segmenter is not None:
        _add_predicted_masks(rows, segmenter, out)
    with (out / MANIFEST).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, _COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows.values())
    return len(rows)
