"""Explaining a published model on chosen images: the bundled ones, or a split of a data folder."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.contract.errors import ModelRefusedError
from resources import path as shipped
from training.contract.data_set import DataSetError, Sample, read_manifest
from training.contract.progress_bar import shown
from training.explanation.explained_answers import Subject, caution, samples_to_explain, subject_of
from training.explanation.faithfulness import Protocol, faithfulness
from training.explanation.faithfulness_exactness import exactness, head_correlations
from training.explanation.faithfulness_report import Report
from training.explanation.feature_effects import effects_over
from training.tasks.loaded_model import PublishedModel

_CHECKED_EXACTLY: Final = 8
"""Images of the checks whose errors hardly differ from image to image."""
_ANSWERS: Final = {
    "classification": "calibrated probability of malignancy, metadata missing",
    "segmentation": "mean calibrated probability over the predicted lesion",
}


@dataclass(frozen=True)
class Chosen:
    """The images to explain on, and what they are in words."""

    samples: tuple[Sample, ...]
    words: str


def chosen(data_dir: Path | None, split: str, count: int) -> Chosen:
    """Choose images of a split, at most one of each lesion, or bundled ones if there is no data folder.

    Raises:
        DataSetError: the split is empty or is that of the final test, which chooses nothing.
    """
    if data_dir is None:
        samples = _samples()
        learning = read_manifest(shipped("learning"))
        more = samples_to_explain(learning, max(0, count - len(samples)))
        return Chosen((*samples, *more)[:count], "bundled; many were trained on")
    if split == "test":
        raise DataSetError("The default overlay is chosen by these figures, so they are not taken on test.")
    found = [sample for sample in read_manifest(data_dir) if sample.split == split]
    if not found:
        raise DataSetError(f"The manifest has no image in the split {split!r}.")
    return Chosen(samples_to_explain(found, count), split)


def subjects_of(
    model: PublishedModel, samples: Sequence[Sample], segmenter: PublishedModel | None
) -> tuple[Subject, ...]:
    """Prepare the images as the model reads them; lesions nobody outlined are cut out by ``segmenter``."""
    return tuple(subject_of(model, sample, segmenter) for sample in shown(samples, "Reading"))


def check(model: PublishedModel, subjects: Sequence[Subject], words: str, protocol: Protocol) -> Report:
    """Measure every overlay of a model.

    Raises:
        ModelRefusedError: there is nothing to measure.
    """
    few = subjects[:_CHECKED_EXACTLY]
    try:
        found = faithfulness(model, subjects, protocol)
    except ValueError as error:
        raise ModelRefusedError(str(error)) from error
    return Report(
        model.card.reference,
        _ANSWERS[model.card.task],
        words,
        found,
        exactness(model, few),
        head_correlations(model, few),
        caution(model),
        effects_over(model, subjects),
    )


def _samples() -> tuple[Sample, ...]:
    """The sample cases; nobody outlined them."""
    folder = shipped("samples")
    with (folder / "samples.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return tuple(
        Sample(
            image_id=row["source_id"],
            split=row["split"],
            image_file=folder / row["file"],
            mask_file=None,
            diagnosis=row["diagnosis"] or None,
            malignant=None,
            age_years=None,
            sex=None,
            site=None,
            duplicate_group=row["source_id"],
            view=None,
            structures=(),
        )
        for row in rows
        if row["split"] != "test"
    )
