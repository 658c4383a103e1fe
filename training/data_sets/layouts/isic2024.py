"""ISIC 2024 (SLICE-3D): 401,059 crops from whole-body photographs, in one HDF5 file, and their table.

    train-image.hdf5      one data set per isic_id: the bytes of a JPEG file
    train-metadata.csv    isic_id, target, patient_id, age_approx, sex, anatom_site_general, tbp_lv_* ...

The 33 further numbers and 4 categories of the classifier's table become columns of the manifest, and the size
among the patient's other lesions is added. What only exists after the diagnosis (``data_set.LEAKS``, and the
lesion_id that only examined lesions have) never gets in. All images of a patient form a group. Neither file
is read into memory as a whole.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from models.contract.lesion.tabular import patient_size_z
from training.contract.body_sites import general_site
from training.contract.data_set import GIVEN_CATEGORIES, GIVEN_NUMBERS, LEAKS
from training.contract.progress_bar import shown
from training.contract.table import Table, opened_table
from training.contract.table_words import image_id_of, sex, years
from training.data_sets.layouts.data_folder import (
    About,
    Card,
    ConversionError,
    Entry,
    FolderOptions,
    Outcome,
    write_data_folder,
)
from training.data_sets.layouts.download import check_is_folder, readable
from training.data_sets.layouts.understanding import Understanding
from training.data_sets.layouts.upright import UnreadableImageError

IMAGES, TABLE = "train-image.hdf5", "train-metadata.csv"
_SIZE, _SIZE_AMONG_PATIENT = "clin_size_long_diam_mm", "patient_size_z"
_LARGEST_PICTURE_BYTES = 100_000_000
_NEEDED = ("isic_id", "target", "patient_id")
_COPIED = tuple(n for n in (*GIVEN_NUMBERS, *GIVEN_CATEGORIES) if n != _SIZE_AMONG_PATIENT)

_ABOUT = About(
    layout="isic2024",
    title="ISIC 2024 (SLICE-3D)",
    licence=(
        "CC BY-NC 4.0 as a whole when the converter was written; single images may say otherwise (column "
        "licence). The terms that came with the download count."
    ),
    source="https://doi.org/10.1038/s41597-024-03743-w (Kurtansky et al., Sci Data 11, 884, 2024)",
    labels=(
        "malignant = target. These are crops from whole-body photographs, no dermoscopy; only suspicious "
        "lesions were examined under the microscope, all others count as benign."
    ),
)


def convert(
    sources: Sequence[Path], out: Path, options: FolderOptions, *, limit_benign: int | None = None
) -> Outcome:
    """Write the data folder ``out``.

    Args:
        sources: folders in which the two files lie, at any depth.
        out: the data folder.
        options: splits and sizes; the seed also draws the benign lesions.
        limit_benign: at most so many benign lesions, drawn by a hash of seed and id; all malignant ones stay.

    Raises:
        ConversionError: a file is missing or damaged, or the table lacks a column.
    """
    images, table = _one(sources, IMAGES), _one(sources, TABLE)
    overview = _Overview(table)
    chosen = overview.chosen(limit_benign, options.seed)
    with ExitStack() as opened:
        pictures = opened.enter_context(_image_files(images))
        entries = (_entry(row, pictures, overview) for row in _rows(table) if row["isic_id"] in chosen)
        return write_data_folder(
            out,
            [card for card in overview.cards if card.image_id in chosen],
            entries,
            about=_ABOUT,
            sources=sources,
            options=options,
            extra_columns=(*(n for n in _COPIED if n in overview.columns), _SIZE_AMONG_PATIENT),
            notes=list(overview.notes(len(chosen))),
        )


class _Overview:
    """What must be known of the whole table before its first row can be written."""

    def __init__(self, table: Path) -> None:
        self.cards: list[Card] = []
        self._sizes_by_patient: dict[str, list[float]] = defaultdict(list)
        self._understanding = Understanding(table.name)
        with readable(table), _opened(table) as rows:
            self.columns = rows.columns
            self._read(rows)
            self._table_notes = tuple(rows.notes())

    def _read(self, table: Table) -> None:
        line_by_id: dict[str, int] = {}
        for one in shown(table, "Reading the table"):
            row = _named(one.cells)
            first = line_by_id.setdefault(row["isic_id"], one.line)
            if row["isic_id"] and first != one.line:
                raise ConversionError(
                    f"{table.name} lists {row['isic_id']} more than once, in lines {first} and {one.line}."
                )
            if row["target"] not in ("0", "1"):
                raise ConversionError(
                    f"{table.name} has {row['target']!r} as target of {row['isic_id']} in line {one.line}."
                )
            _metadata(row, one.line, self._understanding)
            self.cards.append(Card(row["isic_id"], row["patient_id"] or row["isic_id"], row["target"]))
            size_mm = _number(row.get(_SIZE, ""))
            if row["patient_id"] and size_mm is not None:
                self._sizes_by_patient[row["patient_id"]].append(size_mm)

    def chosen(self, limit_benign: int | None, seed: int) -> frozenset[str]:
        """The ids of all malignant lesions and of the drawn benign ones."""
        benign = [card.image_id for card in self.cards if card.malignant == "0"]
        if limit_benign is not None and limit_benign < len(benign):
            benign.sort(key=lambda image_id: hashlib.sha256(f"{seed} {image_id}".encode()).digest())
            benign = benign[:limit_benign]
        return frozenset(benign) | {card.image_id for card in self.cards if card.malignant == "1"}

    def size_among_patient(self, row: Mapping[str, str]) -> str:
        """The lesion's size among all of the patient, those that were not drawn included."""
        size_z = patient_size_z(
            _number(row.get(_SIZE, "")), self._sizes_by_patient.get(row["patient_id"], ())
        )
        return "" if size_z is None else f"{size_z:.6g}"

    def notes(self, chosen: int) -> Iterator[str]:
        """Sentences about what was not taken."""
        yield from self._table_notes
        yield from self._understanding.notes()
        if chosen < len(self.cards):
            yield f"{len(self.cards) - chosen} benign lesions were not drawn."
        left = [name for name in self.columns if name in (*LEAKS, "lesion_id")]
        if left:
            yield f"Not taken over, because only the diagnosis brings them about: {', '.join(left)}."
        missing = [name for name in _COPIED if name not in self.columns]
        if missing:
            yield f"The table lacks {len(missing)} inputs of the classifier, as {missing[0]}."


