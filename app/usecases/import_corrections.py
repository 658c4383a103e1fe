"""Takes masks that were drawn elsewhere as corrections of stored cases, each file for itself."""

from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.domain.errors import DomainError, NotFoundError, UnreadableFileError
from app.domain.ids import ImageId
from app.usecases.correct_mask import correct_mask
from app.usecases.import_images import Refusal, files_below, shown_name
from app.usecases.ports import CancelToken, Progress, Services
from models.contract.arrays import BoolMask, RgbImage

MASK_ENDINGS = ("_segmentation", "_mask")
"""What other tools add to an image's name to call its mask; ISIC writes the first."""

_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class ImportedCorrections:
    """The cases that got a new revision, and the files that were not taken."""

    corrected: tuple[ImageId, ...]
    refused: tuple[Refusal, ...]


def import_corrections(
    services: Services, paths: Sequence[Path], *, token: CancelToken
) -> Generator[Progress, None, ImportedCorrections]:
    """Store mask files as signed corrections of the cases whose image files are called the same.

    A mask belongs to the image whose file name, without its ending, it bears (``_segmentation`` and
    ``_mask`` are set aside). Bright pixels are lesion; the size must be the image's.
    """
    ids_by_name = _ids_by_name(services)
    corrected: list[ImageId] = []
    refused: list[Refusal] = []
    files = files_below(paths)
    for number, path in enumerate(files):
        yield Progress(number, len(files), shown_name(path))
        if token.is_cancelled:
            break
        try:
            image_id = _only_case(ids_by_name, path)
            correct_mask(services, image_id, mask_of(services.images.read(path).pixels))
            corrected.append(image_id)
        except DomainError as error:
            refused.append(Refusal(path, str(error)))
    return ImportedCorrections(tuple(corrected), tuple(refused))


def mask_of(pixels: RgbImage) -> BoolMask:
    """Where an image (H, W, 3) uint8 of a mask is brighter than half of its brightest pixel, (H, W) bool.

    Raises:
        UnreadableFileError: it has shades or colours, so it is a photograph and no mask.
    """
    grey = pixels.max(axis=2)
    values = np.unique(grey)
    if len(values) > 2 or not np.array_equal(pixels.min(axis=2), grey):
        raise UnreadableFileError("A mask has two shades only, one for skin and one for the lesion.")
    return np.asarray(grey > values.max() / 2, dtype=np.bool_)


def _ids_by_name(services: Services) -> dict[str, list[ImageId]]:
    found: dict[str, list[ImageId]] = defaultdict(list)
    with services.reading() as work:
        for offset in range(0, work.cases.case_count(), _AT_A_TIME):
            for line in work.cases.case_lines(offset=offset, limit=_AT_A_TIME, order="imported"):
                found[Path(line.file_name).stem].append(line.image_id)
    return found


def _only_case(ids_by_name: dict[str, list[ImageId]], path: Path) -> ImageId:
    name = path.stem
    for ending in MASK_ENDINGS:
        name = name.removesuffix(ending)
    ids = ids_by_name.get(name, [])
    if not ids:
        raise NotFoundError(f"No case has an image file called {name}.")
    if len(ids) > 1:
        raise NotFoundError(f"{len(ids)} cases have an image file called {name}; correct them one by one.")
    return ids[0]
