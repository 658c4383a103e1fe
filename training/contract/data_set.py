"""The data folder: manifest.csv beside images/ and masks/, and the rules of its split.

Columns read: image_id, split, image_file, mask_file, diagnosis, malignant, age, sex, site,
duplicate_group, view, attr_*, dataset, licence. Only image_id, split and image_file must be filled; an
empty cell means unknown. Files are named relative to the folder. Images of one ``duplicate_group`` show
one lesion and stay on one side of every split and fold.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "manifest.csv"
SPLITS = ("train", "train_extra", "val", "test")
TRAIN_SPLITS = ("train", "train_extra")
STRUCTURES = ("globules", "milia_like_cyst", "negative_network", "pigment_network", "streaks")
"""Dermoscopic structures of ISIC 2018 Task 2, in alphabetical order."""
DIAGNOSES = ("melanoma", "nevus", "seborrheic keratosis")
_REQUIRED_COLUMNS = ("image_id", "split", "image_file")


class DataSetError(Exception):
    """A data folder cannot be used; the message is the sentence to show."""


@dataclass(frozen=True)
class Sample:
    """One row of the manifest; None where the table says nothing."""

    image_id: str
    split: str
    image_file: Path
    mask_file: Path | None
    diagnosis: str | None
    malignant: bool | None
    age_years: float | None
    sex: str | None
    site: str | None
    duplicate_group: str
    view: str | None
    structures: tuple[bool | None, ...]
    source: str | None = None
    licence: str | None = None


@dataclass(frozen=True)
class Split:
    """The samples to learn from and the samples to choose by."""

    train: tuple[Sample, ...]
    validation: tuple[Sample, ...]


def read_manifest(data_dir: Path) -> tuple[Sample, ...]:
    """All samples of a data folder, checked: unique ids, known splits, groups on one side."""
    file = data_dir / MANIFEST
    if not file.is_file():
        raise DataSetError(f"{data_dir} is no data folder: {MANIFEST} is missing.")
    with file.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.DictReader(stream)
        missing = [name for name in _REQUIRED_COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise DataSetError(f"{file} lacks the column {missing[0]}.")
        samples = tuple(_sample(row, data_dir) for row in reader)
    _check(samples)
    return samples


def split_samples(samples: Iterable[Sample], *, fold: int | None = None, folds: int = 5) -> Split:
    """The given split, or fold ``fold`` of the training images; test images are in neither."""
    samples = tuple(samples)
    learnable = tuple(s for s in samples if s.split in TRAIN_SPLITS)
    if fold is None:
        return Split(learnable, tuple(s for s in samples if s.split == "val"))
    fold_by_group = _fold_by_group(learnable, folds)
    return Split(
        tuple(s for s in learnable if fold_by_group[s.duplicate_group] != fold),
        tuple(s for s in learnable if fold_by_group[s.duplicate_group] == fold),
    )


def _fold_by_group(samples: tuple[Sample, ...], folds: int) -> dict[str, int]:
    """Groups dealt out in turn per class, in an order fixed by a hash of their names."""
    is_malignant: dict[str, bool] = {}
    for sample in samples:
        known = is_malignant.get(sample.duplicate_group, False)
        is_malignant[sample.duplicate_group] = known or bool(sample.malignant)
    fold_by_group: dict[str, int] = {}
    for malignant in (True, False):
        groups = [name for name, value in is_malignant.items() if value == malignant]
        for position, group in enumerate(sorted(groups, key=_shuffle_key)):
            fold_by_group[group] = position % folds
    return fold_by_group


def _shuffle_key(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _check(samples: tuple[Sample, ...]) -> None:
    if not samples:
        raise DataSetError("The manifest lists no image.")
    image_id, count = Counter(s.image_id for s in samples).most_common(1)[0]
    if count > 1:
        raise DataSetError(f"The manifest lists {image_id} {count} times.")
    side_by_group: dict[str, str] = {}
    for sample in samples:
        if sample.split not in SPLITS:
            raise DataSetError(f"{sample.image_id} is in the unknown split {sample.split!r}.")
        side = "train" if sample.split in TRAIN_SPLITS else sample.split
        if side_by_group.setdefault(sample.duplicate_group, side) != side:
            raise DataSetError(f"The lesion group {sample.duplicate_group} is in more than one split.")


def _sample(row: Mapping[str, str | None], data_dir: Path) -> Sample:
    def cell(name: str) -> str | None:
        return (row.get(name) or "").strip() or None

    image_id = cell("image_id") or "(no id)"
    image_file, mask_file = cell("image_file"), cell("mask_file")
    if image_file is None:
        raise DataSetError(f"{image_id} names no image file.")
    malignant = _flag(cell("malignant"), image_id)
    return Sample(
        image_id=image_id,
        split=cell("split") or "",
        image_file=_inside(data_dir, image_file),
        mask_file=_inside(data_dir, mask_file) if mask_file else None,
        diagnosis=cell("diagnosis"),
        malignant=malignant,
        age_years=_number(cell("age"), image_id),
        sex=cell("sex"),
        site=cell("site"),
        duplicate_group=cell("duplicate_group") or image_id,
        view=cell("view"),
        structures=tuple(_flag(cell(f"attr_{name}"), image_id) for name in STRUCTURES),
        source=cell("dataset"),
        licence=cell("licence"),
    )


def _inside(data_dir: Path, name: str) -> Path:
    file = data_dir / name
    if not file.resolve().is_relative_to(data_dir.resolve()):
        raise DataSetError(f"The manifest names a file outside its folder: {name}.")
    return file


def _flag(text: str | None, image_id: str) -> bool | None:
    if text is None:
        return None
    if text not in ("0", "1"):
        raise DataSetError(f"{image_id} has {text!r} where 0 or 1 is expected.")
    return text == "1"


def _number(text: str | None, image_id: str) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError as error:
        raise DataSetError(f"{image_id} has {text!r} where a number is expected.") from error
