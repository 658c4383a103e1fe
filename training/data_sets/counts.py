"""What is in a data folder, counted for each split: images, lesions, labels, words, sizes."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from models.contract.errors import NoMaskError
from models.contract.imaging.mask_file import read_mask
from training.contract.data_set import SPLITS, DataFolder, DataSetError, group_of, manifest_rows
from training.contract.progress_bar import shown
from training.data_sets.image_files import header_of

Range: TypeAlias = tuple[float, float, float]
"""Minimum, median, maximum."""

_AGE_BANDS = ((0, 40, "below 40"), (40, 60, "40 to 59"), (60, 1000, "60 and over"))
_UNKNOWN = "not known"
_WORDS = ("sex", "site", "diagnosis", "dataset", "confirmed_by", "licence", "fold")


@dataclass
class SplitCounts:
    """The images of one split, counted."""

    images: int = 0
    masks: int = 0
    unreadable: int = 0
    """Image or mask files that are missing or cannot be read."""
    labels: Counter[str] = field(default_factory=Counter)
    words: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    sizes_px: list[tuple[int, int]] = field(default_factory=list)
    area_shares: list[float] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """The counts in the types of JSON."""
        widths, heights = zip(*self.sizes_px, strict=True) if self.sizes_px else ((), ())
        return {
            "images": self.images,
            "groups": len(self.names["group"]),
            "lesions": len(self.names["lesion_id"]),
            "patients": len(self.names["patient_id"]),
            "masks": self.masks,
            "malignant": self.labels["1"],
            "benign": self.labels["0"],
            "unknown": self.labels[""],
            "unreadable_files": self.unreadable,
            "width_px": _range(widths),
            "height_px": _range(heights),
            "lesion_area_share": _range(self.area_shares),
            **{name: dict(counter.most_common()) for name, counter in self.words.items()},
        }


def count(data_dir: Path, *, with_files: bool = True) -> dict[str, SplitCounts]:
    """The counts by split, in the order train, train_extra, val, test.

    Args:
        data_dir: folder with manifest.csv.
        with_files: also open the images' headers and the masks, for sizes and areas.

    Raises:
        DataSetError: there is no manifest, or it is no table with the needed columns.
    """
    counts: dict[str, SplitCounts] = defaultdict(SplitCounts)
    folder = DataFolder(data_dir)
    with manifest_rows(data_dir) as rows:
        worded = tuple(name for name in _WORDS if name in rows.columns)
        for row in shown(rows, "Counting"):
            split = counts[row["split"]]
            _count_cells(split, row, worded)
            if with_files:
                _measure_files(split, row, folder)
    if not counts:
        raise DataSetError("The manifest lists no image.")
    order = (*SPLITS, *sorted(set(counts) - set(SPLITS)))
    return {name: counts[name] for name in order if name in counts}


def _count_cells(split: SplitCounts, row: Mapping[str, str], worded: tuple[str, ...]) -> None:
    split.images += 1
    split.masks += bool(row.get("mask_file"))
    label = row.get("malignant", "")
    split.labels[label if label in ("0", "1") else ""] += 1
    split.names["group"].add(group_of(row))
    for name in ("lesion_id", "patient_id"):
        if row.get(name):
            split.names[name].add(row[name])
    split.words["age"][_age_band(row.get("age", ""))] += 1
    for name in worded:
        split.words[name][row[name] or _UNKNOWN] += 1


def _age_band(text: str) -> str:
    try:
        years = float(text)
    except ValueError:
        return _UNKNOWN
    return next((name for low, high, name in _AGE_BANDS if low <= years < high), _UNKNOWN)


def _measure_files(split: SplitCounts, row: Mapping[str, str], folder: DataFolder) -> None:
    try:
        header = header_of(folder.file(row["image_file"]))
        content = folder.file(row["mask_file"]).read_bytes() if row.get("mask_file") else None
    except (OSError, DataSetError):
        split.unreadable += 1
        return
    try:
        mask = None if content is None else read_mask(content).mask
        is_readable = header is not None
    except NoMaskError:
        mask, is_readable = None, False
    split.unreadable += not is_readable
    if header is not None:
        split.sizes_px.append((header.width_px, header.height_px))
    if mask is not None:
        split.area_shares.append(float(mask.mean()))


def _range(values: object) -> Range | None:
    numbers = np.asarray(values, np.float64)
    if not numbers.size:
        return None
    return float(numbers.min()), float(np.median(numbers)), float(numbers.max())
