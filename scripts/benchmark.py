"""Measures Naevus's speed and prints a table and JSON; run it on a quiet machine after changes to a hot path.

    .venv/bin/python scripts/benchmark.py                         every row
    .venv/bin/python scripts/benchmark.py --only scan inference   some groups
    .venv/bin/python scripts/benchmark.py --json benchmark.json   also as a file

    .venv/bin/python scripts/benchmark.py --compare HEAD~1 --only scan   ratios to another commit

Machines differ and are shared: rows of scans are ratios of two things in one run, samples that waited for a
core are left out and counted, and processor time stands beside the figure. Two commits are compared in turns.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from compared_checkouts import compare_with
from timing import Timing, timed

if TYPE_CHECKING:
    from app.inference.engine import Engine
    from models.contract.shelf.card import ModelCard

ROOT = Path(__file__).resolve().parents[1]

SCAN_SHAPES = ((1, 1536, 196), (1, 384, 3136), (8, 768, 196), (4, 384, 784))
"""(batch, channels, tokens) at sixteen states: what the published networks scan."""

WORK_LIST_CASES = 100_000
WORK_LIST_SEARCHES = (
    "band:urgent",
    "due:overdue",
    "-due:overdue",
    "due:week",
    "site:head/neck",
    "diagnosis:melanoma",
    "tag:teaching",
    "assigned:nobody",
    'reader:"dr brown"',
    "model:1.1",
    "check:yes",
    "imported:2026-03",
    "visited:2026-03",
    "decided:2026-05",
    "is:corrected",
    "is:second-look",
    "p-0123",
    "no such word",
    "band:urgent -tag:teaching site:head/neck name01",
)

INFERENCE_TARGETS_MS = {
    ("dermomamba", "model server"): 150.0,
    ("dermomamba", "ONNX Runtime"): 1500.0,
    ("mambaderm_lite", "model server"): 100.0,
    ("mambaderm_lite", "ONNX Runtime"): 100.0,
}


@dataclass(frozen=True)
class Row:
    """One measured figure beside what it should reach."""

    group: str
    what: str
    value: float
    unit: str
    target: str
    is_met: bool
    cpu_ms: float | None = None
    """Processor time of this process for one run; None where another process does the work."""
    disturbance: str = ""
    """How many samples waited for a core."""


def _at_least(group: str, what: str, value: float, unit: str, target: float, of: Timing) -> Row:
    return Row(group, what, value, unit, f">= {target:g}", value >= target, 1000 * of.cpu_s, of.words)


def _at_most(group: str, what: str, value: float, unit: str, target: float, of: Timing | None = None) -> Row:
    cpu_ms, words = (1000 * of.cpu_s, of.words) if of is not None else (None, "")
    return Row(group, what, value, unit, f"<= {target:g}", value <= target, cpu_ms, words)


def scan_rows() -> Iterator[Row]:
    """Compare the compiled CPU scan with the plain torch scans at DermoMamba's first stage.

    Each projects B, C and the low-rank steps from the input first; the compiled one does it while it walks.
    """
    import torch

    from models.nets.layers.scan.reference import sequential_scan, two_level_scan
    from models.nets.layers.scan.selective_scan import projected_scan, projected_selectivity

    batch, height, width, channels, states, rank, directions = 3, 192, 256, 8, 16, 1, (0, 1, 2, 3)
    generator = torch.Generator().manual_seed(5)

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator)

    inputs = (
        drawn(batch, height, width, channels),
        drawn(len(directions), rank + 2 * states, channels) / channels**0.5,
        drawn(len(directions), channels, rank),
        drawn(len(directions), channels) - 4.0,
        -torch.arange(1.0, states + 1).expand(len(directions), channels, states).contiguous(),
        torch.ones(len(directions), channels),
    )

    def projected_before(scan: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
        def run(u: torch.Tensor, projection: torch.Tensor, *more: torch.Tensor) -> torch.Tensor:
            return scan(u, projected_selectivity(u, projection), *more)

        return run

    updates = batch * len(directions) * height * width * channels * states

    def forward(scan: Callable[..., torch.Tensor]) -> Callable[[], object]:
        def run() -> None:
            with torch.no_grad():
                scan(*inputs, directions)

        return run

    def forward_and_backward(scan: Callable[..., torch.Tensor]) -> Callable[[], object]:
        def run() -> None:
            leaves = [tensor.clone().requires_grad_() for tensor in inputs]
            scan(*leaves, directions).square().mean().backward()

        return run

    compiled = timed(forward(projected_scan), 5)
    sequential = timed(forward(projected_before(sequential_scan)), 1)
    what = "CPU scan forward against the sequential reference"
    yield _at_least("scan", what, sequential.wall_s / compiled.wall_s, "x", 50, compiled)
    rate = updates / compiled.wall_s / 1e9
    yield _at_least("scan", "CPU scan forward", rate, "G state updates/s", 3, compiled)
    both = timed(forward_and_backward(projected_scan), 3)
    two_level = timed(forward_and_backward(projected_before(two_level_scan)), 1)
    what = "CPU scan forward+backward against the two-level scan"
    yield _at_least("scan", what, two_level.wall_s / both.wall_s, "x", 5, both)
    backward = both.wall_s / compiled.wall_s - 1
    yield Row("scan", "CPU scan backward against its forward", backward, "x", "", is_met=True)


def shape_rows() -> Iterator[Row]:
    """Compare forward and backward of the compiled scan with the two-level one over published shapes."""
    import torch

    from models.nets.layers.scan.reference import two_level_scan
    from models.nets.layers.scan.selective_scan import selective_scan

    states, rank = 16, 24
    generator = torch.Generator().manual_seed(5)

    def both_ways(scan: Callable[..., torch.Tensor], batch: int, channels: int, tokens: int) -> None:
        def drawn(*shape: int) -> torch.Tensor:
            return torch.randn(*shape, generator=generator).requires_grad_()

        rates = -torch.arange(1.0, states + 1).expand(1, channels, states).contiguous()
        scan(
            drawn(batch, 1, tokens, channels), drawn(batch, 1, tokens, 1, rank + 2 * states),
            drawn(1, channels, rank), drawn(1, channels), rates.requires_grad_(), drawn(1, channels), (0,),
        ).square().mean().backward()  # fmt: skip

    for shape in SCAN_SHAPES:
        compiled = timed(lambda shape=shape: both_ways(selective_scan, *shape), 5)  # type: ignore[misc]
        two_level = timed(lambda shape=shape: both_ways(two_level_scan, *shape), 1)  # type: ignore[misc]
        what = f"forward+backward against the two-level scan, {' x '.join(map(str, shape))} x {states}"
        yield _at_least("shapes", what, two_level.wall_s / compiled.wall_s, "x", 10, compiled)


def training_rows() -> Iterator[Row]:
    """Time training steps of DermoMamba at the size of its paper."""
    import torch

    from models.nets import build
    from training.contract.plan import Stage, TrainingPlan
    from training.loop.optimiser import make_optimiser
    from training.tasks.segmentation import segmentation_loss

    stage = Stage(height_px=192, width_px=256, epochs=1)
    plan = TrainingPlan(
        task="segmentation", architecture="dermomamba", data_dir=ROOT, stages=(stage,), loss="bce_dice",
        model_name="benchmark", amp=True,
    )  # fmt: skip
    network = build("dermomamba").train()
    optimiser = make_optimiser(network, plan)
    images = torch.randn(plan.batch_size, 3, stage.height_px, stage.width_px)
    masks = (torch.rand(plan.batch_size, 1, stage.height_px, stage.width_px) > 0.5).float()
    batch = {"masks": masks}

    def step() -> None:
        optimiser.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(images)
        segmentation_loss(plan, logits.float(), batch).backward()
        optimiser.step()

    steps = timed(step, 3)
    rate = plan.batch_size / steps.wall_s
    yield _at_least("training", "DermoMamba 192x256, batch 8, bfloat16", rate, "images/s", 2, steps)


def inference_rows() -> Iterator[Row]:
    """Time the shipped models on both engines, batch 1, warm."""
    from app.inference.onnx_engine import OnnxEngine
    from app.inference.server_engine import ServerEngine
    from models.contract.shelf.card import read_card

    with tempfile.TemporaryDirectory() as folder:
        engines = (OnnxEngine(), ServerEngine(Path(folder) / "server.txt"))
        for card_file in sorted((ROOT / "resources" / "models").glob("*/*/card.json")):
            card = read_card(card_file.parent)
            for engine in engines:
                yield _inference_row(engine, card_file.parent, card)
            if card.task == "segmentation":
                paper_model, paper_card = _at_paper_size(card_file.parent, card, Path(folder))
                for engine in engines:
                    yield _inference_row(engine, paper_model, paper_card)
        for engine in engines:
            engine.close()
    yield from prediction_rows()


def prediction_rows() -> Iterator[Row]:
    """Time boundary and score of the default pair, all views, on decoded bundled images."""
    from app import bootstrap
    from app.imaging.readers import read_image
    from app.settings import read_settings
    from app.usecases.cancellation import NeverCancelled
    from models.contract.lesion.tabular import without_metadata

    token, tabular = NeverCancelled(), without_metadata()
    with tempfile.TemporaryDirectory() as folder:
        settings, _ = read_settings(Path(folder) / bootstrap.SETTINGS_NAME)
        services = bootstrap.open_services(Path(folder), settings)
        predictor = services.predictor
        images = [
            read_image(file.read_bytes(), file.suffix).pixels
            for file in sorted((ROOT / "resources" / "samples").glob("*.jpg"))
        ]

        def predict_all() -> None:
            for image in images:
                found = predictor.boundary(image, token)
                predictor.score(image, found.mask, tabular, token)

        milliseconds = 1000 * timed(predict_all, 7).wall_s / len(images)
        predictor.close()
    yield _at_most("inference", "decoded image to boundary and score", milliseconds, "ms", 250)


def _at_paper_size(model: Path, card: "ModelCard", folder: Path) -> tuple[Path, "ModelCard"]:
    """Export the shipped weights once more, for the 192 x 256 px of the paper, into ``folder``."""
    import shutil

    import torch

    from models.contract.shelf.card import write_card
    from models.export import export_graph
    from models.nets import build
    from models.nets.weights import load_weights
    from training.tasks.graph_form import boundary_graph

    height_px, width_px = 192, 256
    copy = folder / card.name / "paper-size"
    copy.mkdir(parents=True)
    shutil.copy(model / card.weights_file, copy)
    network = build(card.architecture, **card.architecture_arguments).eval()
    load_weights(network, copy)
    form, signature = boundary_graph(network)
    export_graph(form, signature, [{"images": torch.randn(2, 3, height_px, width_px)}], copy)
    spec = card.input.model_copy(update={"height_px": height_px, "width_px": width_px})
    changed = card.model_copy(update={"input": spec, "version": copy.name})
    write_card(changed, copy)
    return copy, changed


def _inference_row(engine: "Engine", model: Path, card: "ModelCard") -> Row:
    from app.inference.engine import ClassifierInput
    from app.usecases.cancellation import NeverCancelled
    from models.contract.lesion.tabular import without_metadata

    token, tabular = NeverCancelled(), without_metadata()
    image = np.zeros((1, 3, card.input.height_px, card.input.width_px), np.float32)
    batch = ClassifierInput(image, tabular.numeric[None], tabular.categorical[None])

    def run() -> object:
        if card.task == "segmentation":
            return engine.segment(model, image, token)
        if card.task == "refinement":
            return engine.refine(model, image, image, token)
        return engine.classify(model, batch, token)

    timing = timed(run, 7)
    milliseconds, of = 1000 * timing.wall_s, timing if engine.name == "ONNX Runtime" else None
    what = f"{card.reference} {card.input.height_px}x{card.input.width_px}, {engine.name}"
    target = INFERENCE_TARGETS_MS.get((card.architecture, engine.name))
    if target is None:
        row = Row("inference", what, milliseconds, "ms", "", is_met=True)
        return row if of is None else replace(row, cpu_ms=1000 * of.cpu_s, disturbance=of.words)
    return _at_most("inference", what, milliseconds, "ms", target, of)


_START = """
import os, sys, time
started = time.perf_counter()
from pathlib import Path
from app import bootstrap
from app.settings import read_settings
from app.ui.application import make_application, open_window
from app.ui.preferences import Places, Preferences
from app.ui.theme import Theme, ThemeChoice
folder = Path(sys.argv[1])
settings_file = folder / bootstrap.SETTINGS_NAME
settings, _ = read_settings(settings_file)
application = make_application(sys.argv)
theme = Theme(application, ThemeChoice(settings.theme))
services = bootstrap.open_services(folder, settings)
window = open_window(services, theme, Preferences(settings, Places(folder, settings_file), application))
application.processEvents()
elapsed = time.perf_counter() - started
heavy = {'torch', 'onnxruntime', 'scipy', 'matplotlib'} & {name.partition('.')[0] for name in sys.modules}
print('STARTED', elapsed, *sorted(heavy), flush=True)
os._exit(0)
"""


def start_rows() -> Iterator[Row]:
    """Start the workstation in fresh processes, offscreen, and take the median of the warm starts."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    times, heavy = [], set()
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(4):
            command = [sys.executable, "-c", _START, folder]
            done = subprocess.run(
                command, capture_output=True, text=True, env=environment, cwd=ROOT, check=True
            )
            words = next(line for line in done.stdout.splitlines() if line.startswith("STARTED")).split()
            times.append(float(words[1]))
            heavy.update(words[2:])
    loaded = f", with {', '.join(sorted(heavy))} loaded" if heavy else ""
    row = _at_most("start", f"warm start to a usable window{loaded}", statistics.median(times[1:]), "s", 1.5)
    yield Row(row.group, row.what, row.value, row.unit, row.target, row.is_met and not heavy)


