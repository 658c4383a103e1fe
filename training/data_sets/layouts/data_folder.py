"""Writes a data folder from lesions that a layout hands over one by one.

Every image is read as at import, so that damaged ones are left out. Plain files are copied as they are; what
would mislead other programs (turned by orientation, in another colour space than sRGB, with transparent
parts, in an unusual format) is written anew, without loss where it came so. Groups are dealt to splits whole.
Repeating a conversion writes only what is missing or differs.
"""

import csv
import io
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.contract.files.atomic_files import write_whole
from training.contract.data_set import MANIFEST, SUBSETS, DataSetError, Sample, read_manifest
from training.contract.lesion_groups import strictest
from training.contract.progress_bar import shown
from training.data_sets.group_split import check_shares, split_groups
from training.data_sets.image_files import ImageHeader, header_of
from training.data_sets.layouts.lesion_mask import UnusableMaskError, lesion_mask, remark_notes
from training.data_sets.layouts.upright import (
    UnreadableImageError,
    jpeg,
    mask_png,
    photograph_of,
    png,
    shrunk,
    shrunk_mask,
)

LEFT_OUT = "left_out.csv"
DATA_NOTE = "DATA.md"
COLUMNS = (
    *("image_id", "dataset", "split", "image_file", "mask_file", "width", "height", "diagnosis", "malignant"),
    *("age", "sex", "site", "lesion_id", "patient_id", "duplicate_group", "confirmed_by", "licence"),
)
_SUFFIX_BY_FORMAT = {"JPEG": ".jpg", "PNG": ".png", "BMP": ".bmp", "WEBP": ".webp"}
_PLAIN_NAME = re.compile(r"[\w.-]+")
_LOSSY = ("JPEG", "MPO")


class ConversionError(DataSetError):
    """Nothing can be converted; the message is the sentence to show."""


@dataclass(frozen=True)
class About:
    """What DATA.md says about a public data set."""

    layout: str
    title: str
    licence: str
    source: str
    labels: str


@dataclass(frozen=True)
class Card:
    """What dealing the splits needs of a lesion's image."""

    image_id: str
    group: str
    malignant: str
    """"1", "0" or "" for not known."""
    official_split: str | None = None


@dataclass(frozen=True)
class Entry:
    """An image on its way into the data folder, with the cells of its row that the layout knows."""

    image_id: str
    read: Callable[[], bytes]
    """The bytes of the picture file; raises OSError or KeyError where there is none."""
    cells: Mapping[str, str]
    mask_file: Path | None = None


