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

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from training.contract.lesion_groups import strictest
from training.data_sets.layouts.class_words import DIAGNOSES, known, sex, site, years
from training.data_sets.layouts.data_folder import ConversionError
from training.data_sets.layouts.download import delimiter_of, files_below, readable

_IMAGE = re.compile(r"(ISIC_\d+)\.(?:jpe?g|png)", re.IGNORECASE)
_MASK = re.compile(r"(ISIC_\d+)_segmentation\.png", re.IGNORECASE)
_STRUCTURE = re.compile(r"(ISIC_\d+)_attribute_([a-z_]+)\.png", re.IGNORECASE)
_TABLE = re.compile(r".*\.(?:csv|tab|tsv)|HAM10000_metadata", re.IGNORECASE)
_IMAGE_ID = re.compile(r"ISIC_\d+", re.IGNORECASE)
_EDITION = re.compile(r"(?:ISBI|ISIC)[-_ ]?(20\d\d)(?!\d)", re.IGNORECASE)
_SPLIT_BY_WORD = {"training": "train", "train": "train", "validation": "val", "val": "val", "test": "test"}

_ALIASES = {
    "image_id": ("image_id", "image", "isic_id", "image_name"),
    "age": ("age_approximate", "age_approx", "age"),
    "sex": ("sex",),
    "site": ("anatom_site_general", "localization"),
    "lesion_id": ("lesion_id",),
    "patient_id": ("patient_id",),
}

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
    facts: dict[str, LesionFacts] = {}
    notes: list[str] = []
    disputed: list[str] = []
    for table in tables:
        try:
            rows = list(_rows(table))
        except ConversionError as error:
            notes.append(f"{error}")
            continue
        if not rows:
            notes.append(f"{table.name} has no column of image ids and was not used.")
        for image_id, said in rows:
            known = facts.get(image_id, LesionFacts())
            if known.malignant and said.malignant and known.malignant != said.malignant:
                disputed.append(image_id)
            facts[image_id] = known.completed_by(said)
    if disputed:
        notes.append(
            f"Tables disagree about malignancy for {len(disputed)} images, as {disputed[0]}; "
            "the newest challenge was believed."
        )
    return facts, notes


def _rows(table: Path) -> Iterator[tuple[str, LesionFacts]]:
    with readable(table), table.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
        lines = csv.reader(stream, delimiter=delimiter_of(stream))
        header = [cell.strip().strip('"').lower() for cell in next(lines, [])]
        if header and _IMAGE_ID.fullmatch(header[0]):
            yield from ((_id(line[0].strip()), _part3_of_2016(line)) for line in [header, *lines] if line)
            return
        id_column = next((name for name in _ALIASES["image_id"] if name in header), None)
        if id_column is None:
            return
        for line in lines:
            row = {name: known(cell) for name, cell in zip(header, line, strict=False)}
            if image_id := row.get(id_column):
                yield _id(image_id), _facts_of(row)


def _part3_of_2016(line: Sequence[str]) -> LesionFacts:
    word = line[1].strip().lower() if len(line) > 1 else ""
    return LesionFacts(malignant={"benign": "0", "malignant": "1", "0.0": "0", "1.0": "1"}.get(word, ""))


def _facts_of(row: Mapping[str, str]) -> LesionFacts:
    cells = {
        name: next((row[alias] for alias in aliases if row.get(alias)), "")
        for name, aliases in _ALIASES.items()
    }
    diagnosis, malignant = _diagnosis(row)
    return LesionFacts(
        diagnosis=diagnosis,
        malignant=malignant,
        age=years(cells["age"]),
        sex=sex(cells["sex"]),
        site=site(cells["site"]),
        lesion_id=cells["lesion_id"],
        patient_id=cells["patient_id"],
    )


def _diagnosis(row: Mapping[str, str]) -> tuple[str, str]:
    """Diagnosis and ``malignant`` from 2017 Part 3, 2018 Task 3 or HAM10000's dx."""
    if "melanoma" in row and "seborrheic_keratosis" in row:
        if _is_one(row["melanoma"]):
            return "melanoma", "1"
        if not row["melanoma"]:
            return "", ""
        return ("seborrheic keratosis" if _is_one(row["seborrheic_keratosis"]) else "nevus"), "0"
    if all(name in row for name in DIAGNOSES):
        name = next((name for name in DIAGNOSES if _is_one(row[name])), "")
    else:
        name = row.get("dx", "").lower()
    return (DIAGNOSES[name], _LABELS.get(name, "0")) if name in DIAGNOSES else ("", "")


def _is_one(cell: str) -> bool:
    return cell in ("1", "1.0")
