"""The data folder: manifest.csv beside images/ and masks/, and the rules of its split.

Columns read: image_id, split, image_file, mask_file, diagnosis, malignant, age, sex, site, duplicate_group,
patient_id, lesion_id, fold, view, attr_*, structure_file_*, dataset, licence, and inputs of the classifier's
table under their own names (as tbp_lv_A). Only image_id, split and image_file must be filled; an empty cell
means unknown. Files are named relative to the folder. Images of one ``duplicate_group`` (where that is
empty: of one patient, else of one lesion) stay in one subset of every split and fold. Semicolons or tabs
between the cells, and decimal commas, are read, too (``training.contract.table``).

Columns ``skin_tone`` and ``skin_type`` serve figures by subgroup alone.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from models.contract.errors import NaevusError
from models.contract.imaging.structures import STRUCTURES
from models.contract.lesion.tabular import CATEGORICAL_FEATURES, NUMERIC_FEATURES
from training.contract.lesion_groups import Member, lesion_groups
from training.contract.table import Table, TableError, opened_table

MANIFEST = "manifest.csv"
SPLITS = ("train", "train_extra", "val", "test")
TRAIN_SPLITS = ("train", "train_extra")
SUBSETS = ("train", "val", "test")
"""What images are never moved between: train_extra is in the subset of train."""
DIAGNOSES = ("melanoma", "nevus", "seborrheic keratosis")
REQUIRED_COLUMNS = ("image_id", "split", "image_file")
GIVEN_NUMBERS = tuple(name for name in NUMERIC_FEATURES if name != "age_approx")
"""Columns of the classifier's table that a manifest may give; age, sex and site have columns of their own."""
GIVEN_CATEGORIES = tuple(name for name in CATEGORICAL_FEATURES if name not in ("sex", "anatom_site_general"))
LEAKS = (
    *("iddx_full", "iddx_1", "iddx_2", "iddx_3", "iddx_4", "iddx_5", "mel_mitotic_index", "mel_thick_mm"),
    "tbp_lv_dnn_lesion_confidence",
)
"""Columns of ISIC 2024 that only exist after the diagnosis; they must never become inputs."""

_LARGEST_NUMBER = 1e9
"""Beyond it a cell is damaged; some are not even numbers any more in the precision of a network."""
_MOST_FOLD_DIGITS = 4
_MOST_LINES_NAMED = 5

GivenInputs: TypeAlias = tuple[tuple[str, float | str], ...]


class DataSetError(NaevusError):
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
    structure_files: tuple[Path | None, ...] = (None,) * len(STRUCTURES)
    """Where each structure was marked, in the frame of the image at any size; None where none was."""
    is_mask_predicted: bool = False
    """A model drew the mask (``mask_from`` says "predicted"): it crops lesions, and teaches no boundary."""
    source: str | None = None
    licence: str | None = None
    fold: int | None = None
    """The fold that the manifest itself deals the image to."""
    given: GivenInputs = ()
    """Inputs of the classifier's table that the manifest gives, by their names."""
    skin_tone: str | None = None
    """As the manifest writes it, for example 0 (darkest) to 5 in MILK10k; never an input of a model."""
    skin_type: str | None = None
    """Fitzpatrick skin type, for example III; never an input of a model."""
    shared: frozenset[str] = frozenset()
    """The patient and the lesion that the manifest names, which images of other groups may share."""

    @property
    def has_expert_mask(self) -> bool:
        """Whether a person drew the boundary, so that something can be learned from it or judged by it."""
        return self.mask_file is not None and not self.is_mask_predicted


@dataclass(frozen=True)
class Split:
    """The samples to learn from and the samples to choose by."""

    train: tuple[Sample, ...]
    validation: tuple[Sample, ...]


