"""Small synthetic data folders: dark blobs on skin, melanomas darker and more ragged."""

import csv
from pathlib import Path

import cv2
import numpy as np

COLUMNS = (
    *("image_id", "split", "image_file", "mask_file", "diagnosis", "malignant", "age", "sex", "site"),
    *(
        "duplicate_group",
        "view",
        "mask_from",
        "attr_globules",
        "attr_milia_like_cyst",
        "attr_negative_network",
    ),
    *("attr_pigment_network", "attr_streaks"),
)


def mini_data_folder(folder: Path, *, train: int = 16, val: int = 8, test: int = 8) -> Path:
    """Write images (60 x 80 px), masks and a manifest; every second lesion is malignant."""
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    rows = []
    for split, count in (("train", train), ("val", val), ("test", test)):
        rows += [_written_row(folder, split, index) for index in range(count)]
    write_manifest(folder, rows)
    return folder


def write_manifest(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)


def manifest_row(image_id: str, split: str = "train", **cells: str) -> dict[str, str]:
    """A row of the manifest without any file behind it."""
    return {"image_id": image_id, "split": split, "image_file": f"images/{image_id}.png", **cells}


def _written_row(folder: Path, split: str, index: int) -> dict[str, str]:
    is_malignant = index % 2 == 0
    image_id = f"{split}{index:03d}"
    rng = np.random.default_rng((hash_of(split), index))
    image, mask = _lesion(rng, is_malignant=is_malignant)
    cv2.imwrite(str(folder / "images" / f"{image_id}.png"), image[..., ::-1])
    cv2.imwrite(str(folder / "masks" / f"{image_id}.png"), mask * 255)
    return manifest_row(
        image_id,
        split,
        mask_file=f"masks/{image_id}.png",
        diagnosis="melanoma" if is_malignant else "nevus",
        malignant=str(int(is_malignant)),
        age="60" if index % 3 else "",
        sex="female" if index % 4 < 2 else "male",
        site="anterior torso",
        attr_streaks=str(int(is_malignant)),
    )


def hash_of(text: str) -> int:
    return sum(text.encode())


def _lesion(rng: np.random.Generator, *, is_malignant: bool) -> tuple[np.ndarray, np.ndarray]:
    mask = np.zeros((60, 80), np.uint8)
    centre = (int(rng.integers(30, 50)), int(rng.integers(22, 38)))
    axes = (int(rng.integers(10, 20)), int(rng.integers(8, 16)))
    cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, (1,), -1)
    skin = np.array([225, 180, 160]) + rng.normal(0, 4, (60, 80, 3))
    lesion = np.array([60, 40, 40] if is_malignant else [150, 100, 70]) + rng.normal(0, 6, (60, 80, 3))
    image = np.where(mask[..., None] > 0, lesion, skin)
    return np.clip(image, 0, 255).astype(np.uint8), mask
