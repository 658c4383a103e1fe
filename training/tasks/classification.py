"""Learning malignancy: lesion crops, metadata and measurements, withheld often enough."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.contract.imaging.preprocess import for_classifier
from models.contract.imaging.views import VIEW_COUNT, all_views
from models.contract.metrics import roc_auc
from models.nets.classification.score_network import ScoreNetwork
from training.contract.data_set import DIAGNOSES, DataSetError, Sample, Split
from training.contract.diagnoses import planned_diagnoses
from training.contract.plan import Stage, TrainingPlan
from training.inputs.crop_cache import Canvases, load_canvases, view_of
from training.inputs.decode import read_image, read_mask
from training.inputs.lesion_table import (
    LesionTable,
    load_table,
    withheld,
)
from training.inputs.samplers import balanced_batches, generator, quota_batches, source_quota_batches
from training.loop.task import Batch, EpochBatches
from training.tasks import losses
from training.tasks.auxiliary_heads import UNKNOWN, ClassifierWithAuxiliaryHeads, target_rows
from training.tasks.diagnosis_loss import DiagnosisTargets, diagnoses_loss, places_of
from training.tasks.diagnosis_metrics import DiagnosisAnswers
from training.tasks.evidential_loss import annealing_at, evidential_loss
from training.tasks.mixing import is_mixed, mixed, mixed_auxiliary_loss
from training.tasks.segmentation import as_network_input

_MIXING_STREAM = 1_000_003
"""Keeps the draw of mixtures apart from that of views, which have places in the batch in its stead."""


@dataclass(frozen=True)
class Views:
    """What a classifier sees of N lesions, unvaried: images (N, 3, s, s) and tabular inputs."""

    images: NDArray[np.float32]
    numeric: NDArray[np.float32]
    categorical: NDArray[np.int64]


class ClassificationTask:
    """Malignancy training on the images whose diagnosis is known."""

    def __init__(self, plan: TrainingPlan, split: Split, cache: Path) -> None:
        self._plan, self._cache = plan, cache
        self.train = tuple(s for s in split.train if s.malignant is not None)
        self.validation = tuple(s for s in split.validation if s.malignant is not None)
        for name, samples in (("train", self.train), ("val", self.validation)):
            if len({s.malignant for s in samples}) < 2:
                raise DataSetError(f"The {name} images need both malignant and benign lesions.")
        self.table = load_table(self.train, plan.mask_variants, plan.seed, cache)
        self.validation_table = load_table(self.validation, 1, plan.seed, cache)
        self._targets = _Targets.of(self.train)
        self._diagnoses = planned_diagnoses(plan)
        self._diagnosis_targets = self._targets_of_diagnoses()
        self._canvases: Canvases | None = None
        self._views: Views | None = None
        self._size_px = plan.stages[0].width_px

    @property
    def counts(self) -> tuple[int, int]:
        """Numbers of training and validation images."""
        return len(self.train), len(self.validation)

    def steps_per_epoch(self) -> int:
        """Steps in one epoch: every benign image once, or as many images as there are if balanced."""
        return len(self._order(0))

    def open_stage(self, stage: Stage) -> None:
        """Cut all lesions once for this stage."""
        self._size_px = self._training_size_px(stage)
        self._canvases = load_canvases(
            self.train,
            self.table.squares[:, 0],
            size_px=self._size_px,
            margin=self._plan.crop_margin,
            cache=self._cache,
        )
        self._views = expert_views(
            self.validation, self.validation_table, stage.width_px, self._plan.crop_margin
        )

    def _training_size_px(self, stage: Stage) -> int:
        """The side at which training crops are cut and varied: that of the stage."""
        return stage.width_px

    def batches(self, epoch: int) -> EpochBatches:
        """The batches of an epoch, each with its quota of melanomas."""
        if self._canvases is None:
            raise RuntimeError("open_stage comes first")
        known = None if self._diagnosis_targets is None else self._diagnosis_targets.known
        drawer = _Drawer(self._plan, self._canvases, self.table, self._targets, self._size_px, known)
        return _Epoch(drawer, self._order(epoch), epoch)

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """The plan's loss on the malignancy logit plus the auxiliary targets."""
        outputs = network(batch["images"], batch["numeric"], batch["categorical"])
        return self.loss_of(network, outputs, batch)

    def loss_of(self, network: nn.Module, outputs: dict[str, Tensor], batch: Batch) -> Tensor:
        """The loss of what ``network`` answered to a batch."""
        main = self._main_loss(outputs, batch)
        # Mixed images are neither malignant nor benign, so nothing is learned from their order.
        if not is_mixed(batch):
            main = main + _ranking_loss(self._plan, network, outputs["malignant"].float(), batch["malignant"])
        return main + mixed_auxiliary_loss(outputs, batch, self._plan.auxiliary)

    def _main_loss(self, outputs: dict[str, Tensor], batch: Batch) -> Tensor:
        if self._diagnosis_targets is None:
            return _main_loss(self._plan, outputs, batch)
        weights = self._diagnosis_targets.weights.to(batch["known"].device)
        return diagnoses_loss(outputs, batch["known"], weights, self._plan.label_smoothing)

    def _targets_of_diagnoses(self) -> DiagnosisTargets | None:
        """What diagnoses are learned from, if the plan wants them; val is looked through for its errors."""
        if not self._diagnoses:
            return None
        places_of(self.validation, self._diagnoses)
        return DiagnosisTargets.of(self.train, self._diagnoses, self._order(0))

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """AUC with all inputs, without metadata, from the image alone; the score is that of first and last.

        Each is the mean over the sources of the data: across them, an AUC would reward knowing the camera.
        """
        if self._views is None:
            raise RuntimeError("open_stage comes first")
        labels = np.array([bool(s.malignant) for s in self.validation])
        metrics: dict[str, float] = {}
        for name, logits in logits_by_inputs(network, shown_and_withheld(self._views)).items():
            metrics[f"auc_{name}"] = mean_auc_by_source(self.validation, labels, logits)
            metrics[f"log_loss_{name}"] = log_loss(labels, logits)
        metrics["score"] = (metrics["auc_all"] + metrics["auc_image"]) / 2
        return metrics | self._diagnosis_metrics(network, self._views)

    def _diagnosis_metrics(self, network: nn.Module, views: Views) -> dict[str, float]:
        """The mean area of each diagnosis against the rest, if any are told apart; it chooses nothing."""
        if not self._diagnoses:
            return {}
        answers = DiagnosisAnswers.of(self.validation, self._diagnoses, every_logit(network, views), 1.0)
        return {} if answers.macro_auc is None else {"auc_diagnoses": answers.macro_auc}

    def _order(self, epoch: int) -> NDArray[np.intp]:
        plan = self._plan
        is_positive = np.array([bool(s.malignant) for s in self.train])
        rng = generator(plan.seed, epoch)
        if plan.sampler == "balanced":
            return balanced_batches(is_positive, plan.images_per_step, rng)
        quota = plan.positives_per_batch * plan.batches_per_step
        if plan.sampler == "sources":
            sources = np.array([s.source or "" for s in self.train])
            return source_quota_batches(is_positive, sources, plan.images_per_step, quota, rng)
        return quota_batches(is_positive, plan.images_per_step, quota, rng)