class ManifestRows:
    """The rows of a manifest, one at a time, as cells without surrounding blanks by column."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.columns = table.columns
        self.line = 0
        """The line of the row that was read last."""

    def __iter__(self) -> Iterator[dict[str, str]]:
        """Read the rows; may be done once."""
        for row in self._table:
            self.line = row.line
            yield row.cells


@contextmanager
def manifest_rows(data_dir: Path, name: str = MANIFEST) -> Iterator[ManifestRows]:
    """Open the manifest of a data folder, usually manifest.csv; the rows themselves are not judged.

    Raises:
        DataSetError: the manifest is missing, cannot be read, or lacks a column that every row needs.
    """
    file = data_dir / name
    if not file.is_file():
        raise DataSetError(f"{data_dir} is no data folder: {name} is missing.")
    try:
        # The names of files must be exact, so bytes that are no Unicode are not guessed at.
        with opened_table(file, numbers=("age", *GIVEN_NUMBERS), only_unicode=True) as table:
            rows = ManifestRows(table)
            missing = [name for name in REQUIRED_COLUMNS if name not in rows.columns]
            if missing:
                raise DataSetError(f"{file} lacks the column {missing[0]}.")
            yield rows
    except TableError as error:
        raise DataSetError(f"{data_dir}: {error}") from error


class DataFolder:
    """Turns names of the manifest into files, and refuses those outside the folder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir, self._root = data_dir, data_dir.resolve()
        self._is_inside: dict[Path, bool] = {}

    def file(self, name: str) -> Path:
        """The file called ``name`` in a manifest; raises DataSetError where it lies outside."""
        try:
            file = self._data_dir / name
            is_inside = self._is_file_inside(file)
        # Names that no system knows, too long ones, and links that lead in a circle.
        except (OSError, RuntimeError, ValueError) as error:
            raise DataSetError(f"The manifest names a file that cannot be: {name[:80]!r}.") from error
        if not is_inside:
            raise DataSetError(f"The manifest names a file outside its folder: {name}.")
        return file

    def _is_file_inside(self, file: Path) -> bool:
        parent = file.parent
        # Resolving takes a system call per folder, which counts in tables of 400,000 rows.
        if parent not in self._is_inside:
            self._is_inside[parent] = parent.resolve().is_relative_to(self._root)
        if file.is_symlink():
            return file.resolve().is_relative_to(self._root)
        return self._is_inside[parent] and file.name != ".."


def subset_of(split: str) -> str:
    """The subset of a split: train_extra is learned from like train."""
    return "train" if split in TRAIN_SPLITS else split


def group_of(row: Mapping[str, str]) -> str:
    """What a row's image is never separated from: its group, else its patient, its lesion, itself."""
    names = ("duplicate_group", "patient_id", "lesion_id", "image_id")
    return next((row[name] for name in names if row.get(name)), "(no id)")


def read_manifest(data_dir: Path, name: str = MANIFEST) -> tuple[Sample, ...]:
    """All samples of a data folder, checked: unique ids, known splits, groups in one subset."""
    with manifest_rows(data_dir, name) as rows:
        given = tuple(n for n in (*GIVEN_NUMBERS, *GIVEN_CATEGORIES) if n in rows.columns)
        folder = DataFolder(data_dir)
        lines: list[int] = []
        samples = []
        for row in rows:
            samples.append(_sample(row, folder, given))
            lines.append(rows.line)
    _check(tuple(samples), lines)
    return tuple(samples)


def split_samples(samples: Iterable[Sample], *, fold: int | None = None, folds: int = 5) -> Split:
    """The given split, or fold ``fold`` of the training images; test images are in neither.

    Folds are those of the manifest where it deals them (``naevus data split --folds``). Else whole groups are
    dealt out in turn, malignant and benign ones each for themselves, by a hash of their names; those that
    share a patient or a lesion count as one.

    Raises:
        DataSetError: the manifest deals folds to some images only, or has no such fold.
    """
    samples = tuple(samples)
    learnable = tuple(s for s in samples if s.split in TRAIN_SPLITS)
    if fold is None:
        return Split(learnable, tuple(s for s in samples if s.split == "val"))
    fold_by_group = _given_folds(learnable, fold) or _fold_by_group(learnable, folds)
    return Split(
        tuple(s for s in learnable if fold_by_group[s.duplicate_group] != fold),
        tuple(s for s in learnable if fold_by_group[s.duplicate_group] == fold),
    )


def _given_folds(samples: tuple[Sample, ...], fold: int) -> dict[str, int]:
    """The folds of the manifest by group; empty when it deals none."""
    given = {s.duplicate_group: s.fold for s in samples if s.fold is not None}
    if not given:
        return {}
    without = next((s.image_id for s in samples if s.fold is None), None)
    if without is not None:
        raise DataSetError(f"The manifest deals folds, but none to {without}.")
    if fold not in given.values():
        raise DataSetError(
            f"The manifest deals the folds 0 to {max(given.values())}, so {fold} is none of them."
        )
    return given


def _fold_by_group(samples: tuple[Sample, ...], folds: int) -> dict[str, int]:
    """Groups dealt out in turn per class, in an order fixed by a hash of their names."""
    family_by_group = _families(samples)
    is_malignant: dict[str, bool] = {}
    for sample in samples:
        family = family_by_group[sample.duplicate_group]
        is_malignant[family] = is_malignant.get(family, False) or bool(sample.malignant)
    fold_by_family: dict[str, int] = {}
    for malignant in (True, False):
        families = [name for name, value in is_malignant.items() if value == malignant]
        for position, family in enumerate(sorted(families, key=_shuffle_key)):
            fold_by_family[family] = position % folds
    return {group: fold_by_family[family] for group, family in family_by_group.items()}


