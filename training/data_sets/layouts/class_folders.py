"""Any data set with a folder per class: mel/1.jpg, nevus/2.png; also train/mel/1.jpg, val/..., test/...

Which classes are malignant must be said, because names cannot tell. Where every top folder is called train,
val or test (or training, validation, valid, testing), these are the splits.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training.contract.table_words import DIAGNOSES
from training.data_sets.layouts.data_folder import (
    About,
    Card,
    ConversionError,
    Entry,
    FolderOptions,
    Outcome,
    write_data_folder,
)
from training.data_sets.layouts.download import files_below

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
_SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
}
_ABOUT = About(
    layout="class-folders",
    title="A data set of one folder per class",
    licence="Not known to the converter: write down here what the publisher says.",
    source="Not known to the converter: write down here where the images are from.",
    labels="",
)


@dataclass(frozen=True)
class _Found:
    image_id: str
    file: Path
    word: str
    split: str | None


def convert(
    sources: Sequence[Path], out: Path, options: FolderOptions, *, malignant: Sequence[str]
) -> Outcome:
    """Write the data folder ``out``.

    Args:
        sources: folders that hold the classes, or train, val and test with the classes in them.
        out: the data folder.
        options: splits and sizes.
        malignant: names of the classes that count as malignant; capitals do not matter.

    Raises:
        ConversionError: there is no image in a class, or a malignant class is none of them.
    """
    found = _unambiguous([each for source in sources for each in _images(source, out)])
    words = sorted({each.word for each in found})
    wanted = {name.strip().lower() for name in malignant}
    if not words:
        raise ConversionError("No image was found in a folder of its class, as melanoma/1.jpg.")
    unknown = sorted(wanted - {word.lower() for word in words})
    if unknown or not wanted:
        named = f"{unknown[0]!r} is none of the classes" if unknown else "No malignant class was named"
        raise ConversionError(f"{named}; the folders are {', '.join(words)}.")
    cards = [Card(each.image_id, each.image_id, _label(each, wanted), each.split) for each in found]
    entries = (Entry(each.image_id, each.file.read_bytes, _cells(each, wanted)) for each in found)
    about = replace(_ABOUT, labels=f"malignant = 1 for {', '.join(sorted(wanted))}; 0 for the other classes.")
    notes = [
        "No patients or lesions are known: images of one lesion may lie on two sides. "
        "'naevus data check' finds copies."
    ]
    return write_data_folder(out, cards, entries, about=about, sources=sources, options=options, notes=notes)


def _images(source: Path, apart_from: Path) -> Iterator[_Found]:
    files = files_below(source, apart_from=apart_from)
    root, out = source.resolve(), apart_from.resolve()
    tops = [folder for folder in sorted(root.iterdir()) if folder.is_dir() and folder != out]
    has_splits = bool(tops) and all(folder.name.lower() in _SPLITS for folder in tops)
    depth = 1 if has_splits else 0
    for file in files:
        parts = file.relative_to(root).parts
        if file.suffix.lower() not in SUFFIXES or len(parts) < depth + 2:
            continue
        split = _SPLITS[parts[0].lower()] if has_splits else None
        yield _Found(_name(parts), file, parts[depth], split)


def _name(parts: Sequence[str]) -> str:
    """An image's id from its place: unique, and a file name on every system."""
    whole = "__".join((*parts[:-1], Path(parts[-1]).stem))
    return re.sub(r"[^\w.-]+", "_", whole)


def _unambiguous(found: Sequence[_Found]) -> list[_Found]:
    """The images under distinct names: 1.jpg and 1.png in one folder would share one."""
    taken: set[str] = set()
    named = []
    for each in found:
        image_id, number = each.image_id, 1
        # File systems that do not tell capitals apart would write two images to one file.
        while image_id.lower() in taken:
            number += 1
            image_id = f"{each.image_id}-{number}"
        taken.add(image_id.lower())
        named.append(_Found(image_id, each.file, each.word, each.split))
    return named


def _label(found: _Found, malignant: set[str]) -> str:
    return str(int(found.word.lower() in malignant))


def _cells(found: _Found, malignant: set[str]) -> dict[str, str]:
    word = found.word.lower()
    return {
        "dataset": "class folders",
        "diagnosis": DIAGNOSES.get(word, word.replace("_", " ")),
        "malignant": _label(found, malignant),
        "duplicate_group": found.image_id,
    }