def mean_auc_by_source(
    samples: tuple[Sample, ...], labels: NDArray[np.bool_], logits: NDArray[np.float32]
) -> float:
    """The mean, over the sources of ``samples``, of the area under the ROC; 0.5 where no source has one."""
    sources = np.array([sample.source or "" for sample in samples])
    areas = [roc_auc(labels[sources == name], logits[sources == name]) for name in np.unique(sources)]
    known = [area for area in areas if area is not None]
    return float(np.mean(known)) if known else 0.5


@dataclass(frozen=True)
class _Targets:
    malignant: Tensor
    has_mask: Tensor
    structures: Tensor
    diagnosis: Tensor

    @staticmethod
    def of(samples: tuple[Sample, ...]) -> "_Targets":
        return _Targets(
            malignant=torch.tensor([float(bool(s.malignant)) for s in samples]),
            has_mask=torch.tensor([float(s.has_expert_mask) for s in samples]),
            structures=target_rows([s.structures for s in samples]),
            diagnosis=torch.tensor(
                [DIAGNOSES.index(s.diagnosis) if s.diagnosis in DIAGNOSES else UNKNOWN for s in samples]
            ),
        )


@dataclass(frozen=True)
class _Drawer:
    """Draws one training view with its tabular input."""

    plan: TrainingPlan
    canvases: Canvases
    table: LesionTable
    targets: _Targets
    size_px: int
    known: Tensor | None = None
    """What is known of the diagnoses, if they are told apart; see `DiagnosisTargets`."""

    def view(
        self, position: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32], NDArray[np.int64]]:
        variant = int(rng.integers(self.table.squares.shape[1]))
        image, mask = view_of(
            self.canvases,
            position,
            self.table.squares[position, variant],
            self.plan.augmentation,
            rng,
            margin=self.plan.crop_margin,
            size_px=self.size_px,
        )
        numeric, categorical = self._thinned(position, variant, rng)
        return image, mask, numeric, categorical

    def _thinned(
        self, position: int, variant: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The tabular input with the whole table, the metadata or single inputs withheld."""
        dropout = self.plan.tabular_dropout
        numeric = self.table.numeric[position, variant]
        categorical = self.table.categorical[position]
        draw = rng.random()
        if draw < dropout.whole_table:
            return withheld(numeric, categorical, metadata_only=False)
        if draw < dropout.whole_table + dropout.metadata:
            numeric, categorical = withheld(numeric, categorical, metadata_only=True)
        hidden = rng.random(numeric.shape) < dropout.each_feature
        hidden_categorical = rng.random(categorical.shape) < dropout.each_feature
        return (
            np.where(hidden, np.float32(np.nan), numeric),
            np.where(hidden_categorical, np.int64(0), categorical),
        )


class _Epoch:
    def __init__(self, drawer: _Drawer, order: NDArray[np.intp], epoch: int) -> None:
        self._drawer, self._order, self._epoch = drawer, order, epoch

    def batch(self, index: int) -> Batch:
        positions = self._order[index]
        seed = self._drawer.plan.seed
        views = [
            self._drawer.view(int(position), generator(seed, self._epoch, index, place))
            for place, position in enumerate(positions)
        ]
        images, masks, numeric, categorical = (np.stack(part) for part in zip(*views, strict=True))
        chosen, targets = torch.from_numpy(positions), self._drawer.targets
        batch = {
            "images": as_network_input(images),
            "masks": torch.from_numpy(masks).float().unsqueeze(1),
            "numeric": torch.from_numpy(numeric),
            "categorical": torch.from_numpy(categorical),
            "malignant": targets.malignant[chosen],
            "has_mask": targets.has_mask[chosen],
            "structures": targets.structures[chosen],
            "diagnosis": targets.diagnosis[chosen],
        }
        if self._drawer.known is not None:
            batch["known"] = self._drawer.known[chosen]
        return self._as_planned(batch, index)

    def _as_planned(self, batch: Batch, index: int) -> Batch:
        """The batch mixed, and with what the plan's loss needs to know of the time."""
        plan = self._drawer.plan
        if plan.loss == "evidential":
            done = self._epoch * len(self._order) + index
            annealing = annealing_at(done, plan.epochs * len(self._order))
            batch["annealing"] = torch.full_like(batch["malignant"], annealing)
        if not plan.mixing.is_on:
            return batch
        return mixed(batch, plan.mixing, generator(plan.seed, self._epoch, index, _MIXING_STREAM))


def expert_views(samples: tuple[Sample, ...], table: LesionTable, size_px: int, margin: float) -> Views:
    """Unvaried crops by the experts' masks, exactly as the application makes them."""
    images = np.empty((len(samples), 3, size_px, size_px), np.float32)
    for index, sample in enumerate(samples):
        image = read_image(sample)
        mask = read_mask(sample, image.shape)
        images[index], _ = for_classifier(image, mask, size_px=size_px, margin=margin)
    return Views(images, table.numeric[:, 0], table.categorical)


def shown_and_withheld(views: Views) -> dict[str, Views]:
    """The same lesions with all inputs, with measurements but no metadata, and image alone."""
    measured = withheld(views.numeric, views.categorical, metadata_only=True)
    nothing = withheld(views.numeric, views.categorical, metadata_only=False)
    return {
        "all": views,
        "measured": Views(views.images, *measured),
        "image": Views(views.images, *nothing),
    }


def logits_of(network: nn.Module, views: Views, *, batch_size: int = 32) -> NDArray[np.float32]:
    """Malignancy logits (N,) float32 in evaluation mode, with or without auxiliary heads."""
    was_training = network.training
    logits = logits_in_any_mode(network.eval(), views, batch_size=batch_size)
    network.train(was_training)
    return logits


def logits_by_inputs(network: nn.Module, shown: Mapping[str, Views]) -> dict[str, NDArray[np.float32]]:
    """As ``logits_of``, for each of several views; images that they share are read once."""
    was_training = network.training
    found = _every_logit_by_inputs(network.eval(), shown, batch_size=32)
    network.train(was_training)
    return {name: logits[:, 0] for name, logits in found.items()}


def logits_in_any_mode(network: nn.Module, views: Views, *, batch_size: int = 32) -> NDArray[np.float32]:
    """As ``logits_of``, in whatever mode the network's layers are."""
    return every_logit(network, views, batch_size)[:, 0]


def every_logit(network: nn.Module, views: Views, batch_size: int = 32) -> NDArray[np.float32]:
    """Malignancy, then the diagnoses that the network tells apart, (N, 1 + K)."""
    return _every_logit_by_inputs(network, {"": views}, batch_size)[""]


def _every_logit_by_inputs(
    network: nn.Module, shown: Mapping[str, Views], batch_size: int
) -> dict[str, NDArray[np.float32]]:
    """Logits (N, 1 + K) of each of ``shown``; those that share an array of images are computed together."""
    core = getattr(network, "core", network)
    device = next(core.parameters()).device
    found: dict[str, NDArray[np.float32]] = {}
    for names in _sharing_images(shown):
        together = [network_inputs(shown[name], batch_size, device) for name in names]
        with torch.inference_mode():
            batches = [_logits_beside_tables(core, inputs) for inputs in zip(*together, strict=True)]
        for name, parts in zip(names, zip(*batches, strict=True), strict=True):
            found[name] = np.concatenate(parts)
    return {name: found[name] for name in shown}


def _sharing_images(shown: Mapping[str, Views]) -> list[list[str]]:
    """The names of views in groups that have one array of images."""
    groups: dict[int, list[str]] = {}
    for name, views in shown.items():
        groups.setdefault(id(views.images), []).append(name)
    return list(groups.values())


def _logits_beside_tables(core: nn.Module, inputs: Sequence[tuple[Tensor, ...]]) -> list[NDArray[np.float32]]:
    """Logits of one batch for each of ``inputs``, which have the same images."""
    images = inputs[0][0]
    if isinstance(core, ScoreNetwork):
        answers = core.for_tables(images, [(numeric, categorical) for _, numeric, categorical in inputs])
    else:
        answers = tuple(core(*each) for each in inputs)
    return [answer.float().cpu().numpy() for answer in answers]


def network_inputs(views: Views, batch_size: int, device: torch.device) -> Iterator[tuple[Tensor, ...]]:
    """The three inputs of a score network, batch by batch."""
    for start in range(0, len(views.images), batch_size):
        part = slice(start, start + batch_size)
        arrays = (views.images[part], views.numeric[part], views.categorical[part])
        yield tuple(torch.from_numpy(array).to(device) for array in arrays)


def score_logits(network: nn.Module, views: Views) -> NDArray[np.float32]:
    """Logits (N,) as the application scores: the mean over the eight views of each crop."""
    return every_score_logit(network, views)[:, 0]


def every_score_logit(network: nn.Module, views: Views) -> NDArray[np.float32]:
    """As ``score_logits``, with the diagnoses that the network tells apart behind malignancy, (N, 1 + K)."""
    return np.asarray(every_view_logit(network, views).mean(axis=-1), dtype=np.float32)


def every_view_logit(network: nn.Module, views: Views) -> NDArray[np.float32]:
    """What ``every_score_logit`` is the mean of: the logits of the eight views, (N, 1 + K, 8)."""
    return every_view_logit_by_inputs(network, {"": views})[""]


def every_view_logit_by_inputs(
    network: nn.Module, shown: Mapping[str, Views]
) -> dict[str, NDArray[np.float32]]:
    """As ``every_view_logit``, for each of several views; images that they share are read once."""
    was_training = network.training
    network.eval()
    found: dict[str, NDArray[np.float32]] = {}
    for names in _sharing_images(shown):
        lesions = [
            _every_logit_by_inputs(network, _turned({name: shown[name] for name in names}, index), VIEW_COUNT)
            for index in range(len(shown[names[0]].images))
        ]
        for name in names:
            # The views of each logit lie in one piece: numpy rounds the mean of other layouts otherwise.
            of_lesions = [np.ascontiguousarray(lesion[name].T) for lesion in lesions]
            found[name] = np.stack(of_lesions).astype(np.float32, copy=False)
    network.train(was_training)
    return {name: found[name] for name in shown}


def _turned(shown: Mapping[str, Views], index: int) -> dict[str, Views]:
    """The eight views of one lesion, one array of them for all of ``shown``."""
    eight = all_views(next(iter(shown.values())).images[index])
    return {
        name: Views(
            eight,
            np.repeat(views.numeric[index : index + 1], VIEW_COUNT, axis=0),
            np.repeat(views.categorical[index : index + 1], VIEW_COUNT, axis=0),
        )
        for name, views in shown.items()
    }


def log_loss(labels: NDArray[np.bool_], logits: NDArray[np.float32]) -> float:
    """Mean cross-entropy of logits (N,) against labels (N,) bool."""
    scores = logits.astype(np.float64)
    return float(np.mean(np.logaddexp(0.0, scores) - labels * scores))


def _main_loss(plan: TrainingPlan, outputs: dict[str, Tensor], batch: Batch) -> Tensor:
    """What each image costs by itself."""
    logits, targets = outputs["malignant"].float(), batch["malignant"]
    match plan.loss:
        case "focal":
            return losses.focal_loss(logits, targets)
        case "focal_pauc":
            return 0.5 * losses.focal_loss(logits, targets)
        case "asymmetric":
            return losses.asymmetric_loss(logits, targets)
        case "evidential":
            return evidential_loss(outputs["alphas"], targets, batch["annealing"])
        case _:
            return losses.smoothed_bce_loss(logits, targets, plan.label_smoothing)


def _ranking_loss(plan: TrainingPlan, network: nn.Module, logits: Tensor, targets: Tensor) -> Tensor | float:
    """What the order of the images costs."""
    if plan.loss == "bce_auc":
        return 0.5 * losses.pairwise_auc_loss(logits, targets)
    if plan.loss == "focal_pauc":
        partial_auc: Tensor = cast("ClassifierWithAuxiliaryHeads", network).partial_auc(logits, targets)
        return partial_auc
    return 0.0