def _families(samples: tuple[Sample, ...]) -> dict[str, str]:
    """The first name among all groups that share patients or lesions with a group, by its name."""
    members = [
        Member(s.duplicate_group, s.shared | {f"duplicate_group {s.duplicate_group}"}) for s in samples
    ]
    return {
        samples[row].duplicate_group: family
        for family, rows in lesion_groups(members).items()
        for row in rows
    }


def _shuffle_key(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _check(samples: tuple[Sample, ...], lines: Sequence[int]) -> None:
    if not samples:
        raise DataSetError("The manifest lists no image.")
    check_ids([sample.image_id for sample in samples], lines)
    subset_by_group: dict[str, str] = {}
    fold_by_group: dict[str, int | None] = {}
    for sample in samples:
        if sample.split not in SPLITS:
            raise DataSetError(f"{sample.image_id} is in the unknown split {sample.split!r}.")
        subset = subset_of(sample.split)
        if subset_by_group.setdefault(sample.duplicate_group, subset) != subset:
            raise DataSetError(f"The lesion group {sample.duplicate_group} is in more than one split.")
        if fold_by_group.setdefault(sample.duplicate_group, sample.fold) != sample.fold:
            raise DataSetError(f"The lesion group {sample.duplicate_group} is in more than one fold.")


def check_ids(image_ids: Sequence[str], lines: Sequence[int]) -> None:
    """Raise DataSetError, with the lines, if an image stands in more than one row of a manifest."""
    image_id, count = Counter(image_ids).most_common(1)[0]
    if count > 1:
        found = [str(line) for line, each in zip(lines, image_ids, strict=True) if each == image_id]
        places = ", ".join(found[:_MOST_LINES_NAMED])
        name = image_id or "an image without id"
        raise DataSetError(f"The manifest lists {name} {count} times, in the lines {places}.")


def _sample(row: Mapping[str, str], folder: DataFolder, given: tuple[str, ...]) -> Sample:
    def cell(name: str) -> str | None:
        return row.get(name) or None

    image_id = cell("image_id") or "(no id)"
    image_file, mask_file = cell("image_file"), cell("mask_file")
    if image_file is None:
        raise DataSetError(f"{image_id} names no image file.")
    return Sample(
        image_id=image_id,
        split=cell("split") or "",
        image_file=folder.file(image_file),
        mask_file=folder.file(mask_file) if mask_file else None,
        diagnosis=cell("diagnosis"),
        malignant=_flag(cell("malignant"), image_id),
        age_years=_number(cell("age"), image_id),
        sex=cell("sex"),
        site=cell("site"),
        duplicate_group=group_of(row),
        view=cell("view"),
        structures=tuple(_flag(cell(f"attr_{name}"), image_id) for name in STRUCTURES),
        structure_files=tuple(
            folder.file(name) if (name := cell(f"structure_file_{each}")) else None for each in STRUCTURES
        ),
        is_mask_predicted=cell("mask_from") == "predicted",
        source=cell("dataset"),
        licence=cell("licence"),
        fold=_fold(cell("fold"), image_id),
        skin_tone=cell("skin_tone"),
        skin_type=cell("skin_type"),
        given=tuple(_given(row, given, image_id)),
        shared=frozenset(f"{name} {row[name]}" for name in ("patient_id", "lesion_id") if row.get(name)),
    )


def _given(
    row: Mapping[str, str], names: tuple[str, ...], image_id: str
) -> Iterator[tuple[str, float | str]]:
    for name in names:
        if text := row.get(name):
            if name in GIVEN_CATEGORIES:
                yield name, text
            elif math.isfinite(value := _number(text, image_id) or 0.0):
                yield name, value


def _flag(text: str | None, image_id: str) -> bool | None:
    if text is None:
        return None
    if text not in ("0", "1"):
        raise DataSetError(f"{image_id} has {text!r} where 0 or 1 is expected.")
    return text == "1"


def _fold(text: str | None, image_id: str) -> int | None:
    if text is None:
        return None
    if not is_fold(text):
        raise DataSetError(f"{image_id} has {text[:40]!r} where the number of a fold is expected.")
    return int(text)


def is_fold(text: str) -> bool:
    """Whether a cell is the number of a fold."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_FOLD_DIGITS


def _number(text: str | None, image_id: str) -> float | None:
    number = None if text is None else number_of(text)
    if text is not None and number is None:
        raise DataSetError(f"{image_id} has {text[:40]!r} where a number is expected.")
    return number


def number_of(text: str) -> float | None:
    """The number in a cell, None if it holds none or one that no measurement gives."""
    try:
        number = float(text)
    except ValueError:
        return None
    return None if abs(number) > _LARGEST_NUMBER else number
