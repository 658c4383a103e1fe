"""HAM10000 as it is downloaded: two image folders, a table, and masks where there are any.

    HAM10000_images_part_1/ISIC_0024306.jpg, HAM10000_images_part_2/...      found at any depth
    HAM10000_metadata(.csv, .tab)        lesion_id,image_id,dx,dx_type,age,sex,localization
    .../ISIC_0024306_segmentation.png    mask, optional

All images of a lesion form a group. Source: Tschandl, Rosendahl & Kittler, Sci Data 5, 180161 (2018).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training.contract.body_sites import general_site
from training.contract.table import TableRow, opened_table
from training.contract.table_words import CONFIRMED_BY, DIAGNOSES, image_id_of, known, sex, years
from training.data_sets.layouts.data_folder import (
    About,
    Card,
    ConversionError,
    Entry,
    FolderOptions,
    Outcome,
    write_data_folder,
)
from training.data_sets.layouts.download import RowsByImage, files_below, readable
from training.data_sets.layouts.understanding import Understanding

MALIGNANT = ("mel", "bcc", "akiec")
_ABOUT = About(
    layout="ham10000",
    title="HAM10000",
    licence=(
        "CC BY-NC 4.0 when the converter was written; the terms that came with the download count. "
        "No commercial use."
    ),
    source="https://doi.org/10.7910/DVN/DBW86T (Tschandl, Rosendahl & Kittler, Sci Data 5, 180161, 2018)",
    labels="malignant = 1 for melanoma, basal cell carcinoma, actinic keratosis / Bowen's disease; else 0.",
)
_TABLE = re.compile(r"HAM10000_metadata(\.csv|\.tab|\.tsv)?", re.IGNORECASE)
_IMAGE = re.compile(r"(ISIC_\d+)\.jpe?g", re.IGNORECASE)
_MASK = re.compile(r"(ISIC_\d+)_(?:segmentation|mask)\.(?:png|tiff?|bmp|gif)", re.IGNORECASE)
_COLUMNS = ("lesion_id", "image_id", "dx")
_FURTHER = ("dx_type", "age", "sex", "localization")


def convert(sources: Sequence[Path], out: Path, options: FolderOptions) -> Outcome:
    """Write the data folder ``out``.

    Raises:
        ConversionError: table or images are missing, or the table lacks a column or knows another class.
    """
    found = _found(sources, out)
    rows, table_notes = _rows(found.tables[0])
    known_images = sorted(set(rows) & set(found.images))
    if not known_images:
        raise ConversionError("None of the images of HAM10000_metadata was found in the given folders.")
    cards = [
        Card(image_id, rows[image_id]["lesion_id"] or image_id, _malignant(rows[image_id]))
        for image_id in known_images
    ]
    entries = (
        Entry(image_id, found.images[image_id].read_bytes, _cells(rows[image_id]), found.masks.get(image_id))
        for image_id in known_images
    )
    return write_data_folder(
        out,
        cards,
        entries,
        about=_ABOUT,
        sources=sources,
        options=options,
        notes=[*table_notes, *_notes(rows, found)],
    )


@dataclass
class _Files:
    images: dict[str, Path] = field(default_factory=dict)
    masks: dict[str, Path] = field(default_factory=dict)
    tables: list[Path] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    """Names of images and masks that lie in a second place, too."""

    def add(self, files: dict[str, Path], image_id: str, file: Path) -> None:
        """Keep the first image or mask of an id, in the order of the folders."""
        if files.setdefault(image_id, file) != file:
            self.passed_over.append(file.name)


def _found(sources: Sequence[Path], apart_from: Path) -> _Files:
    found = _Files()
    for source in sources:
        for file in files_below(source, apart_from=apart_from):
            if match := _IMAGE.fullmatch(file.name):
                found.add(found.images, match[1].upper(), file)
            elif match := _MASK.fullmatch(file.name):
                found.add(found.masks, match[1].upper(), file)
            elif _TABLE.fullmatch(file.name):
                found.tables.append(file)
    if not found.tables:
        raise ConversionError("HAM10000_metadata.csv was not found in the given folders.")
    return found


def _rows(file: Path) -> tuple[Mapping[str, Mapping[str, str]], list[str]]:
    """The cells of the table by image, understood, and sentences about those that were not."""
    rows, understanding = RowsByImage(file.name), Understanding(file.name)
    with readable(file), opened_table(file, lower_case=True) as table:
        for name in _COLUMNS:
            if name not in table.columns:
                raise ConversionError(f"{file.name} lacks the column {name}.")
        understanding.unread(tuple(n for n in table.columns if n and n not in (*_COLUMNS, *_FURTHER)))
        for row in table:
            image = image_id_of(row.cells["image_id"]).upper()
            rows.add(image, row.line, _understood(row, image, file.name, understanding))
        return rows.cells(), [*table.notes(), *rows.notes(), *understanding.notes()]


def _understood(row: TableRow, image: str, table: str, understanding: Understanding) -> dict[str, str]:
    cells = {name: known(cell) for name, cell in row.cells.items()}
    dx = cells["dx"].lower()
    if dx not in DIAGNOSES:
        raise ConversionError(
            f"{table} says {cells['dx']!r} about {image} in line {row.line}, which is none of "
            f"{', '.join(DIAGNOSES)}."
        )
    return {
        "lesion_id": cells["lesion_id"],
        "dx": dx,
        "dx_type": cells.get("dx_type", ""),
        "age": understanding.of("age", cells.get("age", ""), row.line, years),
        "sex": understanding.of("sex", cells.get("sex", ""), row.line, sex),
        "localization": understanding.of(
            "localization", cells.get("localization", ""), row.line, general_site
        ),
    }


def _malignant(row: Mapping[str, str]) -> str:
    return str(int(row["dx"] in MALIGNANT))


def _cells(row: Mapping[str, str]) -> dict[str, str]:
    how = row["dx_type"]
    return {
        "dataset": "HAM10000",
        "diagnosis": DIAGNOSES[row["dx"]],
        "malignant": _malignant(row),
        "age": row["age"],
        "sex": row["sex"],
        "site": row["localization"],
        "lesion_id": row["lesion_id"],
        "duplicate_group": row["lesion_id"],
        "confirmed_by": CONFIRMED_BY.get(how, how),
        "licence": "CC BY-NC 4.0",
    }


def _notes(rows: Mapping[str, Mapping[str, str]], found: _Files) -> Iterator[str]:
    without_image, without_row = set(rows) - set(found.images), set(found.images) - set(rows)
    if without_image:
        yield f"{len(without_image)} images of the table were not found, as {min(without_image)}."
    if without_row:
        yield f"{len(without_row)} images are in no row of the table, as {min(without_row)}."
    if orphans := sorted(set(found.masks) - set(found.images)):
        yield f"{len(orphans)} masks belong to no image, as the one of {orphans[0]}."
    if found.passed_over:
        yield (
            f"{len(found.passed_over)} files have the image of another one, as {found.passed_over[0]}; "
            "the first was taken."
        )
    if len(found.tables) > 1:
        yield f"{len(found.tables)} tables were found; {found.tables[0].name} was read."
