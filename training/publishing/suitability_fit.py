"""Fitting what a boundary network says of whole frames: is it like the training frames, with a lesion?

Mahalanobis distance to the nearest of several centres (Lee et al., arXiv 1807.03888), with the residual
outside the principal directions, and a logistic regression against healthy skin. Everything is learned on
training frames; the two limits are chosen on validation frames.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.contract.arrays import RgbImage
from models.contract.imaging.preprocess import for_segmenter
from models.contract.imaging.suitability import SuitabilityLimits
from models.nets.layers.suitability import CENTRES, FrameSuitability
from models.nets.segmentation.dermomamba_efficient import DermoMambaEfficient
from training.augmentation.augment import varied
from training.contract.data_set import Sample
from training.contract.plan import Augmentation, Stage
from training.contract.progress_bar import shown
from training.inputs.decode import read_image, read_mask
from training.inputs.samplers import generator
from training.inputs.skin_crops import lesion_frame, skin_frame
from training.tasks.segmentation import outlined_by_experts

_FRAMES = 2400
"""Training images the statistics are taken from."""
_FALSE_ALARMS = 0.01
"""Share of validation frames that each of the two limits may refuse."""
_FEWEST_FRAMES = 50
"""Of a data set that decides about limits for itself."""
_SHRINKAGE = 0.1
_LEAST_RESIDUAL = 1e-3
"""Few images lie in their own directions entirely; what is left of others must not be magnified at will."""
_LARGEST_HALF = 60_000.0
"""Weights are kept in half precision, which ends a little above."""
_SEED = 1
_JITTER = Augmentation(quarter_turns=False, brightness_share=0.3, contrast_share=0.3, scale_share=0.25)


def fit_suitability(network: DermoMambaEfficient, samples: Sequence[Sample], stage: Stage) -> None:
    """Fill the suitability's buffers from training images with a mask."""
    usable = outlined_by_experts(samples)
    rng = generator(_SEED)
    chosen = [usable[place] for place in rng.permutation(len(usable))[:_FRAMES]]
    if not chosen:
        return
    with_lesion = frame_features(network, _lesion_frames(chosen), stage)
    _set_distance(network.suitability, with_lesion)
    # Images that their lesions fill leave no skin to learn from: then no frame is called empty.
    without = frame_features(network, _skin_frames(chosen), stage)
    if len(without):
        _set_lesion(network.suitability, with_lesion, without)


def _lesion_frames(samples: Sequence[Sample]) -> Iterator[RgbImage]:
    for index, sample in enumerate(shown(samples, "Looking at lesions")):
        image = read_image(sample)
        mask = read_mask(sample, image.shape)
        if mask is not None:
            own = generator(_SEED, index)
            yield _moved(lesion_frame(image, mask, own), own)


def _skin_frames(samples: Sequence[Sample]) -> Iterator[RgbImage]:
    for index, sample in enumerate(shown(samples, "Looking at skin")):
        image = read_image(sample)
        mask = read_mask(sample, image.shape)
        own = generator(_SEED, index, 1)
        skin = None if mask is None else skin_frame(image, mask, own)
        if skin is not None:
            yield _moved(skin, own)


def chosen_limits(
    network: DermoMambaEfficient, validation: Sequence[Sample], stage: Stage
) -> SuitabilityLimits:
    """The limits that refuse one frame in a hundred each, in the data set that they refuse most of.

    Over all images together, a large data set of one camera would decide what the others look like.
    """
    answers = suitability_of(network, (read_image(sample) for sample in validation), stage)
    sources = np.array([sample.source or "" for sample in validation])
    parts = [answers[sources == name] for name in np.unique(sources)]
    parts = [part for part in parts if len(part) >= _FEWEST_FRAMES] or [answers]
    largest_distance = float(max(np.quantile(part[:, 0], 1 - _FALSE_ALARMS) for part in parts))
    least_lesion_logit = float(min(np.quantile(part[:, 1], _FALSE_ALARMS) for part in parts))
    refused = (answers[:, 0] > largest_distance) | (answers[:, 1] < least_lesion_logit)
    return SuitabilityLimits(
        largest_distance=largest_distance,
        least_lesion_logit=least_lesion_logit,
        false_alarm_rate=float(refused.mean()),
        n=len(answers),
    )


