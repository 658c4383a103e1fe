"""Measure how long a robot takes for a boundary in the review mode, beside a polygon drawn from nothing.

.venv/bin/python scripts/measure_review.py --data DATA [--images 100] [--json FILE]

The robot (``review_robot.py``) works in the real window, without a screen, on evenly spaced images of a split
that are in the case store with their predictions. A polygon is counted as in labelme: a click for each corner
of the simplest one that agrees with the expert's mask as well, and one to close it.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from review_robot import AIM, Annotator, Review, corners_for
from window_hands import GESTURE_S, rest, wait

from app.bootstrap import open_services
from app.settings import Settings
from app.ui.application import make_application, open_window
from app.ui.jobs.collector import UiThreadCollector
from app.ui.jobs.job import JobToken
from app.ui.preferences import Places, Preferences
from app.ui.shell.main_window import MainWindow
from app.ui.theme import Theme, ThemeChoice
from app.usecases.analysis.analyse import analyse_images
from app.usecases.cases.import_images import import_images
from app.usecases.progress import Progress
from models.contract.arrays import BoolMask
from training.contract.data_set import Sample
from training.evaluation.evaluate import of_split
from training.inputs.decode import read_image, read_mask
from training.tasks.segmentation import outlined_by_experts

T = TypeVar("T")

_SCREEN = {"name": "screen", "x": 0, "y": 0, "width": 1366, "height": 768, "logicalDpi": 96, "dpr": 1}
_SLOW_STROKE_S = 1.5
"""What a stroke is counted with in the second reckoning: 0.3 s is short for a line that is drawn."""


@dataclass(frozen=True)
class Line:
    """The figures of one way to get boundaries."""

    way: str
    images: int
    median_s: float
    p90_s: float
    share_right: float
    """Share of the images whose boundary reaches the IoU in the end."""
    mean_gestures: float

    def row(self) -> str:
        """Return it as a row of a table."""
        return (
            f"| {self.way} | {self.images} | {self.median_s:.1f} | {self.p90_s:.1f} | "
            f"{self.share_right:.0%} | {self.mean_gestures:.1f} |"
        )


def main() -> None:
    """Print the table, and write what happened to each image."""
    options = _options()
    samples = evenly(outlined_by_experts(of_split(options.data, options.split)), options.images)
    os.environ.setdefault("OMP_NUM_THREADS", str(options.threads))
    with tempfile.TemporaryDirectory(prefix="naevus-review-") as name:
        folder = Path(name)
        kept = options.cases or folder / "kept"
        if not kept.exists():
            _store(kept, [sample.image_file for sample in samples])
        # What is kept stays unreviewed, for the next measurement.
        shutil.copytree(kept, folder / "cases")
        reviews = _reviewed(samples, folder)
    corners = [corners_for(_expert_mask(sample)) for sample in samples]
    for line in _table(reviews, corners):
        print(line)
    if options.json is not None:
        lines = [
            json.dumps(_rounded({**asdict(review), "seconds": review.seconds, "polygon_corners": count}))
            for review, count in zip(reviews, _in_order(reviews, samples, corners), strict=True)
        ]
        options.json.write_text("\n".join(lines) + "\n", encoding="utf-8")


def evenly(samples: Sequence[Sample], count: int) -> tuple[Sample, ...]:
    """Return so many samples, evenly spaced in their order, so that nobody chooses them."""
    places = np.linspace(0, len(samples), min(count, len(samples)), endpoint=False).astype(int)
    return tuple(samples[place] for place in places)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="val")
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cases", type=Path, help="folder that keeps the predicted cases for another run")
    parser.add_argument("--json", type=Path, help="what happened to each image, a line each")
    return parser.parse_args()


def _reviewed(samples: Sequence[Sample], folder: Path) -> list[Review]:
    """Let the robot review the samples in a window of its own, in the order of its work list."""
    _choose_screen(folder)
    application = make_application([sys.argv[0]])
    collector = UiThreadCollector(application)
    settings = Settings(user_name="Robot", accepted_intended_use=1)
    services = open_services(folder / "cases", settings)
    try:
        preferences = Preferences(settings, Places(folder, folder / "settings.toml"))
        window = open_window(services, Theme(application, ThemeChoice.LIGHT), preferences)
        masks = {sample.image_file.stem: _expert_mask(sample) for sample in samples}
        reviews = _review_all(window, masks)
        _settle(window)
        window.close()
    finally:
        collector.stop()
        services.predictor.close()
        services.store.close()
    return reviews


def _choose_screen(folder: Path) -> None:
    screens = folder / "screens.json"
    screens.write_text(json.dumps({"screens": [_SCREEN]}), encoding="utf-8")
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={screens}"


def _store(folder: Path, files: list[Path]) -> None:
    """Import and predict as an evening before would have: nothing is left to be computed."""
    services, token = open_services(folder, Settings(user_name="Robot")), JobToken()
    report = _ended(import_images(services, files, token=token))
    _ended(analyse_images(services, report.imported, token))
    services.predictor.close()
    services.store.close()


def _ended(steps: Generator[Progress, None, T]) -> T:
    while True:
        try:
            told = next(steps)
        except StopIteration as ended:
            result: T = ended.value
            return result
        print(f"\r{told.done} of {told.of} stored", end="", file=sys.stderr, flush=True)


def _review_all(window: MainWindow, masks: dict[str, BoolMask]) -> list[Review]:
    _settle(window)
    window.activateWindow()
    window.controller.focus_image()
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_B, held)
    review = window.controller.boundary_review
    wait(lambda: review.is_running and window.controller.review.view is not None)
    _settle(window)
    annotator, found = Annotator(window), dict[str, Review]()
    while review.is_running:
        if not review.left:
            # The last confirmation is being stored.
            rest(0.02)
            continue
        view = window.controller.review.view
        if view is None:
            raise RuntimeError("No image is under review.")
        name = Path(view.case.image.file_name).stem
        # A mask that may be a slip comes back at the end and is confirmed once more.
        again = annotator.review(name, masks[name])
        found[name] = again if name not in found else found[name].followed_by(again)
        print(f"\r{len(found)} of {len(masks)}", end="", file=sys.stderr, flush=True)
    return list(found.values())


def _settle(window: MainWindow) -> None:
    """Wait until nothing is computed any more."""
    rest(0.2)
    while window.session.queues.busy_queues:
        rest(0.05)
    QApplication.processEvents()


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return round(value, 4) if isinstance(value, float) else value


def _expert_mask(sample: Sample) -> BoolMask:
    mask = read_mask(sample, read_image(sample).shape)
    if mask is None:
        raise ValueError(f"{sample.image_id} has no mask.")
    return mask


def _in_order(reviews: list[Review], samples: Sequence[Sample], corners: list[int]) -> list[int]:
    by_name = {sample.image_file.stem: count for sample, count in zip(samples, corners, strict=True)}
    return [by_name[review.image] for review in reviews]


def _table(reviews: list[Review], corners: list[int]) -> list[str]:
    def line(way: str, of: list[Review], seconds: Callable[[Review], float]) -> Line:
        ious, gestures = [one.last_iou for one in of], [one.gestures for one in of]
        return _line(way, [seconds(one) for one in of], ious, gestures)

    unsure = [one for one in reviews if one.first_iou < AIM]
    lines = [
        line("Naevus, all", reviews, lambda one: one.seconds),
        line("of these, boundary not right at first", unsure, lambda one: one.seconds),
        line(
            f"all, {_SLOW_STROKE_S} s for each stroke",
            reviews,
            lambda one: one.seconds + (_SLOW_STROKE_S - GESTURE_S) * one.strokes,
        ),
        _line(
            "polygon from nothing",
            [GESTURE_S * (count + 1) for count in corners],
            [AIM for _count in corners],
            [count + 1 for count in corners],
        ),
    ]
    return [
        f"| way | images | median, s | 90th percentile, s | IoU >= {AIM} | gestures, mean |",
        "|---|---:|---:|---:|---:|---:|",
        *(each.row() for each in lines),
        "",
        _answer_words(reviews),
    ]


def _line(way: str, seconds: list[float], ious: list[float], gestures: list[int]) -> Line:
    return Line(
        way,
        len(seconds),
        float(np.median(seconds)),
        float(np.percentile(seconds, 90)),
        float(np.mean([each >= AIM for each in ious])),
        float(np.mean(gestures)),
    )


def _answer_words(reviews: list[Review]) -> str:
    answers = [one.next_image for one in reviews if one.next_image is not None]
    clicks_s = [each for one in reviews for each in one.click_answers_s]
    return "\n".join(
        (
            _times_words("Space until the next image was painted", [each.wall_s for each in answers]),
            _times_words("the same, time of the processor", [each.cpu_s for each in answers]),
            _times_words("click until its answer was painted", clicks_s),
        )
    )


def _times_words(what: str, seconds: list[float]) -> str:
    if not seconds:
        return f"{what}: never"
    times_ms = 1000 * np.array(seconds)
    median_ms, p95_ms = np.percentile(times_ms, (50, 95))
    return f"{what}: median {median_ms:.0f} ms, 95th percentile {p95_ms:.0f} ms, {len(times_ms)} times"


if __name__ == "__main__":
    main()
