"""Turns downloads of the ISIC challenges 2016, 2017 and 2018 into a data folder for training.

    .venv/bin/python scripts/convert_isic.py DOWNLOADS... --out data/isic

DOWNLOADS are folders with the unpacked archives of a challenge; ``isic_layout.py`` lists the names that are
known. Several challenges may be given together: they share many images, and the strictest official split
and the newest mask count. What comes out:

    images/ISIC_0000000.jpg   upright sRGB, longer side at most 512 px (--longer-side)
    masks/ISIC_0000000.png    1 bit, same size; only where the download has a mask that fits its image
    manifest.csv              one row per image, as training reads it
    left_out.csv              image_id and reason, for every image that is not in the manifest

Photographs of one lesion or patient, identical files and near copies form one ``duplicate_group``, which
never crosses a split; images of a group that officially lie in different splits stay in the strictest one
and leave the others. Without an official test or val, shares of the training groups are taken.

It may be interrupted and started again, and a finished conversion repeats in seconds.
"""

import argparse
import csv
import hashlib
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from isic_layout import IsicDownload, IsicImage, LesionFacts, read_download
from tqdm import tqdm  # type: ignore[import-untyped]  # tqdm ships no types

from app.domain.errors import UnreadableFileError
from app.imaging.readers import FileImageReader
from models.contract.arrays import BoolMask, RgbImage
from models.contract.durable import write_whole
from models.contract.preprocess import resized
from training.contract.data_set import MANIFEST, STRUCTURES, read_manifest
from training.contract.lesion_groups import (
    THUMBNAIL_HEIGHT_PX,
    THUMBNAIL_WIDTH_PX,
    Member,
    Placing,
    near_pairs,
    placings,
    thumbnail,
)

JOURNAL = "conversion.jsonl"
LEFT_OUT = "left_out.csv"
JPEG_QUALITY = 95

COLUMNS = (
    "image_id", "dataset", "split", "image_file", "mask_file", "width", "height", "diagnosis", "malignant",
    "age", "sex", "site", "lesion_id", "patient_id", "duplicate_group", "view", "native_width",
    "native_height", *(f"attr_{name}" for name in STRUCTURES), "sha256",
)  # fmt: skip


class ConversionError(Exception):
    """Nothing can be converted; the message is the sentence to show."""


@dataclass(frozen=True)
class Converted:
    """What is known about one image after its files were written; one line of the journal."""

    image_id: str
    source: str
    """Names the files it was made from, their state and the size asked for."""
    width_px: int
    height_px: int
    native_width_px: int
    native_height_px: int
    has_mask: bool
    structures: dict[str, bool]
    sha256: str
    thumbnail_hex: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """The counts and sentences of a finished conversion."""

    images_by_split: dict[str, int]
    masks: int
    labelled: int
    melanomas: int
    left_out: dict[str, str]
    notes: tuple[str, ...]


def convert(
    downloads: Sequence[Path],
    out: Path,
    *,
    longer_side_px: int = 512,
    val_share: float = 0.1,
    test_share: float = 0.15,
) -> Outcome:
    """Write the data folder ``out``.

    Raises:
        ConversionError: no image was found, or none could be read.
    """
    for folder in downloads:
        if not folder.is_dir():
            raise ConversionError(f"{folder} is no folder.")
    found = read_download(downloads, apart_from=out)
    if not found.images:
        raise ConversionError("No image named like ISIC_0000000.jpg was found in the given folders.")
    out.mkdir(parents=True, exist_ok=True)
    converted, left_out = _convert_all(found.images, out, longer_side_px)
    if not converted:
        raise ConversionError(f"None of the {len(found.images)} images could be read.")
    placed = _placed(converted, found, val_share=val_share, test_share=test_share)
    left_out |= _left_out(converted, placed)
    rows = list(_rows(converted, placed, found))
    _write_table(out / LEFT_OUT, ("image_id", "reason"), sorted(left_out.items()))
    _write_table(out / MANIFEST, COLUMNS, ([row[name] for name in COLUMNS] for row in rows))
    # Training refuses a manifest with a group on two sides; so does the conversion itself.
    read_manifest(out)
    return Outcome(
        images_by_split=dict(Counter(row["split"] for row in rows)),
        masks=sum(bool(row["mask_file"]) for row in rows),
        labelled=sum(bool(row["malignant"]) for row in rows),
        melanomas=sum(row["malignant"] == "1" for row in rows),
        left_out=left_out,
        notes=(*found.notes, *(note for one in converted for note in one.notes)),
    )