def image_rows() -> Iterator[Row]:
    """Read a 24-megapixel JPEG and paint it on the canvas; then a 2000 px brush on 24 megapixels."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import cv2
    from benchmark_canvas import measure_brush
    from PySide6.QtWidgets import QApplication

    from app.imaging.readers import ImageReader
    from app.ui.editor.canvas import EditorCanvas

    application = QApplication.instance() or QApplication([])
    rng = np.random.default_rng(11)
    coarse = rng.integers(60, 220, (400, 600, 3), dtype=np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.jpg"
        cv2.imwrite(str(file), cv2.resize(coarse, (6000, 4000), interpolation=cv2.INTER_CUBIC))
        canvas = EditorCanvas()
        canvas.view.resize(1400, 900)
        canvas.view.show()

        def show() -> None:
            canvas.show_image(ImageReader().read(file).pixels)
            canvas.view.repaint()
            application.processEvents()

        shown = timed(show, 3)
        yield _at_most("image", "24-megapixel JPEG from file to screen", shown.wall_s, "s", 0.8, shown)
        canvas.view.close()
    for times in measure_brush():
        what = f"2000 px brush on 24 megapixels, {times.view}, 95th percentile of stroke and repaint"
        yield _at_most("image", what, times.p95_ms, "ms", 16)


def work_list_rows() -> Iterator[Row]:
    """Open the work list of 100,000 cases, filter it, and read windows from its middle and end."""
    from benchmark_store import fill_work_list

    from app.bootstrap import open_services
    from app.domain.case_filter import CaseFilter
    from app.settings import Settings
    from app.usecases.cases.list_cases import ORDERS, list_cases

    with tempfile.TemporaryDirectory() as folder:
        fill_work_list(Path(folder), WORK_LIST_CASES)
        opening = timed(lambda: open_services(Path(folder), Settings()).store.close(), 3)
        services = open_services(Path(folder), Settings())

        def listing(**asked: object) -> Timing:
            return timed(lambda: list_cases(services, limit=100, **asked), 5)

        windows = {
            "first window of 100,000 cases, with their number": listing(),
            "window from the middle": listing(offset=WORK_LIST_CASES // 2),
            "window from the end": listing(offset=WORK_LIST_CASES - 100),
            "slowest order": _slowest(listing(order=order) for order in ORDERS),
            "slowest part of the list": _slowest(listing(shown=part) for part in CaseFilter),
            "slowest search": _slowest(listing(search=search) for search in WORK_LIST_SEARCHES),
        }
        services.store.close()
    yield _at_most("work list", "store of 100,000 cases opened", opening.wall_s, "s", 0.5, opening)
    for what, timing in windows.items():
        yield _at_most("work list", what, 1000 * timing.wall_s, "ms", 100, timing)


def _slowest(timings: Iterable[Timing]) -> Timing:
    return max(timings, key=lambda timing: timing.wall_s)


GROUPS: dict[str, Callable[[], Iterator[Row]]] = {
    "scan": scan_rows,
    "shapes": shape_rows,
    "training": training_rows,
    "inference": inference_rows,
    "start": start_rows,
    "image": image_rows,
    "work-list": work_list_rows,
}


def main() -> int:
    """Run the chosen groups; the exit code says whether every target was met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=sorted(GROUPS), default=list(GROUPS))
    parser.add_argument("--compare", metavar="REF", help="commit to run in turns with this checkout")
    parser.add_argument("--rounds", type=int, default=3, help="turns of a comparison")
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    arguments = parser.parse_args()
    from app.subprocesses import HEAVY_WORK, environment

    if not HEAVY_WORK.keys() <= os.environ.keys():
        # Measured as training and the model server run; their libraries read these only at the start.
        command = [sys.executable, str(Path(__file__)), *sys.argv[1:]]
        return subprocess.call(command, env=environment(HEAVY_WORK))
    if arguments.compare:
        return compare_with(arguments.compare, arguments.only, arguments.rounds)
    rows = []
    for name in arguments.only:
        for row in GROUPS[name]():
            rows.append(row)
            mark = "" if not row.target else ("met" if row.is_met else "NOT MET")
            cpu = "" if row.cpu_ms is None else f"processor {row.cpu_ms:.4g} ms"
            figure = f"{row.what:<88} {row.value:>10.3g} {row.unit:<18} {row.target:<8} {mark:<7}"
            print(f"{figure} {cpu} {row.disturbance}".rstrip(), flush=True)
    if arguments.json:
        machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        kept = {"machine": machine, "rows": [asdict(row) for row in rows]}
        arguments.json.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
