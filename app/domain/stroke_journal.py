"""The steps of a correction, what is left when they are replayed, and their form in a file.

A journal holds everything needed to continue after a crash: the mask the work started from and every step
since, undone and redone steps included. Each step carries its whole change, so that a step made before the
journal began can still be undone in it.

The file: eight bytes that name the format, then records. A record is its length and its CRC-32 (two
little-endian 32-bit numbers) and then its content: one line of JSON and the packed masks it announces. The
first record is the start, each further one a step. What follows the last whole record is a write that a
crash cut short.
"""

import json
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from enum import Enum

from app.domain.analysis.prediction import ModelRef
from app.domain.ids import ImageId, WorkId
from app.domain.mask import MaskPatch, PixelBox, unpacked_mask
from app.domain.other_lesions import FIRST_LESION
from models.contract.arrays import BoolMask

_LESION_MARK = "-lesion"


class StepKind(Enum):
    """What a person did to the mask."""

    MADE = "made"
    CONTINUED = "continued"
    """Made, and one step with the step before: what a slider sends while it is dragged."""
    UNDONE = "undone"
    REDONE = "redone"


@dataclass(frozen=True, slots=True)
class WorkStep:
    """One step of a correction; ``patch`` is always the change as it was first made."""

    kind: StepKind
    tool: str
    patch: MaskPatch
    refiner: ModelRef | None = None
    """The model that drew the step from clicks; None when a person drew it."""


def work_id(image_id: ImageId, lesion: int = FIRST_LESION) -> WorkId:
    """Return what names the drawing of a lesion of an image; that of the first one is the image's id."""
    return WorkId(image_id if lesion == FIRST_LESION else f"{image_id}{_LESION_MARK}{lesion}")


def drawn_lesion(work: WorkId) -> tuple[ImageId, int]:
    """Return the image of a drawing, and the number of the lesion in it."""
    image_id, _, lesion = work.partition(_LESION_MARK)
    return (ImageId(image_id), int(lesion)) if lesion.isdecimal() else (ImageId(work), FIRST_LESION)


@dataclass(frozen=True, slots=True)
class WorkStart:
    """What a correction starts from."""

    image_id: ImageId
    revision: str
    """The stored revision or prediction the mask came from; empty when it was drawn from nothing."""
    height_px: int
    width_px: int
    packed: bytes
    """The mask as ``packed_mask`` packs it."""
    lesion: int = FIRST_LESION
    """Number of the lesion in the image that is drawn."""

    @property
    def work_id(self) -> WorkId:
        """Return what names the work."""
        return work_id(self.image_id, self.lesion)

    @property
    def shape(self) -> tuple[int, int]:
        """Return (height, width) of the image."""
        return self.height_px, self.width_px


@dataclass(frozen=True, slots=True)
class MadeStep:
    """A step of the undo history."""

    tool: str
    patch: MaskPatch
    refiner: ModelRef | None = None


@dataclass(frozen=True, slots=True)
class JournalContent:
    """What a journal's bytes say; ``start`` is None when not even the first record is whole."""

    start: WorkStart | None
    steps: tuple[WorkStep, ...]
    whole_bytes: int
    """Length of the part that can be read; what follows was never finished."""


@dataclass(slots=True)
class Work:
    """A correction in progress: its mask, its history and how much of the history is in force."""

    start: WorkStart
    mask: BoolMask
    history: list[MadeStep] = field(default_factory=list)
    position: int = 0


def replayed(start: WorkStart, steps: Iterable[WorkStep]) -> Work:
    """Return the work as it was after ``steps``.

    Raises:
        ValueError: the packed mask or a step does not fit the image.
    """
    work = Work(start, unpacked_mask(start.packed, start.shape))
    for step in steps:
        _STEP[step.kind](work, MadeStep(step.tool, step.patch, step.refiner))
    return work


def _make(work: Work, step: MadeStep) -> None:
    step.patch.apply(work.mask)
    work.history[work.position :] = [step]
    work.position += 1