def _convert_all(
    images: Iterable[IsicImage], out: Path, longer_side_px: int
) -> tuple[list[Converted], dict[str, str]]:
    """Every image in order, from the journal where it is still true; and why others failed."""
    reader = FileImageReader()
    known = _journal(out / JOURNAL)
    converted: list[Converted] = []
    failed: dict[str, str] = {}
    for image in tqdm(images, desc="Converting", mininterval=1):
        earlier = known.get(image.image_id)
        if earlier is not None and _is_current(earlier, image, out, longer_side_px):
            converted.append(earlier)
            continue
        try:
            converted.append(_converted(image, out, longer_side_px, reader))
        except UnreadableFileError as error:
            failed[image.image_id] = str(error)
            continue
        with (out / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(asdict(converted[-1])) + "\n")
    return converted, failed


def _journal(file: Path) -> dict[str, Converted]:
    """The last line about each image; a line that a kill cut off is passed over."""
    known: dict[str, Converted] = {}
    if not file.exists():
        return known
    content = file.read_text(encoding="utf-8", errors="replace")
    if content and not content.endswith("\n"):
        content = content[: content.rfind("\n") + 1]
        write_whole(file, content.encode())
    for line in content.splitlines():
        cells = json.loads(line)
        known[cells["image_id"]] = Converted(**cells | {"notes": tuple(cells["notes"])})
    return known


def _is_current(earlier: Converted, image: IsicImage, out: Path, longer_side_px: int) -> bool:
    is_there = (out / _image_file(image.image_id)).is_file() and (
        not earlier.has_mask or (out / _mask_file(image.image_id)).is_file()
    )
    return is_there and earlier.source == _source(image, longer_side_px)


