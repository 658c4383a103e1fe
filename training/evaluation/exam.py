"""The exam: candidate and active model answer about the same images that neither may have learned from.

Both are read from their published folders and measured by the same code; the candidate's graph is run
beside its network, because the application may use either. The gate reads the outcome.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import torch
from numpy.typing import NDArray

from models.contract.files.atomic_files import sha256_of
from models.contract.imaging.preprocess import for_segmenter
from models.contract.onnx_runtime import onnx_runtime_errors
from models.contract.shelf.card import Task
from models.contract.shelf.exam import OVERALL, REFERENCE_IMAGES, Exam, ExamPart
from models.export import largest_difference
from training.contract.checked_data import CheckedData
from training.contract.data_set import DataSetError, Sample, read_manifest
from training.evaluation.exam_answers import outline_scores, score_answers
from training.evaluation.exam_figures import Figure, outline_figures, parts_of, score_figures
from training.inputs.decode import read_image
from training.metrics.card_figures import Cases
from training.tasks.graph_form import boundary_graph, score_graph
from training.tasks.loaded_model import PublishedModel, given_masks, views_of
from training.tasks.run_context import RunContext

if TYPE_CHECKING:
    from models.nets.classification.score_network import ScoreNetwork
    from models.nets.segmentation.outliner import Outliner

_EXAM_SPLIT: Final = "test"
_REFERENCE_SPLIT: Final = "val"
_PARITY_IMAGES: Final = 3
_FEWEST_PATIENTS: Final = 5
"""Smaller subgroups are not reported: they say nothing, and could point to a person."""
_LONGEST_WORD: Final = 60


@dataclass(frozen=True)
class _Pair:
    """The two models of an exam."""

    active: PublishedModel
    active_folder: Path
    candidate: PublishedModel
    candidate_folder: Path

    @staticmethod
    def of(active_folder: Path, active: PublishedModel, candidate_folder: Path) -> "_Pair":
        candidate = PublishedModel.read(candidate_folder)
        if active.card.task != candidate.card.task:
            raise DataSetError("The two models do different things, so they cannot be compared.")
        return _Pair(active, active_folder, candidate, candidate_folder)

    @property
    def task(self) -> Task:
        """What both do; raises DataSetError if no exam tells how well."""
        task = self.candidate.card.task
        if task == "refinement":
            raise DataSetError("A model that redraws boundaries from clicks sits no exam.")
        return task


@dataclass(frozen=True)
class _Images:
    """What an exam is about: a data folder, and bundled images that show forgetting."""

    data: CheckedData
    bundled: tuple[Sample, ...] | None


def sit_exam(candidate: Path, active: Path, data_dir: Path, *, reference: Path | None = None) -> Exam:
    """Measure ``candidate`` beside ``active`` on the exam images of a snapshot.

    Args:
        candidate: model folder.
        active: model folder of the model in use.
        data_dir: snapshot or data folder; its split ``test`` is the exam.
        reference: data folder of bundled images, all in split ``val``, that show forgetting.

    Raises:
        DataSetError: a data folder cannot be used, or the models do different things.
        ModelRefusedError: a model folder cannot be read.
    """
    pair = _Pair.of(active, PublishedModel.read(active), candidate)
    bundled = None if reference is None else read_manifest(reference)
    return _exam(pair, _Images(CheckedData.read(data_dir), bundled))


def exam_of_run(context: RunContext, candidate: Path) -> Exam:
    """Measure what a run published beside the model it started from, on the exam images of its data.

    Raises:
        SnapshotError: a file of the run's snapshot was changed or removed while the run went on.
        ModelRefusedError: the folder ``candidate`` cannot be read.
    """
    context.data.check_again()
    bundled = None if context.fine_tuning.rehearsal is None else context.bundled
    pair = _Pair.of(context.fine_tuning.base, context.base, candidate)
    return _exam(pair, _Images(context.data, bundled))


def _exam(pair: _Pair, images: _Images) -> Exam:
    data = images.data
    samples = _judged(data.samples, _EXAM_SPLIT, pair.task)
    figures = _figures(pair, samples)
    parts = list(_exam_parts(figures, samples))
    if images.bundled is not None:
        shown = _judged(images.bundled, _REFERENCE_SPLIT, pair.task)
        reference_figures = _figures(pair, shown)
        whole = {REFERENCE_IMAGES: np.ones(len(shown), dtype=np.bool_)}
        parts += parts_of(reference_figures, whole, Cases(shown).groups)
        figures += reference_figures
    return Exam(
        task=pair.task,
        active=pair.active.card.reference,
        active_sha256=sha256_of(pair.active_folder / pair.active.card.weights_file),
        candidate=pair.candidate.card.reference,
        candidate_sha256=sha256_of(pair.candidate_folder / pair.candidate.card.weights_file),
        candidate_answers_sha256=pair.candidate.card.answers_sha256,
        snapshot_id=None if data.snapshot is None else data.snapshot.id,
        snapshot_manifest_sha256=data.manifest_sha256,
        images=len(samples),
        patients=len({sample.duplicate_group for sample in samples}),
        parts=tuple(parts),
        parity_max_abs_difference=_parity(
            pair.candidate, pair.candidate_folder, (*samples, *data.samples)[:_PARITY_IMAGES]
        ),
        has_nan=_has_nan(pair.candidate, figures),
        labels_unchanged=pair.candidate.card.labels == pair.active.card.labels,
        taken_at=datetime.now(UTC),
    )


def _judged(samples: Sequence[Sample], split: str, task: Task) -> tuple[Sample, ...]:
    """The images of a split whose truth is known."""
    return tuple(
        sample
        for sample in samples
        if sample.split == split
        and (sample.mask_file if task == "segmentation" else sample.malignant) is not None
    )


def _figures(pair: _Pair, samples: tuple[Sample, ...]) -> tuple[Figure, ...]:
    if pair.task == "segmentation":
        return outline_figures(outline_scores(pair.active, samples), outline_scores(pair.candidate, samples))
    labels = np.array([bool(sample.malignant) for sample in samples], dtype=np.bool_)
    return score_figures(labels, score_answers(pair.active, samples), score_answers(pair.candidate, samples))


def _exam_parts(figures: tuple[Figure, ...], samples: tuple[Sample, ...]) -> tuple[ExamPart, ...]:
    patients = Cases(samples).groups
    groups = {OVERALL: np.ones(len(samples), dtype=np.bool_), **_subgroups(samples)}
    return tuple(parts_of(figures, groups, patients))


def _subgroups(samples: tuple[Sample, ...]) -> dict[str, NDArray[np.bool_]]:
    """By sex, age band, site, skin type and diagnosis, where known and with enough patients."""
    cases = Cases(samples)
    found = {
        name: chosen
        for name, chosen in cases.subgroups(with_diagnosis=True).items()
        if not name.startswith("view: ") and not name.endswith("not known")
    }
    further = {
        "site": [sample.site for sample in samples],
        "skin type": [sample.skin_type for sample in samples],
    }
    for title, words in further.items():
        for word in sorted({each for each in words if each}):
            found[f"{title}: {word}"] = np.array([each == word for each in words], dtype=np.bool_)
    return {
        name[:_LONGEST_WORD]: chosen
        for name, chosen in found.items()
        if len(np.unique(cases.groups[chosen])) >= _FEWEST_PATIENTS
    }


def _parity(model: PublishedModel, folder: Path, samples: Sequence[Sample]) -> float | None:
    """The largest difference between graph and network on real images; None without a finite one."""
    if not samples:
        return None
    graph = folder / model.card.graph_file
    try:
        if model.card.task == "segmentation":
            form, signature = boundary_graph(cast("Outliner", model.network))
            example = _segmenter_example(model, samples)
        else:
            form, signature = score_graph(cast("ScoreNetwork", model.network))
            example = _classifier_example(model, samples)
        difference = largest_difference(form, signature, [example], graph)
    except onnx_runtime_errors():
        return None
    return difference if np.isfinite(difference) else None


def _segmenter_example(model: PublishedModel, samples: Sequence[Sample]) -> dict[str, torch.Tensor]:
    spec = model.card.input
    images = [
        for_segmenter(read_image(sample), height_px=spec.height_px, width_px=spec.width_px)[0]
        for sample in samples
    ]
    return {"images": torch.from_numpy(np.stack(images))}


def _classifier_example(model: PublishedModel, samples: Sequence[Sample]) -> dict[str, torch.Tensor]:
    spec, chosen = model.card.input, tuple(samples)
    views = views_of(
        chosen, given_masks(chosen), size_px=spec.width_px, margin=cast("float", spec.crop_margin)
    )
    return {
        "images": torch.from_numpy(views.images),
        "numeric": torch.from_numpy(views.numeric),
        "categorical": torch.from_numpy(views.categorical),
    }


def _has_nan(candidate: PublishedModel, figures: tuple[Figure, ...]) -> bool:
    weights = candidate.network.state_dict().values()
    is_finite = all(bool(torch.isfinite(weight).all()) for weight in weights if weight.is_floating_point())
    answers = (figure.candidate[figure.rows].astype(np.float64) for figure in figures)
    return not (is_finite and all(bool(np.isfinite(each).all()) for each in answers))