@dataclass(frozen=True)
class FolderOptions:
    """The choices that all layouts share."""

    longer_side_px: int | None = None
    """Larger images are decoded and shrunk; None copies every size."""
    val_share: float = 0.1
    test_share: float = 0.15
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse shares that leave nothing to learn from, in a sentence."""
        check_shares(self.val_share, self.test_share)


@dataclass(frozen=True)
class Outcome:
    """The counts and sentences of a finished conversion."""

    images_by_split: dict[str, int]
    masks: int
    labelled: int
    malignant: int
    left_out: dict[str, str]
    notes: tuple[str, ...]


def write_data_folder(
    out: Path,
    cards: Sequence[Card],
    entries: Iterable[Entry],
    *,
    about: About,
    sources: Sequence[Path],
    options: FolderOptions,
    extra_columns: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Outcome:
    """Write images, masks, manifest, left_out.csv and DATA.md.

    Args:
        out: the data folder; created, or completed when it is from the same layout.
        cards: all images, for the split.
        entries: the same images in any order, read one at a time.
        about: what DATA.md says.
        sources: the folders that were read; their names are recorded.
        options: splits and sizes.
        extra_columns: cells of the entries beyond ``COLUMNS``.
        notes: sentences for the outcome.

    Raises:
        ConversionError: there is no image, none can be read, two have one id, or ``out`` holds other data.
        OSError: ``out`` cannot be written; its manifest stays what it was.
    """
    if not cards:
        raise ConversionError(f"No image of {about.title} was found in {', '.join(map(str, sources))}.")
    _check_names(cards)
    check_is_ours(out, about)
    for name in ("images", "masks"):
        (out / name).mkdir(parents=True, exist_ok=True)
    writer = _FolderWriter(out, _split_by_image(cards, options), options.longer_side_px)
    columns = (*COLUMNS, *(name for name in extra_columns if name not in COLUMNS))
    with new_manifest(out) as part:
        with part.open("w", newline="", encoding="utf-8") as stream:
            table = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
            table.writeheader()
            table.writerows(writer.rows(shown(entries, "Converting", len(cards))))
        if not writer.images_by_split:
            raise ConversionError(f"None of the {len(cards)} images could be read.")
        write_about(out, about, [source.resolve().name for source in sources])
    write_skipped(out, writer.left_out)
    return writer.outcome(tuple(notes))


@contextmanager
def new_manifest(out: Path) -> Iterator[Path]:
    """A file to write a manifest to, which takes the place of the old one if training would accept it.

    Raises:
        DataSetError: training would refuse it, or images of the old one's test would leave test.
    """
    part = out / f".{MANIFEST}.part"
    try:
        yield part
        _check_test_stays(out, read_manifest(out, part.name))
        part.replace(out / MANIFEST)
    finally:
        part.unlink(missing_ok=True)


def _check_test_stays(out: Path, samples: Sequence[Sample]) -> None:
    """Refuse to deal test images to train or val: models may have been reported on them already.

    More images, other shares or another seed make another deal of all.
    """
    try:
        test = {sample.image_id for sample in read_manifest(out) if sample.split == "test"}
    except DataSetError:
        # There is none yet, or one that no model can have been measured by.
        return
    moved = [sample.image_id for sample in samples if sample.image_id in test and sample.split != "test"]
    if moved:
        raise ConversionError(
            f"This would move {len(moved)} images out of the test part of {out}, as {moved[0]}; "
            "name another folder."
        )


def _check_names(cards: Sequence[Card]) -> None:
    """Refuse ids that come twice, and those that a file in one folder cannot be called after."""
    known: set[str] = set()
    for card in cards:
        if not _PLAIN_NAME.fullmatch(card.image_id) or card.image_id in (".", ".."):
            raise ConversionError(f"{card.image_id[:80]!r} cannot be the id of an image.")
        if card.image_id in known:
            raise ConversionError(f"The download lists {card.image_id} more than once.")
        known.add(card.image_id)


class _FolderWriter:
    """Copies files and makes rows, and counts what it did."""

    def __init__(self, out: Path, split_by_image: Mapping[str, str], longer_side_px: int | None) -> None:
        self._out, self._split_by_image, self._longer_side_px = out, split_by_image, longer_side_px
        self.images_by_split: Counter[str] = Counter()
        self.left_out: dict[str, str] = {}
        self._labels: Counter[str] = Counter()
        self._masks = 0
        self._notes: list[str] = []
        self._mask_remarks: list[tuple[str, str]] = []

    def rows(self, entries: Iterable[Entry]) -> Iterator[dict[str, str]]:
        """The rows of the entries whose images can be read; their files are written."""
        for entry in entries:
            try:
                row = self._row(entry)
            except UnreadableImageError as error:
                self.left_out[entry.image_id] = str(error)
            else:
                self.images_by_split[row["split"]] += 1
                self._labels[row.get("malignant", "")] += 1
                self._masks += bool(row["mask_file"])
                yield row

    def outcome(self, notes: tuple[str, ...]) -> Outcome:
        """What was done."""
        return Outcome(
            images_by_split=dict(self.images_by_split),
            masks=self._masks,
            labelled=self._labels["0"] + self._labels["1"],
            malignant=self._labels["1"],
            left_out=self.left_out,
            notes=(*notes, *self._notes, *remark_notes(self._mask_remarks)),
        )

    def _row(self, entry: Entry) -> dict[str, str]:
        content = _content_of(entry)
        header = header_of(content)
        if header is None:
            raise UnreadableImageError("The file is empty, damaged or no picture.")
        size_px = (header.width_px, header.height_px)
        content, suffix = self._file_of(content, header)
        header = header_of(content) or header
        image_file = f"images/{entry.image_id}{suffix}"
        mask_file = self._mask(entry, size_px, header)
        write_if_other(self._out / image_file, content)
        return {
            **entry.cells,
            "image_id": entry.image_id,
            "split": self._split_by_image[entry.image_id],
            "image_file": image_file,
            "mask_file": mask_file,
            "width": str(header.width_px),
            "height": str(header.height_px),
        }

    def _file_of(self, content: bytes, header: ImageHeader) -> tuple[bytes, str]:
        """The bytes and the suffix of the file to write for a picture file's bytes."""
        photograph = photograph_of(content)
        limit_px = self._longer_side_px
        if limit_px is not None and max(header.width_px, header.height_px) > limit_px:
            return jpeg(shrunk(photograph.pixels, limit_px)), ".jpg"
        suffix = _SUFFIX_BY_FORMAT.get(header.format)
        if suffix is not None and photograph.is_plain:
            return content, suffix
        if header.format in _LOSSY:
            return jpeg(photograph.pixels), ".jpg"
        return png(photograph.pixels), ".png"

    def _mask(self, entry: Entry, native_px: tuple[int, int], written: ImageHeader) -> str:
        """The name of the mask's file, "" where there is none that fits ``native_px``."""
        if entry.mask_file is None:
            return ""
        try:
            found = lesion_mask(entry.mask_file, native_px)
        except UnusableMaskError as error:
            self._notes.append(str(error))
            return ""
        self._mask_remarks.append((entry.image_id, found.remark))
        if (written.width_px, written.height_px) != native_px and self._longer_side_px is not None:
            content = mask_png(shrunk_mask(found.mask, self._longer_side_px))
        else:
            content = found.png
        mask_file = f"masks/{entry.image_id}.png"
        write_if_other(self._out / mask_file, content)
        return mask_file