def _entry(row: Mapping[str, str], pictures: Mapping[str, Any], overview: _Overview) -> Entry:
    image_id = row["isic_id"]
    return Entry(
        image_id,
        lambda: _bytes(pictures[image_id]),
        {
            # As they are: "Unknown" is one of the published locations, not a missing one.
            **{name: row.get(name, "") for name in _COPIED},
            "dataset": "ISIC2024",
            "malignant": row["target"],
            # What is not understood was counted with the whole table.
            **_metadata(row, 0, Understanding(TABLE)),
            "patient_id": row["patient_id"],
            "duplicate_group": row["patient_id"] or image_id,
            "licence": row.get("copyright_license", ""),
            _SIZE_AMONG_PATIENT: overview.size_among_patient(row),
        },
    )


def _one(sources: Sequence[Path], name: str) -> Path:
    for source in sources:
        check_is_folder(source)
        if found := next((file for file in sorted(source.rglob(name)) if file.is_file()), None):
            return found
    raise ConversionError(f"{name} was not found in the given folders; unpack the download first.")


def _metadata(row: Mapping[str, str], line: int, understanding: Understanding) -> dict[str, str]:
    """Age, sex and site of a row as cells of the manifest."""
    return {
        "age": understanding.of("age_approx", row.get("age_approx", ""), line, years),
        "sex": understanding.of("sex", row.get("sex", ""), line, sex),
        "site": understanding.of(
            "anatom_site_general", row.get("anatom_site_general", ""), line, general_site
        ),
    }


@contextmanager
def _opened(file: Path) -> Iterator[Table]:
    with opened_table(file, numbers=GIVEN_NUMBERS) as table:
        for name in _NEEDED:
            if name not in table.columns:
                raise ConversionError(
                    f"{file.name} lacks the column {name}; the test table cannot be converted."
                )
        yield table


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with readable(file), _opened(file) as table:
        for row in table:
            yield _named(row.cells)


def _named(cells: Mapping[str, str]) -> dict[str, str]:
    return {**cells, "isic_id": image_id_of(cells["isic_id"])}


@contextmanager
def _image_files(file: Path) -> Iterator[Mapping[str, Any]]:
    # h5py takes a third of a second to import; only this layout needs it.
    import h5py

    try:
        opened = h5py.File(file, "r")
    except OSError as error:
        raise ConversionError(f"{file.name} is damaged or no HDF5 file.") from error
    with opened:
        yield opened


def _bytes(data_set: Any) -> bytes:  # noqa: ANN401 - h5py ships no types
    """The bytes of one picture, however the file stores them: as text of bytes, opaque, or as numbers."""
    # A folder within the file has no size; a data set may declare any, without that many bytes in the file.
    if getattr(data_set, "nbytes", math.inf) > _LARGEST_PICTURE_BYTES:
        raise UnreadableImageError("What is stored under its name is no picture.")
    value = data_set[()]
    if isinstance(value, bytes):
        return value
    return np.asarray(value).tobytes()


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None
