"""How many clicks a boundary takes with the refiner, with GrabCut and with the live wire.

.venv/bin/python scripts/measure_clicks.py MODEL_FOLDER --data data/all --segmenter MODEL_FOLDER

The refiner and GrabCut are given the same simulated clicks, from an empty mask and from the boundary model's.
The live wire has no clicks inside or outside: it is given anchors on the expert's border, evenly spaced, and
as few of them as it takes.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.clicks import CLICK_RADIUS_SHARE, Click
from models.contract.imaging.preprocess import mask_at_size, resized
from models.contract.imaging.regions import one_region
from models.contract.metrics import iou
from training.contract.command_errors import exit_code_of
from training.contract.data_set import Sample
from training.contract.progress_bar import shown
from training.evaluation.click_counts import (
    AIMS,
    MOST_CLICKS,
    JudgedImage,
    Redraw,
    Refiner,
    click_numbers,
    ious_by_clicks,
    judged_image,
    mean_clicks,
    metric_name,
    redraw_with,
)
from training.evaluation.evaluate import of_split
from training.metrics.card_figures import Cases
from training.tasks.loaded_model import PublishedModel, predicted_mask
from training.tasks.segmentation import outlined_by_experts

_CLASSICAL_LONGER_SIDE_PX = 256
"""At which GrabCut and the live wire work, as the refiner does: at full size a click would take seconds."""

_GRAB_CUT_ROUNDS = 3
_FRAME_SHARE = 0.05
"""Without a mask, GrabCut takes so much of each side for skin and leaves the rest open."""

_FEWEST_ANCHORS = 2

_METHODS = ("refiner", "GrabCut", "live wire")


@dataclass
class Measured:
    """What one method did on each image: IoU by clicks, and the time of each answer."""

    name: str
    ious: list[list[float]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def timed(self, redraw: Redraw) -> Redraw:
        """The same method, with the time of each answer kept."""

        def redraw_timed(present: BoolMask, clicks: Sequence[Click]) -> BoolMask:
            started = time.perf_counter()
            redrawn = redraw(present, clicks)
            self.seconds.append(time.perf_counter() - started)
            return redrawn

        return redraw_timed

    def row(self, cases: Cases) -> str:
        """The figures of the method as a row of a table."""
        cells = [self.name]
        for aim in AIMS:
            mean, numbers = mean_clicks(aim, self.ious, cases), click_numbers(aim, self.ious)
            failed = np.mean([max(each) < aim for each in self.ious])
            cells.append(f"{mean.value:.2f} ({mean.low:.2f} to {mean.high:.2f})")
            cells.append(f"{np.mean(numbers == 0):.0%}")
            cells.append(f"{failed:.0%}")
        cells.append(f"{1000 * float(np.median(self.seconds)):.0f}" if self.seconds else "")
        return f"| {' | '.join(cells)} |"


def header(images: int) -> list[str]:
    """The head of the table."""
    names = ["method"]
    for aim in AIMS:
        name = metric_name(aim).upper().replace("NOC", "NoC@")
        names += [f"{name} (95 % interval)", "without a click", "never"]
    names.append("ms a click")
    return [
        f"{images} images; never: not within {MOST_CLICKS} clicks, counted as {MOST_CLICKS}",
        f"| {' | '.join(names)} |",
        f"|{'---|' * len(names)}",
    ]


def grab_cut(image: RgbImage) -> Redraw:
    """GrabCut on one image: clicks are certain, the present mask is likely; without one, a box is."""
    small = _reduced(image)

    def redraw(present: BoolMask, clicks: Sequence[Click]) -> BoolMask:
        labels = _first_labels(_at_size_of(small, present))
        radius_px = max(1, round(small.shape[0] * CLICK_RADIUS_SHARE))
        scale = small.shape[0] / present.shape[0]
        for click in clicks:
            centre = (round(click.image_xy[0] * scale), round(click.image_xy[1] * scale))
            cv2.circle(labels, centre, radius_px, (cv2.GC_FGD if click.is_lesion else cv2.GC_BGD,), -1)
        cut = _cut(small, labels)
        return _at_size_of(present, one_region(cut))

    return redraw


def _first_labels(present: BoolMask) -> NDArray[np.uint8]:
    if present.any():
        return np.where(present, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels = np.full(present.shape, cv2.GC_BGD, np.uint8)
    rows, columns = (round(side * _FRAME_SHARE) for side in present.shape)
    labels[rows : present.shape[0] - rows, columns : present.shape[1] - columns] = cv2.GC_PR_FGD
    return labels


def _cut(image: RgbImage, labels: NDArray[np.uint8]) -> BoolMask:
    is_lesion = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    if is_lesion.all() or not is_lesion.any():
        return np.asarray(is_lesion, np.bool_)  # GrabCut needs both.
    models = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(image[..., ::-1])
    cv2.grabCut(bgr, labels, (0, 0, 0, 0), *models, _GRAB_CUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    return np.asarray((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD), np.bool_)


def live_wire_ious(judged: JudgedImage, seconds: list[float]) -> list[float]:
    """IoU by the number of anchors, 0 for fewer than two, until the highest aim is reached."""
    image, wanted = _reduced(judged.image), judged.wanted
    border = _border_xy(_at_size_of(image, wanted))
    scissors = cv2.segmentation.IntelligentScissorsMB()
    scissors.setEdgeFeatureCannyParameters(32, 100)
    scissors.setGradientMagnitudeMaxLimit(200)
    scissors.applyImage(np.ascontiguousarray(image[..., ::-1]))
    ious = [0.0] * _FEWEST_ANCHORS
    for anchors in range(_FEWEST_ANCHORS, MOST_CLICKS + 1):
        started = time.perf_counter()
        drawn = _wired(scissors, border, anchors, image.shape)
        seconds.append((time.perf_counter() - started) / anchors)
        ious.append(iou(_at_size_of(wanted, drawn), wanted))
        if ious[-1] >= max(AIMS):
            break
    return ious


def _wired(
    scissors: "cv2.segmentation.IntelligentScissorsMB",
    border_xy: NDArray[np.int32],
    anchors: int,
    shape: tuple[int, ...],
) -> BoolMask:
    """The area within the wire through so many anchors on the border."""
    places = np.linspace(0, len(border_xy), anchors, endpoint=False).astype(int)
    points = [tuple(int(each) for each in border_xy[place]) for place in places]
    wire = []
    for start, end in zip(points, [*points[1:], points[0]], strict=True):
        scissors.buildMap(start)
        wire.append(scissors.getContour(end))
    drawn = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(drawn, [np.concatenate(wire).astype(np.int32)], (1,))
    return drawn > 0


def _border_xy(mask: BoolMask) -> NDArray[np.int32]:
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(max(outlines, key=len)[:, 0], np.int32)


def _reduced(image: RgbImage) -> RgbImage:
    scale = min(1.0, _CLASSICAL_LONGER_SIDE_PX / max(image.shape[:2]))
    height_px, width_px = (round(side * scale) for side in image.shape[:2])
    return resized(image, height_px=height_px, width_px=width_px).astype(np.uint8)


def _at_size_of(other: NDArray[np.generic], mask: BoolMask) -> BoolMask:
    return mask_at_size(mask, height_px=other.shape[0], width_px=other.shape[1])


def main(arguments: list[str]) -> int:
    """Print a row for each method and start."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--segmenter", type=Path, required=True)
    parser.add_argument("--split", default="test")
    parser.add_argument("--every", type=int, default=1, help="measure only every n-th image")
    parser.add_argument("--methods", nargs="+", choices=_METHODS, default=_METHODS)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    return exit_code_of(lambda: _carry_out(options))