def _content_of(entry: Entry) -> bytes:
    # Apart from all writing: a disk that is full is no fault of the image.
    try:
        return entry.read()
    except (OSError, KeyError):
        raise UnreadableImageError("The image file is missing or cannot be opened.") from None


def check_is_ours(out: Path, about: About) -> None:
    """Refuse a folder that holds data of another origin.

    Raises:
        ConversionError: it has a manifest that this layout did not write.
    """
    note = out / DATA_NOTE
    if not (out / MANIFEST).exists():
        return
    if not note.is_file() or _marker(about) not in note.read_text(encoding="utf-8", errors="replace"):
        raise ConversionError(f"{out} holds another data set already; name another folder.")


def write_about(out: Path, about: About, sources: Sequence[str]) -> None:
    """Write DATA.md, once, for people add to it: origin, terms, and what the labels mean."""
    if (out / DATA_NOTE).is_file():
        return
    lines = (
        f"# {about.title}",
        "",
        f"{_marker(about)} from {', '.join(sources)}.",
        "",
        f"- Source: {about.source}",
        f"- Licence: {about.licence}",
        f"- Labels: {about.labels}",
        f"- Left out, with reasons: {LEFT_OUT}",
        "",
    )
    write_whole(out / DATA_NOTE, "\n".join(lines).encode())


def write_if_other(file: Path, content: bytes) -> None:
    """Write ``content`` unless the file holds it already; a kill leaves the old file or the new one.

    Not forced to the disk as ``write_whole`` does: hundreds of thousands of files would take hours, and what
    a power cut spoils is found and written again by the next conversion.
    """
    if file.is_file() and file.stat().st_size == len(content) and file.read_bytes() == content:
        return
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _marker(about: About) -> str:
    return f"Converted by Naevus, layout {about.layout},"


def write_skipped(out: Path, reason_by_image: Mapping[str, str]) -> None:
    """Write left_out.csv: every image that is not in the manifest, and why."""
    write_table(out / LEFT_OUT, ("image_id", "reason"), sorted(reason_by_image.items()))


def write_table(file: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table with commas as a whole: a kill leaves the old file or the new one."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_whole(file, text.getvalue().encode())


def _split_by_image(cards: Sequence[Card], options: FolderOptions) -> dict[str, str]:
    """Official splits kept; where no image is officially val or test, training groups are dealt to it."""
    cards_by_group: dict[str, list[Card]] = defaultdict(list)
    for card in cards:
        cards_by_group[card.group].append(card)
    subset_by_group = {}
    for group, members in cards_by_group.items():
        subset_by_group[group] = strictest({card.official_split for card in members}) or "train"
    official = {card.official_split for card in cards}
    val = 0.0 if "val" in official else options.val_share
    test = 0.0 if "test" in official else options.test_share
    free = {
        group: tuple(Counter(card.malignant for card in members)[label] for label in ("1", "0", ""))
        for group, members in cards_by_group.items()
        if subset_by_group[group] == "train"
    }
    subsets_assigned = split_groups(free, (1 - val - test, val, test), seed=options.seed)
    subset_by_group |= {group: SUBSETS[subset] for group, subset in subsets_assigned.items()}
    return {card.image_id: subset_by_group[card.group] for card in cards}
