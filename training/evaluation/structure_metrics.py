"""How well the boundary network's second head finds dermoscopic structures, one by one."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from models.contract.imaging.preprocess import for_segmenter
from models.contract.imaging.structures import STRUCTURES, presence_of
from models.contract.metrics import roc_auc
from models.contract.shelf.card import Metric, StructureMap
from models.nets.segmentation.dermomamba_efficient import DermoMambaEfficient
from training.contract.data_set import Sample
from training.contract.plan import NO_AUGMENTATION, Stage
from training.inputs.decode import read_image
from training.inputs.samplers import generator
from training.inputs.structure_targets import structure_frames
from training.metrics.card_figures import mean, metric_of

_LEAST_AUC_BOUND = 0.7
_LEAST_DICE = 0.3
"""A map is offered to a person from these on: it must find the structure, and roughly where it is."""

_CELL_THRESHOLD = 0.5


def structure_maps_of(
    network: DermoMambaEfficient, samples: Sequence[Sample], stage: Stage
) -> tuple[StructureMap, ...]:
    """AUC of presence and Dice of each structure that enough of ``samples`` were looked at for."""
    known = tuple(s for s in samples if any(flag is not None for flag in s.structures))
    if not known:
        return ()
    maps = _maps(network, known, stage)
    marks = structure_frames(known, stage)
    groups = np.array([sample.duplicate_group for sample in known])
    found = []
    for place, name in enumerate(STRUCTURES):
        judged = marks.known[:, place]
        if not judged.any():
            continue
        truth = np.stack(
            [
                marks.targets(int(row), NO_AUGMENTATION, generator(0))[place] >= _CELL_THRESHOLD
                for row in np.flatnonzero(judged)
            ]
        )
        entry = _measured(name, maps[judged, place], truth, groups[judged])
        if entry is not None:
            found.append(entry)
    return tuple(found)


def _measured(
    name: str, maps: NDArray[np.float32], truth: NDArray[np.bool_], groups: NDArray[np.str_]
) -> StructureMap | None:
    is_present = np.asarray(truth.any(axis=(1, 2)), dtype=np.bool_)
    presence = np.array([presence_of(one) for one in maps])
    auc = metric_of(roc_auc, [is_present, presence], groups)
    dices = np.array([_dice(one >= _CELL_THRESHOLD, true) for one, true in zip(maps, truth, strict=True)])
    dice = metric_of(mean, [dices[is_present]], groups[is_present]) if is_present.any() else None
    if auc is None or dice is None:
        return None
    return StructureMap(
        name=name,
        presence_auc=auc,
        dice=dice,
        presence_threshold=_best_threshold(presence, is_present),
        is_offered=_earns_its_place(auc, dice),
    )


def _earns_its_place(auc: Metric, dice: Metric) -> bool:
    return auc.low is not None and auc.low >= _LEAST_AUC_BOUND and dice.value >= _LEAST_DICE


def _best_threshold(presence: NDArray[np.floating], is_present: NDArray[np.bool_]) -> float:
    """The presence with the best mean of sensitivity and specificity."""
    candidates = np.unique(presence)
    merits = [
        (presence[is_present] >= each).mean() + (presence[~is_present] < each).mean() for each in candidates
    ]
    return float(candidates[int(np.argmax(merits))])


def _dice(found: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    whole = int(found.sum()) + int(true.sum())
    return 2 * int((found & true).sum()) / whole if whole else 1.0


def _maps(network: DermoMambaEfficient, samples: Sequence[Sample], stage: Stage) -> NDArray[np.float32]:
    """Probabilities (N, 5, h / 4, w / 4), upright as the network sees its frames."""
    size = {"height_px": stage.height_px, "width_px": stage.width_px}
    found = []
    for sample in samples:
        prepared, _ = for_segmenter(read_image(sample), **size)
        with torch.inference_mode():
            _, structures = network.with_structures(torch.from_numpy(prepared[None]))
        found.append(torch.sigmoid(structures.float())[0].numpy())
    return np.stack(found)