def suitability_of(
    network: DermoMambaEfficient, images: Iterable[RgbImage], stage: Stage
) -> NDArray[np.float32]:
    """Distance and lesion logit (N, 2) of images of any size."""
    features = torch.from_numpy(frame_features(network, images, stage))
    with torch.inference_mode():
        return np.asarray(network.suitability(features).numpy(), dtype=np.float32)


def frame_features(
    network: DermoMambaEfficient, images: Iterable[RgbImage], stage: Stage, *, batch_size: int = 16
) -> NDArray[np.float32]:
    """Pooled features (N, C) of images as the application would show them to the network.

    Images are taken a few at a time: those of a data set may be large.
    """
    size = {"height_px": stage.height_px, "width_px": stage.width_px}
    parts = [np.empty((0, len(network.suitability.mean)), np.float32)]
    waiting = iter(images)
    while batch := [for_segmenter(image, **size)[0] for image in islice(waiting, batch_size)]:
        with torch.inference_mode():
            parts.append(network.frame_features(torch.from_numpy(np.stack(batch))).float().numpy())
    return np.concatenate(parts)


def _moved(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    """The frame varied as in training: another framing and another light must not make it unsuitable."""
    image, _ = varied(image, np.zeros(image.shape[:2], np.uint8), _JITTER, rng)
    return image


def _set_distance(head: FrameSuitability, features: NDArray[np.float32]) -> None:
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    standard = (features - mean) / scale
    _, singular, rows = np.linalg.svd(standard, full_matrices=False)
    # A handful of images spans fewer directions than there is room for; the others stay empty.
    count = min(head.directions.shape[1], len(rows))
    directions = np.zeros(head.directions.shape)
    directions[:, :count] = rows[:count].T
    kept = np.zeros(head.directions.shape[1])
    kept[:count] = singular[:count] ** 2 / len(features)
    whitening = 1 / np.sqrt((1 - _SHRINKAGE) * kept + _SHRINKAGE * kept.mean() + 1e-6)
    along = standard @ directions
    residual = np.square(standard - along @ directions.T).mean()
    _fill(head.mean, mean)
    _fill(head.scale, scale)
    _fill(head.directions, directions)
    _fill(head.whitening, whitening)
    _fill(head.residual_scale, np.asarray(1 / max(float(residual), _LEAST_RESIDUAL)))
    _fill(head.centres, _centres(along * whitening))


def _centres(points: NDArray[np.floating], *, rounds: int = 30) -> NDArray[np.floating]:
    """k-means (Lloyd) from points drawn far apart."""
    rng = generator(_SEED)
    if len(points) <= CENTRES:
        return points[np.arange(CENTRES) % len(points)]
    centres = [points[int(rng.integers(len(points)))]]
    while len(centres) < CENTRES:
        nearest = np.min([np.square(points - centre).sum(axis=1) for centre in centres], axis=0)
        centres.append(points[int(rng.choice(len(points), p=nearest / nearest.sum()))])
    found = np.stack(centres)
    for _ in range(rounds):
        nearest_centre = np.argmin(np.square(points[:, None] - found[None]).sum(axis=2), axis=1)
        found = np.stack(
            [
                points[nearest_centre == place].mean(axis=0) if (nearest_centre == place).any() else centre
                for place, centre in enumerate(found)
            ]
        )
    return found


def _set_lesion(
    head: FrameSuitability, lesions: NDArray[np.float32], skins: NDArray[np.float32], *, steps: int = 100
) -> None:
    """Ridge logistic regression of lesion frames against skin frames, both weighing half."""
    features = torch.from_numpy(np.concatenate([lesions, skins]))
    labels = torch.cat([torch.ones(len(lesions)), torch.zeros(len(skins))])
    weights = torch.where(labels > 0, 0.5 / len(lesions), 0.5 / max(1, len(skins)))
    standard = (features - head.mean) / head.scale
    weight, bias = nn.Parameter(torch.zeros(standard.shape[1])), nn.Parameter(torch.zeros(()))
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=steps, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        logits = standard @ weight + bias
        loss = functional.binary_cross_entropy_with_logits(logits, labels, weights, reduction="sum")
        loss = loss + 1e-3 * weight.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    _fill(head.lesion_weight, weight.detach().numpy())
    _fill(head.lesion_bias, bias.detach().numpy())


def _fill(buffer: Tensor, values: NDArray[np.floating]) -> None:
    with torch.no_grad():
        kept = np.clip(np.asarray(values, dtype=np.float32), -_LARGEST_HALF, _LARGEST_HALF)
        buffer.copy_(torch.from_numpy(np.asarray(kept)))
