"""Finds images, masks and tables in the downloads of the ISIC challenges 2016, 2017 and 2018.

Files are known by their names wherever they lie, so unpacked archives may be put side by side:

    ISBI2016_ISIC_Part1_Training_Data/ISIC_0000000.jpg              image (also Part3, Part3B, Test)
    ISBI2016_ISIC_Part1_Training_GroundTruth/ISIC_0000000_Segmentation.png       mask
    ISBI2016_ISIC_Part3_Training_GroundTruth.csv                    "ISIC_0000000,benign"; test: "...,0.0"
    ISIC-2017_Training_Data/ISIC_0000000.jpg                        image (superpixels are passed over)
    ISIC-2017_Training_Data_metadata.csv                            image_id,age_approximate,sex
    ISIC-2017_Training_Part1_GroundTruth/ISIC_0000000_segmentation.png           mask
    ISIC-2017_Training_Part3_GroundTruth.csv                        image_id,melanoma,seborrheic_keratosis
    ISIC2018_Task1-2_Training_Input/ISIC_0000000.jpg                image
    ISIC2018_Task1_Training_GroundTruth/ISIC_0000000_segmentation.png            mask
    ISIC2018_Task2_Training_GroundTruth_v3/ISIC_0000000_attribute_globules.png   structure
    ISIC2018_Task3_Training_Input/ISIC_0024306.jpg                  image
    ISIC2018_Task3_Training_GroundTruth.csv                         image,MEL,NV,BCC,AKIEC,BKL,DF,VASC
    ISIC2018_Task3_Training_LesionGroupings.csv                     image,lesion_id,diagnosis_confirm_type
    HAM10000_metadata(.csv, .tab)                                   lesion_id,image_id,dx,age,sex,localization

The words Training, Validation and Test in a folder's name are the official split. Any other table with a
column of image ids may add age, sex, site, lesion_id and patient_id.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from training.contract.body_sites import (
    LEVEL_COLUMNS,
    SITE_COLUMNS,
    SPECIAL_COLUMN,
    general_site,
    site_words,
)
from training.contract.lesion_groups import strictest
from training.contract.table import Headless, TableRow, opened_table
from training.contract.table_words import DIAGNOSES, image_id_of, known, sex, years
from training.data_sets.layouts.data_folder import ConversionError
from training.data_sets.layouts.disputes import Disputes
from training.data_sets.layouts.download import ContradictionError, RowsByImage, files_below, readable
from training.data_sets.layouts.understanding import Understanding

_IMAGE = re.compile(r"(ISIC_\d+)\.(?:jpe?g|png)", re.IGNORECASE)
_MASK = re.compile(r"(ISIC_\d+)_(?:segmentation|mask)\.(?:png|tiff?|bmp|gif)", re.IGNORECASE)
_STRUCTURE = re.compile(r"(ISIC_\d+)_attribute_([a-z_]+)\.png", re.IGNORECASE)
_TABLE = re.compile(r".*\.(?:csv|tab|tsv)|HAM10000_metadata", re.IGNORECASE)
_EDITION = re.compile(r"(?:ISBI|ISIC)[-_ ]?(20\d\d)(?!\d)", re.IGNORECASE)
_SPLIT_BY_WORD = {"training": "train", "train": "train", "validation": "val", "val": "val", "test": "test"}

_ALIASES = {
    "image_id": ("image_id", "image", "isic_id", "image_name"),
    "age": ("age_approximate", "age_approx", "age"),
    "sex": ("sex", "gender"),
    "lesion_id": ("lesion_id",),
    "patient_id": ("patient_id",),
}
_LABEL_OF_2016 = "label of part 3"
_PART3_OF_2016 = Headless(re.compile(r"ISIC_\d+", re.IGNORECASE), ("image_id", _LABEL_OF_2016))
_INDICATORS_OF_2017 = ("melanoma", "seborrheic_keratosis")
_INDICATORS = (*_INDICATORS_OF_2017, *DIAGNOSES)
"""Columns of 0 and 1, one for each diagnosis."""
_READ = frozenset(
    (
        *(alias for aliases in _ALIASES.values() for alias in aliases),
        *(*SITE_COLUMNS, *LEVEL_COLUMNS, SPECIAL_COLUMN, _LABEL_OF_2016, "dx", *_INDICATORS),
    )
)
_DISPUTED = {
    "malignant": "malignancy",
    "age": "age",
    "sex": "sex",
    "site": "site",
    "lesion_id": "the lesion",
    "patient_id": "the patient",
}
"""Facts in words. Diagnoses are finer in one challenge than in another, so they may differ."""

_LABELS: Mapping[str, str] = {"mel": "1", "bcc": "", "akiec": ""}
"""``malignant`` by class; carcinomas and keratoses on the way to one are neither melanoma nor benign."""


@dataclass(frozen=True)
class IsicImage:
    """One image id with all files found for it; of several editions the newest comes first."""

    image_id: str
    image_file: Path
    mask_files: tuple[Path, ...]
    structure_files: Mapping[str, Path]
    edition: str
    official_split: str | None


@dataclass(frozen=True)
class LesionFacts:
    """What the tables say about an image, as cells of the manifest; empty is unknown."""

    diagnosis: str = ""
    malignant: str = ""
    age: str = ""
    sex: str = ""
    site: str = ""
    lesion_id: str = ""
    patient_id: str = ""

    def completed_by(self, other: "LesionFacts") -> "LesionFacts":
        """These facts, with what is unknown taken from ``other``."""
        missing = {f.name: getattr(other, f.name) for f in fields(self) if not getattr(self, f.name)}
        return replace(self, **missing)


@dataclass(frozen=True)
class IsicDownload:
    """Everything found in the given folders."""

    images: tuple[IsicImage, ...]
    facts_by_image: Mapping[str, LesionFacts]
    notes: tuple[str, ...]
    """Sentences about what could not be used."""


@dataclass
class _Files:
    images: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    masks: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    structures: dict[str, dict[str, Path]] = field(default_factory=lambda: defaultdict(dict))
    tables: list[Path] = field(default_factory=list)


def read_download(folders: Sequence[Path], *, apart_from: Path) -> IsicDownload:
    """Images, masks and tables below ``folders``; nothing below ``apart_from`` is looked at.

    Raises:
        ConversionError: one of them is no folder.
    """
    found = _files(folders, apart_from)
    images = tuple(_image(image_id, found) for image_id in sorted(found.images))
    facts, notes = _facts(sorted(found.tables, key=_newest_first))
    orphans = sorted(set(found.masks) - set(found.images))
    if orphans:
        notes.append(f"{len(orphans)} masks belong to no image, as the one of {orphans[0]}.")
    missing = sorted(set(facts) - set(found.images))
    if missing:
        notes.append(f"{len(missing)} images that the tables name were not found, as {missing[0]}.")
    return IsicDownload(images, facts, tuple(notes))


def _files(folders: Sequence[Path], apart_from: Path) -> _Files:
    found = _Files()
    for file in sorted({each for folder in folders for each in files_below(folder, apart_from=apart_from)}):
        if match := _IMAGE.fullmatch(file.name):
            found.images[_id(match[1])].append(file)
        elif match := _MASK.fullmatch(file.name):
            found.masks[_id(match[1])].append(file)
        elif match := _STRUCTURE.fullmatch(file.name):
            found.structures[_id(match[1])][match[2].lower()] = file
        elif _TABLE.fullmatch(file.name):
            found.tables.append(file)
    return found


def _image(image_id: str, found: _Files) -> IsicImage:
    files = sorted(found.images[image_id], key=_newest_first)
    return IsicImage(
        image_id=image_id,
        image_file=files[0],
        mask_files=tuple(sorted(found.masks.get(image_id, ()), key=_newest_first)),
        structure_files=found.structures.get(image_id, {}),
        edition=_edition(files[0]),
        official_split=strictest({_split_of(file) for file in files}),
    )


def _id(name: str) -> str:
    return name.upper()


def _edition(file: Path) -> str:
    """The year in the nearest folder (or file) name that tells one, as "2017"; "" if none does."""
    for part in reversed(file.parts):
        if match := _EDITION.match(part):
            return match[1]
    return ""


def _newest_first(file: Path) -> tuple[int, str]:
    return (-int(_edition(file) or 0), file.as_posix())


def _split_of(file: Path) -> str | None:
    """The official split in the nearest folder name of a challenge."""
    for part in reversed(file.parent.parts):
        if _EDITION.match(part):
            for word in re.split(r"[^a-z]+", part.lower()):
                if word in _SPLIT_BY_WORD:
                    return _SPLIT_BY_WORD[word]
    return None


def _facts(tables: Sequence[Path]) -> tuple[dict[str, LesionFacts], list[str]]:
    """What all tables say, the newest challenge first, and sentences about what could not be used."""
    facts: dict[str, LesionFacts] = {}
    notes: list[str] = []
    disputes = Disputes(_DISPUTED)
    for file in tables:
        try:
            rows = _rows(file, notes)
        except ContradictionError:
            raise
        except ConversionError as error:
            notes.append(f"{error}")
            continue
        for image, cells in rows.cells().items():
            said = LesionFacts(**cells)
            disputes.take(image, cells, file.name, rows)
            facts[image] = facts.get(image, LesionFacts()).completed_by(said)
    notes.extend(disputes.notes())
    return facts, notes


def _rows(file: Path, notes: list[str]) -> RowsByImage:
    """The facts in a table by image; sentences about what was not understood are added to ``notes``."""
    rows, understanding = RowsByImage(file.name), Understanding(file.name)
    with (
        readable(file),
        opened_table(file, numbers=_INDICATORS, headless=_PART3_OF_2016, lower_case=True) as table,
    ):
        id_column = next((name for name in _ALIASES["image_id"] if name in table.columns), None)
        if id_column is None:
            notes.append(f"{file.name} has no column of image ids and was not used.")
            return rows
        understanding.unread(tuple(name for name in table.columns if name and name not in _READ))
        for row in table:
            image = _id(image_id_of(known(row.cells[id_column])))
            rows.add(image, row.line, _facts_of(row, understanding))
        notes += [*table.notes(), *rows.notes(), *understanding.notes()]
    return rows


def _facts_of(row: TableRow, understanding: Understanding) -> dict[str, str]:
    """A row's cells as those of ``LesionFacts``."""
    cells = {name: known(cell) for name, cell in row.cells.items()}

    def cell(name: str) -> str:
        return next((cells[alias] for alias in _ALIASES[name] if cells.get(alias)), "")

    diagnosis, malignant = _diagnosis(cells, row.line, understanding)
    return {
        "diagnosis": diagnosis,
        "malignant": malignant,
        "age": understanding.of("age", cell("age"), row.line, years),
        "sex": understanding.of("sex", cell("sex"), row.line, sex),
        "site": understanding.of("site", site_words(cells), row.line, general_site),
        "lesion_id": cell("lesion_id"),
        "patient_id": cell("patient_id"),
    }


