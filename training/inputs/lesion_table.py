"""What the classifier reads beside the pixels: boxes and tabular inputs, measured once per data set."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, RgbImage
from models.contract.files.atomic_files import write_whole
from models.contract.imaging.preprocess import Box, lesion_crop_box
from models.contract.lesion.features import measure_lesion
from models.contract.lesion.tabular import (
    CATEGORICAL_FEATURES,
    CATEGORICAL_INPUTS,
    CATEGORICAL_VALUES,
    NUMERIC_FEATURES,
    NUMERIC_INPUTS,
    Origin,
    TabularInput,
    tabular_input,
)
from training.augmentation.mask_jitter import mask_variants
from training.contract.data_set import Sample
from training.contract.progress_bar import shown
from training.inputs.array_cache import names_key
from training.inputs.decode import read_image, read_mask
from training.inputs.samplers import generator

_MEASURABLE = (Origin.MEASURED, Origin.CALIBRATED)
METADATA_NUMERIC = np.array([f.origin not in _MEASURABLE for f in NUMERIC_INPUTS])
METADATA_CATEGORICAL = np.array([f.origin not in _MEASURABLE for f in CATEGORICAL_INPUTS])
"""What cannot be measured on image and mask: about the patient, or given by the manifest only."""

_INSTITUTION = "attribution"


@dataclass(frozen=True)
class LesionTable:
    """Per sample (N) and mask variant (V): the lesion's square without margin, and the inputs.

    ``squares`` (N, V, 3) float32: column and row of the centre and side length, image px.
    ``numeric`` (N, V, 35) float32, NaN for missing; ``categorical`` (N, 6) int64, 0 for missing.
    """

    squares: NDArray[np.float32]
    numeric: NDArray[np.float32]
    categorical: NDArray[np.int64]


def load_table(samples: tuple[Sample, ...], variants: int, seed: int, cache: Path) -> LesionTable:
    """The table of ``samples``, measured once and then read from ``cache``."""
    file = cache / f"lesions-{names_key(samples)}-{variants}-{seed}.npz"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        table = measure_table(samples, variants, seed)
        packed = BytesIO()
        np.savez(packed, squares=table.squares, numeric=table.numeric, categorical=table.categorical)
        write_whole(file, packed.getvalue())
    with np.load(file) as stored:
        return LesionTable(stored["squares"], stored["numeric"], stored["categorical"])


def measure_table(samples: tuple[Sample, ...], variants: int, seed: int) -> LesionTable:
    """Measure every sample with its expert mask and with perturbed ones."""
    squares = np.zeros((len(samples), variants, 3), np.float32)
    numeric = np.zeros((len(samples), variants, len(NUMERIC_INPUTS)), np.float32)
    categorical = np.zeros((len(samples), len(CATEGORICAL_INPUTS)), np.int64)
    for index, sample in enumerate(shown(samples, "Measuring lesions")):
        image = read_image(sample)
        expert = read_mask(sample, image.shape)
        masks: list[BoolMask | None] = [None] * variants
        if expert is not None and expert.any():
            masks = list(mask_variants(expert, variants, generator(seed, index)))
        for variant, mask in enumerate(masks):
            inputs = inputs_of(sample, image, mask, with_institution=True)
            squares[index, variant] = square_of(lesion_crop_box(mask, image.shape, margin=0.0))
            numeric[index, variant] = inputs.numeric
            categorical[index] = inputs.categorical
    return LesionTable(squares, numeric, categorical)


def inputs_of(
    sample: Sample, image: RgbImage, mask: BoolMask | None, *, with_institution: bool = False
) -> TabularInput:
    """The tabular input of one sample, measured on ``mask`` if there is one.

    What the manifest gives counts instead of what was measured, so that a data set speaks with one voice. The
    institution is a shortcut to the diagnosis that no clinic has: only the tables of a run hold it, where it
    is withheld often, never those that a published model is measured with.
    """
    has_lesion = mask is not None and mask.any()
    found = tabular_input(
        entered={"age_approx": sample.age_years, "sex": sample.sex, "anatom_site_general": sample.site},
        features=measure_lesion(image, mask) if mask is not None and has_lesion else None,
    )
    for name, value in sample.given:
        if isinstance(value, float):
            found.numeric[NUMERIC_FEATURES.index(name)] = value
        elif name != _INSTITUTION or with_institution:
            values = CATEGORICAL_VALUES[name]
            found.categorical[CATEGORICAL_FEATURES.index(name)] = (
                values.index(value) + 1 if value in values else 0
            )
    return found


def square_of(box: Box) -> tuple[float, float, float]:
    """(x, y, side) of a square box: its centre and side length in px."""
    return (box.left + (box.width - 1) / 2, box.top + (box.height - 1) / 2, box.width)


def withheld(
    numeric: NDArray[np.float32], categorical: NDArray[np.int64], *, metadata_only: bool
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The inputs (..., 35) and (..., 6) without patient metadata, or without anything."""
    hidden_numeric = METADATA_NUMERIC if metadata_only else np.ones_like(METADATA_NUMERIC)
    hidden_categorical = METADATA_CATEGORICAL if metadata_only else np.ones_like(METADATA_CATEGORICAL)
    return (
        np.where(hidden_numeric, np.float32(np.nan), numeric),
        np.where(hidden_categorical, np.int64(0), categorical),
    )


def standardisation(
    numeric: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and deviation (35,) of what is known; 0 and 1 for inputs that never are."""
    known = ~np.isnan(numeric)
    count = known.sum(axis=0)
    total = np.where(known, numeric, 0).sum(axis=0, dtype=np.float64)
    mean = total / np.maximum(count, 1)
    square = np.where(known, numeric - mean, 0) ** 2
    deviation = np.sqrt(square.sum(axis=0, dtype=np.float64) / np.maximum(count, 1))
    usable = (count > 1) & (deviation > 1e-6)
    return (
        np.where(count > 0, mean, 0).astype(np.float32),
        np.where(usable, deviation, 1).astype(np.float32),
    )