def _source(image: IsicImage, longer_side_px: int) -> str:
    files = [image.image_file, *image.mask_files, *image.structure_files.values()]
    stamps = [f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    return " | ".join([f"{longer_side_px} px", *stamps])


def _image_file(image_id: str) -> str:
    return f"images/{image_id}.jpg"


def _mask_file(image_id: str) -> str:
    return f"masks/{image_id}.png"


def _converted(image: IsicImage, out: Path, longer_side_px: int, reader: FileImageReader) -> Converted:
    native = reader.read(image.image_file).pixels
    mask, mask_notes = _fitting_mask(image, native.shape[:2], reader)
    structures, structure_notes = _structures(image, reader)
    pixels = _shrunk(native, longer_side_px)
    content = _jpeg(pixels)
    write_whole(out / _image_file(image.image_id), content)
    if mask is not None:
        write_whole(out / _mask_file(image.image_id), reader.mask_png(_shrunk_mask(mask, longer_side_px)))
    return Converted(
        image_id=image.image_id,
        source=_source(image, longer_side_px),
        width_px=pixels.shape[1],
        height_px=pixels.shape[0],
        native_width_px=native.shape[1],
        native_height_px=native.shape[0],
        has_mask=mask is not None,
        structures=structures,
        sha256=hashlib.sha256(content).hexdigest(),
        thumbnail_hex=thumbnail(native).tobytes().hex(),
        notes=(*mask_notes, *structure_notes),
    )


def _fitting_mask(
    image: IsicImage, shape: tuple[int, ...], reader: FileImageReader
) -> tuple[BoolMask | None, list[str]]:
    """The newest mask of the image's size that marks something, and sentences about the others."""
    notes = []
    for file in image.mask_files:
        try:
            mask = np.asarray(reader.read(file).pixels.max(axis=2) > 127, dtype=np.bool_)
        except UnreadableFileError as error:
            notes.append(f"The mask {file.name} cannot be used: {error}")
            continue
        if mask.shape != shape:
            sizes = f"{mask.shape[1]} x {mask.shape[0]} px, its image {shape[1]} x {shape[0]} px"
            notes.append(f"The mask {file.name} is not used: it has {sizes}.")
        elif not mask.any():
            notes.append(f"The mask {file.name} is not used: it marks nothing.")
        else:
            return mask, notes
    return None, notes


def _structures(image: IsicImage, reader: FileImageReader) -> tuple[dict[str, bool], list[str]]:
    """Which dermoscopic structures the experts marked, of those they were asked about."""
    present, notes = {}, []
    for name in STRUCTURES:
        file = image.structure_files.get(name)
        if file is None:
            continue
        try:
            present[name] = bool(reader.read(file).pixels.any())
        except UnreadableFileError as error:
            notes.append(f"The structure mask {file.name} cannot be used: {error}")
    return present, notes


def _shrunk(image: RgbImage, longer_side_px: int) -> RgbImage:
    """``image`` with its longer side at most ``longer_side_px``; smaller ones stay as they are."""
    return np.asarray(resized(image, **_size(image.shape, longer_side_px)), dtype=np.uint8)


def _shrunk_mask(mask: BoolMask, longer_side_px: int) -> BoolMask:
    small = resized(mask.astype(np.float32), **_size(mask.shape, longer_side_px))
    coverage = np.asarray(small, dtype=np.float32)
    # A lesion of a few pixels must not vanish.
    covered = coverage >= 0.5 if (coverage >= 0.5).any() else coverage > 0
    return np.asarray(covered, dtype=np.bool_)


def _size(shape: tuple[int, ...], longer_side_px: int) -> dict[str, int]:
    scale = min(1.0, longer_side_px / max(shape[:2]))
    return {"height_px": max(1, round(shape[0] * scale)), "width_px": max(1, round(shape[1] * scale))}


def _jpeg(pixels: RgbImage) -> bytes:
    bgr = np.ascontiguousarray(pixels[:, :, ::-1])
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()


def _placed(
    converted: Sequence[Converted], found: IsicDownload, *, val_share: float, test_share: float
) -> list[Placing]:
    official = {image.image_id: image.official_split for image in found.images}
    members = []
    for one in converted:
        facts = found.facts_by_image.get(one.image_id, LesionFacts())
        keys = {f"file {one.sha256}"}
        keys |= {f"lesion {facts.lesion_id}"} if facts.lesion_id else set()
        keys |= {f"patient {facts.patient_id}"} if facts.patient_id else set()
        members.append(Member(one.image_id, frozenset(keys), official[one.image_id], facts.malignant == "1"))
    return placings(members, near_pairs(_thumbnails(converted)), val_share=val_share, test_share=test_share)


def _thumbnails(converted: Sequence[Converted]) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    content = bytes.fromhex("".join(one.thumbnail_hex for one in converted))
    flat = np.frombuffer(content, dtype=np.uint8)
    return flat.reshape(len(converted), THUMBNAIL_HEIGHT_PX, THUMBNAIL_WIDTH_PX)


def _left_out(converted: Sequence[Converted], placed: Sequence[Placing]) -> dict[str, str]:
    return {
        one.image_id: f"It belongs to the group of {place.group}, which lies in a stricter split."
        for one, place in zip(converted, placed, strict=True)
        if place.split is None
    }


def _rows(
    converted: Sequence[Converted], placed: Sequence[Placing], found: IsicDownload
) -> Iterator[dict[str, str]]:
    edition_by_id = {image.image_id: image.edition for image in found.images}
    for one, place in zip(converted, placed, strict=True):
        if place.split is None:
            continue
        facts = found.facts_by_image.get(one.image_id, LesionFacts())
        attributes = {
            f"attr_{n}": str(int(one.structures[n])) if n in one.structures else "" for n in STRUCTURES
        }
        yield (
            asdict(facts)
            | attributes
            | {
                "image_id": one.image_id,
                "dataset": f"ISIC{edition_by_id[one.image_id]}",
                "split": place.split,
                "image_file": _image_file(one.image_id),
                "mask_file": _mask_file(one.image_id) if one.has_mask else "",
                "width": str(one.width_px),
                "height": str(one.height_px),
                "duplicate_group": place.group,
                "view": "full_native",
                "native_width": str(one.native_width_px),
                "native_height": str(one.native_height_px),
                "sha256": one.sha256,
            }
        )


def _write_table(file: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_whole(file, text.getvalue().encode())


def _print(outcome: Outcome, out: Path) -> None:
    total = sum(outcome.images_by_split.values())
    splits = ", ".join(f"{name} {count}" for name, count in sorted(outcome.images_by_split.items()))
    print(
        f"{out / MANIFEST}: {total} images ({splits}), {outcome.masks} masks, {outcome.melanomas} melanomas."
    )
    if outcome.masks < total:
        print(f"{total - outcome.masks} images have no usable mask: no use for segmentation.")
    if outcome.labelled < total:
        print(
            f"{total - outcome.labelled} images are neither melanoma nor benign: no use for classification."
        )
    if outcome.left_out:
        print(f"{len(outcome.left_out)} images were left out; {LEFT_OUT} says why.")
    for note in outcome.notes:
        print(note)


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 0.5:
        raise argparse.ArgumentTypeError("a share lies between 0 and 0.5")
    return share


def _side_px(text: str) -> int:
    side_px = int(text)
    if side_px < 64:
        raise argparse.ArgumentTypeError("images are at least 64 px long")
    return side_px


def main(arguments: list[str] | None = None) -> int:
    """Convert and say what came out; the exit code is 1 when nothing could be converted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("downloads", type=Path, nargs="+", help="folders with unpacked ISIC archives")
    parser.add_argument("--out", type=Path, required=True, help="the data folder to write")
    parser.add_argument("--longer-side", type=_side_px, default=512, help="in px (512)")
    parser.add_argument("--val-share", type=_share, default=0.1, help="where no val is official (0.1)")
    parser.add_argument("--test-share", type=_share, default=0.15, help="where no test is official (0.15)")
    chosen = parser.parse_args(arguments)
    try:
        outcome = convert(
            chosen.downloads,
            chosen.out,
            longer_side_px=chosen.longer_side,
            val_share=chosen.val_share,
            test_share=chosen.test_share,
        )
    except ConversionError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the same command continues.", file=sys.stderr)
        return 130
    _print(outcome, chosen.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
