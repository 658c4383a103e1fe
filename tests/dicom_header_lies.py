"""A strategy for DICOM files whose headers tell the truth or lie in one or two fields, and what comes of it.

The picture is known, so an outcome can be judged: right, refused, or read as the header declares it where
nothing in the file contradicts the header (a second decoder then shows the same). Anything else is a mistake.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom import uid

from app.domain.errors import UnreadableFileError
from app.imaging.readers import read_image
from tests.dicom_combinations import (
    COLOUR,
    DEPTHS,
    GREY,
    SYNTAXES,
    UNCOMPRESSED,
    Combination,
    Written,
    file_bytes,
    lesion_picture,
    second_reading,
    second_samples,
    written,
)

Pixels = NDArray[np.uint8]

_LIES: dict[str, tuple[object, ...]] = {
    "PhotometricInterpretation": (*GREY[:2], *COLOUR),
    "PlanarConfiguration": (0, 1),
    "BitsStored": (7, 8, 10, 12, 14, 16),
    "HighBit": (0, 6, 7, 9, 11, 13, 15, 16),
    "BitsAllocated": (8, 16),
    "PixelRepresentation": (0, 1),
    "SamplesPerPixel": (1, 3),
    "Rows": (-1, 1),
    "Columns": (-1, 1),
    "TransferSyntaxUID": tuple(syntax for syntax in SYNTAXES if syntax not in UNCOMPRESSED),
}
_COLOUR_MEAN, _COLOUR_WORST = 3.0, 14.0


@dataclass(frozen=True, slots=True)
class Told:
    """A file and what it was made from; ``lies`` are the header fields that were changed afterwards."""

    layout: Combination
    lies: tuple[tuple[str, object], ...]
    noise: int
    light: float

    @property
    def picture(self) -> Pixels:
        """Return the picture: the lesion in another light, with some grain."""
        grain = np.random.default_rng(self.noise).normal(0, self.noise, (*self.layout.size, 3))
        return np.clip(lesion_picture(*self.layout.size) * self.light + grain, 0, 255).astype(np.uint8)

    def __str__(self) -> str:
        lies = ", ".join(f"{field} {value}" for field, value in self.lies)
        return f"{self.layout} | {lies or 'no lie'} | grain {self.noise}, light {self.light}"


def _is_past_finding(field: str, layout: Combination) -> bool:
    """Say whether nothing in a file could show that a field is wrong.

    The numbers of a palette look like any grey; and of the most common files, unsigned ones, the sign is not
    doubted, because black marks on white would then count against it.
    """
    is_number = field == "PhotometricInterpretation" and layout.photometric == "PALETTE COLOR"
    return is_number or (field == "PixelRepresentation" and layout.is_signed)


@st.composite
def told_files(draw: st.DrawFn) -> Told:
    """Return files of all layouts with at most two lies."""
    depth = draw(st.sampled_from(DEPTHS))
    layout = Combination(
        draw(st.sampled_from(SYNTAXES)),
        draw(st.sampled_from((*GREY, *COLOUR))),
        draw(st.booleans()),
        *depth,
        draw(st.booleans()),
        (draw(st.integers(64, 100)), draw(st.integers(64, 100))),
    )
    if layout.samples == 1:
        layout = replace(layout, is_planar=False)
    lies = draw(st.lists(st.sampled_from(sorted(_LIES)), max_size=2, unique=True))
    lies = [field for field in lies if not _is_past_finding(field, layout)]
    pairs = tuple((field, draw(st.sampled_from(_LIES[field]))) for field in lies)
    return Told(layout, pairs, draw(st.integers(0, 3)), draw(st.sampled_from((0.7, 0.9, 1.1))))


def outcome(told: Told) -> str:
    """Return 'right', 'refused', 'as declared', or a sentence about the mistake."""
    file = written(told.layout, told.picture)
    try:
        pixels = read_image(_with_lies(file, told), ".dcm").pixels
    except UnreadableFileError as refusal:
        return "refused" if told.lies or told.layout.is_lossy_jpeg else f"refused without cause: {refusal}"
    if _is_like(pixels, file.truth, told):
        return "right"
    if told.lies and _is_as_declared(pixels, file, told):
        return "as declared"
    if pixels.shape != file.truth.shape:
        return f"another size, {pixels.shape}"
    return f"another picture, {np.abs(pixels.astype(np.int16) - file.truth).mean():.1f} levels away"


def _with_lies(file: Written, told: Told) -> bytes:
    dataset, syntax = file.dataset, told.layout.syntax
    for field, value in told.lies:
        if field == "TransferSyntaxUID":
            if syntax not in UNCOMPRESSED:
                syntax = dataset.file_meta.TransferSyntaxUID = uid.UID(str(value))
        elif field in ("Rows", "Columns"):
            setattr(dataset, field, dataset[field].value + int(str(value)))
        else:
            setattr(dataset, field, value)
    return file_bytes(dataset, syntax)


def _is_like(pixels: Pixels, truth: Pixels, told: Told) -> bool:
    if pixels.shape != truth.shape:
        return False
    difference = np.abs(pixels.astype(np.int16) - truth)
    few_bits = 2 if told.layout.bits_stored < 8 else 1
    grain = 1 + told.noise if told.layout.is_lossy or told.layout.is_subsampled else 1
    share = np.percentile(difference, 98)
    return bool(
        difference.mean() <= _COLOUR_MEAN * few_bits * grain and share <= _COLOUR_WORST * few_bits * grain
    )


def _is_as_declared(pixels: Pixels, file: Written, told: Told) -> bool:
    """Say whether a second decoder, believing the header about bits, sign and colour, sees the same."""
    declared = _declared(file, told)
    if declared.samples != told.layout.samples or declared.size != told.layout.size:
        return False
    try:
        cells = second_samples(written(told.layout, told.picture), told.layout)
        second = second_reading(cells, file, declared)
    except (ValueError, IndexError, KeyError):
        return False
    return bool(np.abs(pixels.astype(np.int16) - second).mean() <= _COLOUR_MEAN)


def _declared(file: Written, told: Told) -> Combination:
    dataset = file.dataset
    changed: dict[str, Any] = {
        "photometric": str(dataset.PhotometricInterpretation),
        "bits_allocated": int(dataset.BitsAllocated),
        "bits_stored": int(dataset.BitsStored),
        "high_bit": int(dataset.HighBit),
        "is_signed": bool(dataset.PixelRepresentation),
        "size": (int(dataset.Rows), int(dataset.Columns)),
    }
    if not changed["bits_stored"] <= changed["high_bit"] + 1 <= changed["bits_allocated"]:
        changed["high_bit"] = told.layout.high_bit
    assert set(changed) <= {field.name for field in fields(Combination)}
    return replace(told.layout, **changed)
