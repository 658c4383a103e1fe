"""Makes resources/learning: CC-0 images that fine-tuning shows again, and others to examine by.

    .venv/bin/python scripts/bundle_learning_images.py DATA

Run it when the base models are trained on other data. Images to be shown again come from ``train``, the
reference images of the exam from ``val``; none of either is ever taken from ``test``. Age, sex and site stay
behind, because their tables are not under CC-0. The camera that the simulated clinic of
``simulate_clinic.py`` uses, and its second clinic's images, are left out, so that the experiment is fair.
"""

import argparse
import csv
import hashlib
import sys
from pathlib import Path

import cv2
import numpy as np

from models.contract.imaging.preprocess import resized
from training.contract.data_set import DIAGNOSES, Sample, read_manifest
from training.experiments.simulated_clinics import clinic_groups
from training.inputs.decode import read_image, read_mask

TARGET = Path(__file__).resolve().parent.parent / "resources" / "learning"
COUNTS = {"train": (24, 28, 12), "val": (16, 22, 10)}
"""Images of each diagnosis (melanoma, nevus, seborrheic keratosis) by split."""
LONGER_SIDE_PX = 256
JPEG_QUALITY = 90
COLUMNS = (
    "image_id", "dataset", "split", "image_file", "mask_file", "diagnosis", "malignant",
    "duplicate_group", "licence",
)  # fmt: skip


def chosen(samples: tuple[Sample, ...], left_out: frozenset[str]) -> list[Sample]:
    """The images to bundle: of each split and diagnosis the first by a hash of their group."""
    found: list[Sample] = []
    for split, counts in COUNTS.items():
        for diagnosis, count in zip(DIAGNOSES, counts, strict=True):
            fitting = {
                s.duplicate_group: s
                for s in samples
                if (s.split, s.diagnosis) == (split, diagnosis)
                and s.mask_file is not None
                and s.licence == "CC0-1.0"
                and s.duplicate_group not in left_out
            }
            order = sorted(fitting, key=lambda group: hashlib.sha256(group.encode()).digest())
            found += [fitting[group] for group in order[:count]]
    return found


def write_image(sample: Sample, target: Path) -> dict[str, str]:
    """Write one image and its mask, reduced, and return its row of the manifest."""
    image = read_image(sample)
    mask = read_mask(sample, image.shape)
    if mask is None:
        raise ValueError(f"{sample.image_id} has no mask")
    scale = min(1.0, LONGER_SIDE_PX / max(mask.shape))
    height_px, width_px = (max(1, round(side * scale)) for side in mask.shape)
    small = resized(image, height_px=height_px, width_px=width_px)
    grey = cv2.resize(mask.astype(np.uint8) * 255, (width_px, height_px), interpolation=cv2.INTER_AREA)
    row = {"image_file": f"images/{sample.image_id}.jpg", "mask_file": f"masks/{sample.image_id}.png"}
    bgr = cv2.cvtColor(np.rint(small).astype(np.uint8), cv2.COLOR_RGB2BGR)
    _write(target / row["image_file"], ".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    _write(
        target / row["mask_file"], ".png", (grey >= 128).astype(np.uint8) * 255, [cv2.IMWRITE_PNG_BILEVEL, 1]
    )
    return row | {
        "image_id": sample.image_id,
        "dataset": sample.source or "",
        "split": sample.split,
        "diagnosis": sample.diagnosis or "",
        "malignant": str(int(bool(sample.malignant))),
        "duplicate_group": sample.duplicate_group,
        "licence": sample.licence or "",
    }


def _write(file: Path, suffix: str, pixels: np.ndarray, options: list[int]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    is_done, content = cv2.imencode(suffix, pixels, options)
    if not is_done:
        raise OSError(f"{file.name} could not be encoded")
    file.write_bytes(content.tobytes())


def main(arguments: list[str]) -> int:
    """Write the folder anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    options = parser.parse_args(arguments)
    groups = clinic_groups(options.data)
    rows = [
        write_image(sample, TARGET)
        for sample in chosen(read_manifest(options.data), groups.camera | groups.habit)
    ]
    with (TARGET / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} images in {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
