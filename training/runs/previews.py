"""How the outlines of a few exam images change while a boundary is fine-tuned: to look at, nothing more.

Nothing is learned from these outlines and nothing chosen by them, so the exam stays an exam.
"""

from collections.abc import Callable

import cv2
import numpy as np
from torch import nn

from models.contract.arrays import BoolMask
from training.contract.checked_data import CheckedData
from training.contract.data_set import Sample
from training.contract.events import ContourPreview, ContoursPreviewed, EpochFinished, Event, Polygons
from training.inputs.decode import read_image
from training.tasks.loaded_model import PublishedModel, predicted_mask

_MOST_IMAGES = 4
_TOLERANCE_PX = 1.0
"""How far a polygon may leave the border of its mask; keeps an event at a few kB."""


class BoundaryPreviews:
    """The same few exam images, outlined by the base and by a network on its way."""

    def __init__(self, base: PublishedModel, data: CheckedData) -> None:
        self._data_dir = data.folder
        self._base = base
        self._samples = previewed_samples(data.samples)
        self._before = [self._outline(self._base.network, sample) for sample in self._samples]

    def after(self, step: int, network: nn.Module) -> ContoursPreviewed:
        """The outlines by ``network`` as it is after ``step``, beside those of the base."""
        outlined = zip(self._samples, self._before, strict=True)
        images = tuple(
            ContourPreview(
                image_id=sample.image_id,
                image_file=sample.image_file.relative_to(self._data_dir).as_posix(),
                before=before,
                after=self._outline(network, sample),
            )
            for sample, before in outlined
        )
        return ContoursPreviewed(step=step, images=images)

    def with_previews(self, emit: Callable[[Event], None], network: nn.Module) -> Callable[[Event], None]:
        """Return what emits each event, and after each epoch the outlines by ``network``."""

        def emit_both(event: Event) -> None:
            emit(event)
            if isinstance(event, EpochFinished):
                emit(self.after(event.step, network))

        return emit_both

    def _outline(self, network: nn.Module, sample: Sample) -> Polygons:
        # The base's threshold and temperature, because the fine-tuned model is published with them.
        answering = PublishedModel(network, self._base.card)
        return polygons_of(predicted_mask(answering, read_image(sample)))


def previewed_samples(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """At most four exam images of different patients, the same ones whenever they are asked for."""
    by_patient: dict[str, Sample] = {}
    for sample in sorted(samples, key=lambda sample: sample.image_id):
        if sample.split == "test":
            by_patient.setdefault(sample.duplicate_group, sample)
    return tuple(by_patient.values())[:_MOST_IMAGES]


def polygons_of(mask: BoolMask) -> Polygons:
    """The outer borders of a mask (H, W) bool as polygons in image_xy px, at most 1 px beside them."""
    borders, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    simplified = (cv2.approxPolyDP(border, _TOLERANCE_PX, closed=True) for border in borders)
    return tuple(tuple((float(x), float(y)) for x, y in polygon[:, 0]) for polygon in simplified)