def _carry_out(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    samples = outlined_by_experts(of_split(options.data, options.split))[:: options.every]
    refiner = Refiner.of(PublishedModel.read(options.model))
    segmenter = PublishedModel.read(options.segmenter)
    by_name: dict[str, Callable[[RgbImage], Redraw]] = {
        "refiner": lambda image: redraw_with(refiner, image),
        "GrabCut": grab_cut,
    }
    methods = {name: method for name, method in by_name.items() if name in options.methods}
    live_wire = Measured("live wire, anchors on the border") if "live wire" in options.methods else None
    rows = _measured(samples, segmenter, methods, live_wire)
    cases = Cases(samples)
    print("\n".join([*header(len(samples)), *(each.row(cases) for each in rows)]))


def _measured(
    samples: tuple[Sample, ...],
    segmenter: PublishedModel,
    methods: dict[str, Callable[[RgbImage], Redraw]],
    live_wire: Measured | None,
) -> list[Measured]:
    """What every method did from every start, and at the end the live wire, which has none."""
    rows = {
        (method, start): Measured(f"{method}, from {start}")
        for start in ("nothing", "the predicted mask")
        for method in methods
    }
    for sample in shown(samples, "Clicking"):
        judged = judged_image(sample)
        starts = {
            "nothing": np.zeros_like(judged.wanted),
            "the predicted mask": predicted_mask(segmenter, judged.image),
        }
        redraws = {name: method(judged.image) for name, method in methods.items()}
        for (method, start), row in rows.items():
            redraw = row.timed(redraws[method])
            row.ious.append(ious_by_clicks(starts[start], judged.wanted, redraw))
        if live_wire is not None:
            live_wire.ious.append(live_wire_ious(judged, live_wire.seconds))
    return [*rows.values(), *([live_wire] if live_wire is not None else [])]
