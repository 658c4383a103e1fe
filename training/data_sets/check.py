"""Looks at every row and file of a data folder and says all that is wrong, not only the first fault.

Copies are known twice: identical files by SHA-256; near copies by their miniatures, where at most 40 of 256
signs differ and the correlation is at least 0.97 (see ``training.contract.lesion_groups``).
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.contract.errors import DamagedPhotographError, NoMaskError, UnreadablePhotographError
from models.contract.imaging.mask_file import read_mask
from models.contract.imaging.mask_plausibility import LARGEST_SHARE, LEAST_SHARE, MaskIssueKind, mask_issue
from models.contract.photographs.reader import read_photograph
from training.contract.data_set import SUBSETS, DataFolder, DataSetError, group_of, manifest_rows, subset_of
from training.contract.lesion_groups import LEAST_CORRELATION, MOST_DIFFERENT_BITS, near_pairs, thumbnail
from training.contract.progress_bar import shown
from training.data_sets.findings import (
    CATALOGUE,
    LEAST_SIDE_PX,
    CheckReport,
    Tally,
)
from training.data_sets.image_files import ImageHeader, header_of
from training.data_sets.row_validation import column_findings, row_findings

_FEW_MALIGNANT = 20
_NEEDS_PIXELS = (
    *(
        "image_cut_off",
        "mask_empty",
        "mask_inverted",
        "mask_small",
        "mask_large",
        "file_on_two_sides",
        "near_copies",
    ),
    "file_twice",
)

WHOLE = (
    f"Every file was read. Near copies: at most {MOST_DIFFERENT_BITS} of 256 signs of the difference hash "
    f"differ and miniatures of 17 x 16 px correlate by {LEAST_CORRELATION} or more; "
    "turned, mirrored or reframed ones are not found."
)
QUICK = "Only the headers of files were read: empty masks, damaged images and copies were not looked for."


def check(data_dir: Path, *, quick: bool = False) -> CheckReport:
    """Everything that is wrong with a data folder, its files included.

    Args:
        data_dir: folder with manifest.csv.
        quick: read only the headers of files.

    Raises:
        DataSetError: there is no manifest, or it is no table with the needed columns.
    """
    tally, subsets, files = Tally(), _Subsets(), _Files(DataFolder(data_dir), quick=quick)
    images = 0
    with manifest_rows(data_dir) as rows:
        for kind, name in column_findings(rows.columns):
            tally.add(kind, name)
        for row in shown(rows, "Checking"):
            images += 1
            for kind, name in row_findings(row):
                tally.add(kind, name)
            subsets.take(row, rows.line)
            files.look_at(row, tally)
    if not images:
        raise DataSetError("The manifest lists no image.")
    subsets.conclude(tally)
    files.copies.conclude(tally)
    return _report(data_dir, images, tally, quick=quick)


def _report(data_dir: Path, images: int, tally: Tally, *, quick: bool) -> CheckReport:
    findings = tally.findings()
    found = {finding.kind for finding in findings}
    unseen = _NEEDS_PIXELS if quick else ()
    return CheckReport(
        folder=str(data_dir),
        images=images,
        looked_at=QUICK if quick else WHOLE,
        findings=findings,
        clean=tuple(kind for kind in CATALOGUE if kind not in found and kind not in unseen),
    )


class _Subsets:
    """What only all rows together show: repeated ids, divided groups, missing splits and classes."""

    def __init__(self) -> None:
        self._lines_by_id: dict[str, list[int]] = defaultdict(list)
        self._labels: dict[str, Counter[str]] = defaultdict(Counter)
        self._subsets_by_name: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._folds_by_name: dict[str, set[str]] = defaultdict(set)
        self._has_folds = False
        self._without_fold: list[str] = []

    def take(self, row: Mapping[str, str], line: int) -> None:
        self._lines_by_id[row.get("image_id", "")].append(line)
        subset, group = subset_of(row.get("split", "")), group_of(row)
        self._labels[subset][row.get("malignant", "")] += 1
        self._subsets_by_name["group_divided"][group].add(subset)
        people = [
            f"{name} {row[name]}"
            for name in ("patient_id", "lesion_id")
            if row.get(name) not in ("", None, group)
        ]
        for name in people:
            self._subsets_by_name["patient_divided"][name].add(subset)
        if subset == "train":
            for name in (group, *people):
                self._folds_by_name[name].add(row.get("fold", ""))
            self._has_folds = self._has_folds or bool(row.get("fold"))
            if not row.get("fold"):
                self._without_fold.append(row.get("image_id", ""))

    def conclude(self, tally: Tally) -> None:
        for name, lines in self._lines_by_id.items():
            if len(lines) > 1:
                tally.add("id_twice", f"{name} (lines {', '.join(map(str, lines[:5]))})")
        for kind, subsets_by_name in self._subsets_by_name.items():
            for name, subsets in subsets_by_name.items():
                if len(subsets) > 1:
                    tally.add(kind, f"{name} ({', '.join(sorted(subsets))})")
        if self._has_folds:
            for name in self._without_fold:
                tally.add("fold_missing", name)
            for name, folds in self._folds_by_name.items():
                if len(folds) > 1:
                    tally.add("fold_divided", name)
        self._conclude_labels(tally)

    def _conclude_labels(self, tally: Tally) -> None:
        for subset in SUBSETS:
            labels = self._labels.get(subset)
            if labels is None:
                tally.add(f"no_{subset}", subset)
                continue
            malignant, benign = labels["1"], labels["0"]
            if bool(malignant) != bool(benign):
                tally.add("one_class", f"{subset} ({malignant} malignant, {benign} benign)")
            elif 0 < malignant < _FEW_MALIGNANT:
                tally.add("few_malignant", f"{subset} ({malignant} of {malignant + benign})")


class _Files:
    """Looks at the image and the mask of each row."""

    def __init__(self, folder: DataFolder, *, quick: bool) -> None:
        self._folder, self._quick = folder, quick
        self.copies = _Copies()

    def look_at(self, row: Mapping[str, str], tally: Tally) -> None:
        name = row.get("image_id", "")
        image = self._located(row.get("image_file", ""), name, tally)
        mask = self._located(row.get("mask_file", ""), name, tally)
        header = None if image is None else self._image(image, name, subset_of(row.get("split", "")), tally)
        if mask is not None:
            self._mask(mask, header, name, tally)

    def _located(self, cell: str, name: str, tally: Tally) -> Path | None:
        if not cell:
            return None
        try:
            return self._folder.file(cell)
        except DataSetError:
            tally.add("file_outside", f"{name} ({cell})")
            return None

    def _read(self, file: Path, kind: str, name: str, tally: Tally) -> tuple[bytes, ImageHeader] | None:
        """A file's bytes (b"" if quick) and header; None, and a finding, if it is no picture."""
        try:
            content = b"" if self._quick else file.read_bytes()
            header = header_of(file if self._quick else content)
        except FileNotFoundError:
            tally.add(f"{kind}_missing", name)
            return None
        except OSError:
            header = None
        if header is None:
            tally.add(f"{kind}_unreadable", name)
            return None
        return content, header

    def _image(self, file: Path, name: str, subset: str, tally: Tally) -> ImageHeader | None:
        read = self._read(file, "image", name, tally)
        if read is None:
            return None
        content, header = read
        if min(header.width_px, header.height_px) < LEAST_SIDE_PX:
            tally.add("image_tiny", f"{name} ({header.width_px} x {header.height_px} px)")
        if not self._quick:
            self._pixels(content, name, subset, tally)
        return header

    def _pixels(self, content: bytes, name: str, subset: str, tally: Tally) -> None:
        try:
            pixels = read_photograph(content).pixels
        except DamagedPhotographError:
            tally.add("image_cut_off", name)
            return
        except UnreadablePhotographError as error:
            tally.add("image_unreadable", f"{name} ({error})")
            return
        self.copies.take(name, subset, hashlib.sha256(content).digest(), thumbnail(pixels))

    def _mask(self, file: Path, image: ImageHeader | None, name: str, tally: Tally) -> None:
        read = self._read(file, "mask", name, tally)
        if read is None:
            return
        content, header = read
        size, expected = (header.width_px, header.height_px), image and (image.width_px, image.height_px)
        if expected and size != expected:
            sizes = f"mask {size[0]} x {size[1]}, image {expected[0]} x {expected[1]} px"
            tally.add("mask_other_size", f"{name} ({sizes})")
        if not self._quick:
            _check_marked(content, name, tally)


