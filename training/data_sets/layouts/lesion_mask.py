"""The masks of a download: which of them are used, and what is said about those that need a look."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from models.contract.arrays import BoolMask
from models.contract.errors import NaevusError, NoMaskError
from models.contract.imaging.mask_file import read_mask
from models.contract.imaging.mask_plausibility import LARGEST_SHARE, MaskIssueKind, mask_issue
from models.contract.imaging.mask_values import PLAIN
from training.data_sets.layouts.upright import mask_png

_PNG_START = b"\x89PNG\r\n\x1a\n"


class UnusableMaskError(NaevusError):
    """A mask is left out; the message is the sentence to show."""


@dataclass(frozen=True)
class LesionMask:
    """A mask that is used."""

    mask: BoolMask
    """(H, W) bool."""
    remark: str
    """What a person should know about it, "" for nothing; completes 'masks ...'."""
    png: bytes
    """The file as it is where it is a black and white PNG already, else the mask written as one."""


def lesion_mask(file: Path, image_px: tuple[int, int]) -> LesionMask:
    """The mask in ``file`` for an image of ``image_px`` (width, height).

    Raises:
        UnusableMaskError: it cannot be read, is no mask of this image, or lesion and skin may be exchanged.
    """
    try:
        content = file.read_bytes()
        reading = read_mask(content)
    except OSError:
        raise UnusableMaskError(f"The mask {file.name} cannot be used: It cannot be opened.") from None
    except NoMaskError as error:
        raise UnusableMaskError(f"The mask {file.name} cannot be used: {error}") from None
    height_px, width_px = reading.mask.shape
    if (width_px, height_px) != image_px:
        raise UnusableMaskError(
            f"The mask {file.name} is not used: it has another size than its image. "
            f"The mask has {width_px} x {height_px} px, its image {image_px[0]} x {image_px[1]} px."
        )
    issue = mask_issue(reading.mask)
    if issue is not None and issue.kind is not MaskIssueKind.NEARLY_FULL:
        raise UnusableMaskError(f"The mask {file.name} is not used: it {issue.reason}.")
    remarks = [] if reading.taken_for == PLAIN else [f"were read as {reading.taken_for}"]
    remarks += [f"mark more than {LARGEST_SHARE:.0%} of their image"] if issue is not None else []
    is_plain_png = reading.taken_for == PLAIN and content.startswith(_PNG_START)
    return LesionMask(
        reading.mask, " and ".join(remarks), content if is_plain_png else mask_png(reading.mask)
    )


def remark_notes(remarks: Iterable[tuple[str, str]]) -> Iterator[str]:
    """One sentence for each remark, from pairs of an image's id and what is said about its mask."""
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for image_id, remark in remarks:
        if remark:
            counts[remark] += 1
            first.setdefault(remark, image_id)
    for remark, count in counts.items():
        yield f"Masks that {remark}: {count}, as the one of {first[remark]}."
