"""The downloads of the ISIC challenges 2016, 2017 and 2018, turned into a data folder.

``isic_download`` lists the names that are known. Several challenges may be given together: they share many
images, and the strictest official split and the newest mask count. What comes out:

    images/ISIC_0000000.jpg   upright sRGB, longer side at most 512 px
    masks/ISIC_0000000.png    1 bit, same size; only where the download has a mask that fits its image
    manifest.csv              one row per image, as training reads it
    left_out.csv              image_id and reason, for every image that is not in the manifest
    DATA.md                   where the data are from, and under which terms

Photographs of one lesion or patient, identical files and near copies form one ``duplicate_group``, which
never crosses a split; images of a group that officially lie in different splits stay in the strictest one
and leave the others. Without an official test or val, shares of the training groups are taken.

It may be interrupted and started again, and a finished conversion repeats in seconds.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from models.contract.errors import NoMaskError
from models.contract.files.atomic_files import write_whole
from models.contract.imaging.mask_file import read_mask
from models.contract.imaging.structures import STRUCTURES
from training.contract.lesion_groups import (
    THUMBNAIL_HEIGHT_PX,
    THUMBNAIL_WIDTH_PX,
    Member,
    Placing,
    near_pairs,
    placings,
    thumbnail,
)
from training.contract.progress_bar import shown
from training.data_sets.group_split import check_shares
from training.data_sets.layouts.data_folder import (
    About,
    ConversionError,
    Outcome,
    check_is_ours,
    new_manifest,
    write_about,
    write_skipped,
    write_table,
)
from training.data_sets.layouts.isic_download import IsicDownload, IsicImage, LesionFacts, read_download
from training.data_sets.layouts.lesion_mask import (
    LesionMask,
    UnusableMaskError,
    lesion_mask,
    remark_notes,
)
from training.data_sets.layouts.upright import (
    UnreadableImageError,
    jpeg,
    mask_png,
    shrunk,
    shrunk_mask,
    upright_pixels,
)

JOURNAL = "conversion.jsonl"
_ABOUT = About(
    layout="isic",
    title="ISIC challenges 2016 to 2018",
    licence=(
        "2016 and 2017: CC-0; 2018: CC-0 or CC BY-NC 4.0 by task. These terms held when the converter was "
        "written; those that came with the download count."
    ),
    source="https://challenge.isic-archive.com/data",
    labels=(
        "malignant = 1 for melanoma, 0 for benign lesions; basal cell carcinomas and actinic keratoses keep "
        "their diagnosis but get no label."
    ),
)

COLUMNS = (
    "image_id", "dataset", "split", "image_file", "mask_file", "width", "height", "diagnosis", "malignant",
    "age", "sex", "site", "lesion_id", "patient_id", "duplicate_group", "view", "native_width",
    "native_height", *(f"attr_{name}" for name in STRUCTURES), "sha256",
)  # fmt: skip


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
    mask_remark: str = ""


def convert(
    downloads: Sequence[Path],
    out: Path,
    *,
    edition: str | None = None,
    longer_side_px: int = 512,
    val_share: float = 0.1,
    test_share: float = 0.15,
) -> Outcome:
    """Write the data folder ``out``.

    Args:
        downloads: folders with unpacked archives.
        out: the data folder.
        edition: a year that must be among the challenges found, as "2017".
        longer_side_px: larger images are shrunk to it.
        val_share: share of the training groups that becomes val where none is official.
        test_share: the same for test.

    Raises:
        DataSetError: no image was found, none could be read, or the shares leave nothing to learn from.
    """
    check_shares(val_share, test_share)
    found = read_download(downloads, apart_from=out)
    if not found.images:
        raise ConversionError("No image named like ISIC_0000000.jpg was found in the given folders.")
    if edition and all(image.edition != edition for image in found.images):
        raise ConversionError(f"None of the images lies in a folder of the challenge {edition}, as unpacked.")
    # A journal is this conversion's own, also of the time before it wrote DATA.md.
    if not (out / JOURNAL).exists():
        check_is_ours(out, _ABOUT)
    out.mkdir(parents=True, exist_ok=True)
    converted, left_out = _convert_all(found.images, out, longer_side_px)
    if not converted:
        raise ConversionError(f"None of the {len(found.images)} images could be read.")
    placed = _placed(converted, found, val_share=val_share, test_share=test_share)
    left_out |= _left_out(converted, placed)
    rows = list(_rows(converted, placed, found))
    write_about(out, _ABOUT, [folder.resolve().name for folder in downloads])
    with new_manifest(out) as manifest:
        write_table(manifest, COLUMNS, ([row[name] for name in COLUMNS] for row in rows))
    write_skipped(out, left_out)
    return Outcome(
        images_by_split=dict(Counter(row["split"] for row in rows)),
        masks=sum(bool(row["mask_file"]) for row in rows),
        labelled=sum(bool(row["malignant"]) for row in rows),
        malignant=sum(row["malignant"] == "1" for row in rows),
        left_out=left_out,
        notes=(
            *found.notes,
            *(note for one in converted for note in one.notes),
            *remark_notes((one.image_id, one.mask_remark) for one in converted),
        ),
    )


def _convert_all(
    images: Iterable[IsicImage], out: Path, longer_side_px: int
) -> tuple[list[Converted], dict[str, str]]:
    """Every image in order, from the journal where it is still true; and why others failed."""
    known = _journal(out / JOURNAL)
    converted: list[Converted] = []
    failed: dict[str, str] = {}
    for image in shown(images, "Converting"):
        earlier = known.get(image.image_id)
        if earlier is not None and _is_current(earlier, image, out, longer_side_px):
            converted.append(earlier)
            continue
        try:
            converted.append(_converted(image, out, longer_side_px))
        except UnreadableImageError as error:
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
        one = _journalled(line)
        if one is not None:
            known[one.image_id] = one
    return known


def _journalled(line: str) -> Converted | None:
    """What a line of the journal says, None if it is damaged: its image is then converted anew."""
    try:
        cells = json.loads(line)
        one = Converted(**cells | {"notes": tuple(cells["notes"])})
        thumbnail_bytes = len(bytes.fromhex(one.thumbnail_hex))
    except (ValueError, TypeError, KeyError):
        return None
    return one if thumbnail_bytes == THUMBNAIL_HEIGHT_PX * THUMBNAIL_WIDTH_PX else None


def _is_current(earlier: Converted, image: IsicImage, out: Path, longer_side_px: int) -> bool:
    is_there = (out / _image_file(image.image_id)).is_file() and (
        not earlier.has_mask or (out / _mask_file(image.image_id)).is_file()
    )
    # A mask that was left out is looked at again: another version may know its kind.
    is_whole = earlier.has_mask or not image.mask_files
    return is_there and is_whole and earlier.source == _source(image, longer_side_px)


def _source(image: IsicImage, longer_side_px: int) -> str:
    files = [image.image_file, *image.mask_files, *image.structure_files.values()]
    stamps = [f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    return " | ".join([f"{longer_side_px} px", *stamps])


def _image_file(image_id: str) -> str:
    return f"images/{image_id}.jpg"


def _mask_file(image_id: str) -> str:
    return f"masks/{image_id}.png"


def _converted(image: IsicImage, out: Path, longer_side_px: int) -> Converted:
    native = upright_pixels(image.image_file.read_bytes())
    found, mask_notes = _fitting_mask(image, native.shape[:2])
    structures, structure_notes = _structures(image)
    pixels = shrunk(native, longer_side_px)
    content = jpeg(pixels)
    write_whole(out / _image_file(image.image_id), content)
    if found is not None:
        write_whole(out / _mask_file(image.image_id), mask_png(shrunk_mask(found.mask, longer_side_px)))
    return Converted(
        image_id=image.image_id,
        source=_source(image, longer_side_px),
        width_px=pixels.shape[1],
        height_px=pixels.shape[0],
        native_width_px=native.shape[1],
        native_height_px=native.shape[0],
        has_mask=found is not None,
        structures=structures,
        sha256=hashlib.sha256(content).hexdigest(),
        thumbnail_hex=thumbnail(native).tobytes().hex(),
        notes=(*mask_notes, *structure_notes),
        mask_remark="" if found is None else found.remark,
    )


def _fitting_mask(image: IsicImage, shape: tuple[int, ...]) -> tuple[LesionMask | None, list[str]]:
    """The newest mask that fits its image, and sentences about the others."""
    notes: list[str] = []
    for file in image.mask_files:
        try:
            return lesion_mask(file, (shape[1], shape[0])), notes
        except UnusableMaskError as error:
            notes.append(str(error))
    return None, notes


def _structures(image: IsicImage) -> tuple[dict[str, bool], list[str]]:
    """Which dermoscopic structures the experts marked, of those they were asked about."""
    present, notes = {}, []
    for name in STRUCTURES:
        file = image.structure_files.get(name)
        if file is None:
            continue
        try:
            present[name] = bool(read_mask(file.read_bytes()).mask.any())
        except NoMaskError as error:
            notes.append(f"The structure mask {file.name} cannot be used: {error}")
    return present, notes


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