def _check_marked(content: bytes, name: str, tally: Tally) -> None:
    try:
        mask = read_mask(content).mask
    except NoMaskError as error:
        tally.add("mask_unreadable", f"{name} ({error})")
        return
    share, issue = float(mask.mean()), mask_issue(mask)
    if share == 0:
        tally.add("mask_empty", name)
    elif issue is not None and issue.kind is MaskIssueKind.INVERTED:
        tally.add("mask_inverted", f"{name} ({share:.1%} marked)")
    elif share < LEAST_SHARE:
        tally.add("mask_small", f"{name} ({share:.2%})")
    elif share > LARGEST_SHARE:
        tally.add("mask_large", f"{name} ({share:.1%})")


class _Copies:
    """Collects what copies are known by: 32 bytes of hash and 272 of miniature per image."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._subsets: list[int] = []
        self._first_by_hash: dict[bytes, int] = {}
        self._miniatures = bytearray()
        self._identical: list[tuple[int, int]] = []

    def take(self, name: str, subset: str, digest: bytes, small: NDArray[np.uint8]) -> None:
        row = len(self._names)
        self._names.append(name)
        # Whatever is in no subset (an unknown split) is a subset of its own.
        self._subsets.append(SUBSETS.index(subset) if subset in SUBSETS else len(SUBSETS))
        self._miniatures += small.tobytes()
        first = self._first_by_hash.setdefault(digest, row)
        if first != row:
            self._identical.append((first, row))

    def conclude(self, tally: Tally) -> None:
        for pair in self._identical:
            is_divided = self._subsets[pair[0]] != self._subsets[pair[1]]
            tally.add("file_on_two_sides" if is_divided else "file_twice", self._words(pair))
        if not self._names:
            return
        miniatures = np.frombuffer(self._miniatures, np.uint8).reshape(len(self._names), 16, 17)
        near = near_pairs(
            miniatures, np.array(self._subsets), lambda blocks: shown(blocks, "Comparing", len(blocks))
        )
        for pair in sorted(set(near) - set(self._identical)):
            tally.add("near_copies", self._words(pair))

    def _words(self, pair: tuple[int, int]) -> str:
        first, second = (f"{self._names[row]} ({(*SUBSETS, 'no side')[self._subsets[row]]})" for row in pair)
        return f"{first} = {second}"