def _diagnosis(row: Mapping[str, str], line: int, understanding: Understanding) -> tuple[str, str]:
    """Diagnosis and ``malignant`` from 2016 and 2017 Part 3, 2018 Task 3 or HAM10000's dx."""
    if _LABEL_OF_2016 in row:
        return "", understanding.of("the label", row[_LABEL_OF_2016], line, _label_of_2016)
    if all(name in row for name in _INDICATORS_OF_2017):
        named = _indicated(row, _INDICATORS_OF_2017, line, understanding)
        if named is None:
            return "", ""
        return (named.replace("_", " ") or "nevus"), str(int(named == "melanoma"))
    if all(name in row for name in DIAGNOSES):
        name = _indicated(row, tuple(DIAGNOSES), line, understanding) or ""
    else:
        name = understanding.of("dx", row.get("dx", ""), line, _abbreviation)
    return (DIAGNOSES[name], _LABELS.get(name, "0")) if name else ("", "")


def _indicated(
    row: Mapping[str, str], names: Sequence[str], line: int, understanding: Understanding
) -> str | None:
    """The one of several columns that says 1, "" if all say 0, None if not all of them say something."""
    flags = {name: understanding.of(name, row[name], line, _flag) for name in names}
    marked = [name for name, flag in flags.items() if flag == "1"]
    if len(marked) > 1:
        raise ContradictionError(
            f"Line {line} of {understanding.table} marks both {marked[0]} and {marked[1]}."
        )
    if marked:
        return marked[0]
    return "" if all(flags.values()) else None


def _label_of_2016(word: str) -> str:
    return {"benign": "0", "malignant": "1"}.get(word.lower()) or _flag(word)


def _abbreviation(word: str) -> str:
    return word.lower() if word.lower() in DIAGNOSES else ""


def _flag(cell: str) -> str:
    return {"0": "0", "0.0": "0", "1": "1", "1.0": "1"}.get(cell, "")