def _continue(work: Work, step: MadeStep) -> None:
    """Join the step before; one that is older than the journal is not known and stays apart."""
    if work.position == 0:
        _make(work, step)
        return
    step.patch.apply(work.mask)
    work.position -= 1
    both = work.history[work.position].patch.followed_by(step.patch, work.mask)
    work.history[work.position :] = [] if both is None else [MadeStep(step.tool, both)]
    work.position = len(work.history)


def _undo(work: Work, step: MadeStep) -> None:
    """Undo; a step older than the journal joins the history as one that can be redone."""
    step.patch.revert(work.mask)
    if work.position == 0:
        work.history.insert(0, step)
    else:
        work.position -= 1


def _redo(work: Work, step: MadeStep) -> None:
    """Redo; a step undone before the journal began joins the history."""
    step.patch.apply(work.mask)
    if work.position == len(work.history):
        work.history.append(step)
    work.position += 1


_STEP = {
    StepKind.MADE: _make,
    StepKind.CONTINUED: _continue,
    StepKind.UNDONE: _undo,
    StepKind.REDONE: _redo,
}


_MAGIC = b"NAEVUSJ1"
_FRAME = struct.Struct("<II")


def start_bytes(start: WorkStart) -> bytes:
    """Return the beginning of a journal's file."""
    head: dict[str, object] = {
        "image_id": start.image_id,
        "revision": start.revision,
        "height_px": start.height_px,
        "width_px": start.width_px,
    }
    if start.lesion != FIRST_LESION:
        head["lesion"] = start.lesion
    return _MAGIC + _record(head, start.packed)


def step_bytes(step: WorkStep) -> bytes:
    """Return a step as a record of a journal's file."""
    box = step.patch.box
    head: dict[str, object] = {
        "kind": step.kind.value,
        "tool": step.tool,
        "box": [box.top, box.left, box.bottom, box.right],
        "before_bytes": len(step.patch.before),
    }
    if step.refiner is not None:
        head["refiner"] = asdict(step.refiner)
    return _record(head, step.patch.before + step.patch.after)


def read_journal(content: bytes) -> JournalContent:
    """Return the whole records of a journal's file; a torn last one is left out.

    Raises:
        ValueError: this is no journal, or a whole record says something impossible.
    """
    if not content.startswith(_MAGIC):
        if _MAGIC.startswith(content):
            return JournalContent(None, (), 0)
        raise ValueError("the file is not a stroke journal")
    start, steps, whole = None, [], len(_MAGIC)
    for record in _whole_records(content):
        if start is None:
            start = _start_of(record)
        else:
            steps.append(_step_of(record, start.shape))
        whole += _FRAME.size + len(record)
    return JournalContent(start, tuple(steps), whole)


def _record(head: dict[str, object], body: bytes) -> bytes:
    content = json.dumps(head, separators=(",", ":")).encode() + b"\n" + body
    return _FRAME.pack(len(content), zlib.crc32(content)) + content


def _whole_records(content: bytes) -> Iterator[bytes]:
    at = len(_MAGIC)
    while at + _FRAME.size <= len(content):
        length, checksum = _FRAME.unpack_from(content, at)
        at += _FRAME.size
        record = content[at : at + length]
        if len(record) < length or zlib.crc32(record) != checksum:
            return
        yield record
        at += length


def _start_of(record: bytes) -> WorkStart:
    line, _, packed = record.partition(b"\n")
    head = json.loads(line)
    try:
        return WorkStart(
            ImageId(str(head["image_id"])),
            str(head["revision"]),
            int(head["height_px"]),
            int(head["width_px"]),
            packed,
            int(head.get("lesion", FIRST_LESION)),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("the journal's first record is incomplete") from error


def _step_of(record: bytes, shape: tuple[int, int]) -> WorkStep:
    line, _, packed = record.partition(b"\n")
    head = json.loads(line)
    try:
        box = PixelBox(*(int(edge) for edge in head["box"]))
        split = int(head["before_bytes"])
        refiner = head.get("refiner")
        step = WorkStep(
            StepKind(head["kind"]),
            str(head["tool"]),
            MaskPatch(box, packed[:split], packed[split:]),
            None if refiner is None else ModelRef(**refiner),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("a record of the journal is incomplete") from error
    if box.is_empty or box.clipped(shape) != box:
        raise ValueError("a step of the journal lies outside its image")
    return step
