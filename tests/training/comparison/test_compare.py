"""Models side by side: who takes part, what is measured, how it is ordered and written down."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from rich.console import Console
from torch import Tensor, nn

from models.contract.files.atomic_files import sha256_of
from models.contract.shelf.card import Metric, read_card, write_card
from tests.model_folders import write_model
from tests.training.data_folders import mini_data_folder
from training.comparison.accuracy import HeldOut
from training.comparison.benchmarked_models import (
    BenchmarkedModel,
    ComparisonError,
    benchmarked_models_of,
    published_folder,
)
from training.comparison.compare import BY_COST, Question, compare, ranked
from training.comparison.latency import Timed, timed_in_turns
from training.comparison.memory import MemoryUnknownError, peak_memory
from training.comparison.plot import Point, chart_of, place_labels, write_plot
from training.comparison.published_figures import PUBLISHED, published
from training.comparison.record import (
    ComparedModel,
    Comparison,
    DataUsed,
    Latency,
    Machine,
    write_comparison,
)
from training.comparison.table import MARKDOWN_FILE, accuracy_cells, cost_cells, show, write_markdown
from training.contract.data_set import DataSetError
from training.evaluation.evaluate import evaluate_segmenter
from training.tasks.loaded_model import PublishedModel

SMALL_PX = (48, 64)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mini_data_folder(tmp_path_factory.mktemp("compared") / "data", train=2, val=8, test=2)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    root = tmp_path_factory.mktemp("shelf")
    return (
        write_model(root, "unet_tiny", "segmentation", with_graph=False),
        write_model(root, "mambaderm_tiny", "classification", with_graph=False),
    )


def a_model(
    name: str, *, macs: int | None = 10**9, dice: float | None = None, ms: float = 5
) -> ComparedModel:
    figures = {} if dice is None else {"dice": Metric(value=dice, low=dice - 0.01, high=dice + 0.01, n=8)}
    return ComparedModel(
        name=name,
        architecture=name.partition("/")[0],
        is_trained=dice is not None,
        height_px=96,
        width_px=128,
        parameters=10**6,
        macs=macs,
        scan_elements=0,
        scan_flops=0,
        flops=None if macs is None else 2 * macs,
        latencies=(Latency(device="cpu", batch_size=1, median_ms=ms, fastest_ms=ms, rounds=3),),
        figures=figures,
    )


def a_comparison(*models: ComparedModel) -> Comparison:
    return Comparison(
        task="segmentation",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        machine=Machine(processor="a machine", threads=1, gpu=None, torch="2"),
        data=DataUsed(split="val", images=8, manifest_sha256="0", masks="the experts' masks"),
        ranked_by="dice",
        convention="Macs are counted so.",
        notes=("A note.",),
        models=models,
    )


def test_without_names_all_full_architectures_and_the_shelf_take_part(shelf: tuple[Path, ...]) -> None:
    names = [benchmarked.name for benchmarked in benchmarked_models_of("segmentation", (), shelf)]

    assert {"dermomamba", "dermomamba_lean", "mamba_unet", "unet", "unet-tiny/1"} <= set(names)
    assert not [name for name in names if name.endswith("_tiny") or name.startswith("mambaderm")]


def test_a_model_is_meant_by_architecture_by_folder_or_by_its_place_on_the_shelf(
    shelf: tuple[Path, ...],
) -> None:
    wanted = ("unet_tiny", str(shelf[0]), "unet-tiny/1")
    bare, trained = benchmarked_models_of("segmentation", wanted, shelf)

    assert (bare.folder, bare.size_px) == (None, (192, 256))
    assert (trained.folder, trained.size_px, trained.name) == (shelf[0], SMALL_PX, "unet-tiny/1")


def test_models_of_one_name_are_told_apart(shelf: tuple[Path, ...], tmp_path: Path) -> None:
    other = write_model(tmp_path, "unet_tiny", "segmentation", seed=2, with_graph=False)

    names = [each.name for each in benchmarked_models_of("segmentation", (str(shelf[0]), str(other)), ())]

    assert names == ["unet-tiny/1", "unet-tiny/1 (2)"]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("nothing", "none of the architectures"),
        ("mambaderm_lite", "is not one for segmentation"),
        ("mambaderm-tiny/1", "is a model for classification"),
    ],
)
def test_an_unknown_or_unfit_model_is_refused_in_a_sentence(
    shelf: tuple[Path, ...], wanted: str, sentence: str
) -> None:
    with pytest.raises(ComparisonError, match=sentence):
        benchmarked_models_of("segmentation", (wanted,), shelf)


def test_a_published_model_that_is_not_there_is_refused() -> None:
    with pytest.raises(ComparisonError, match="neither a model folder"):
        published_folder("gone/1", ())


def test_trained_models_are_ranked_by_accuracy_and_the_others_follow_by_cost() -> None:
    models = [
        a_model("dear", macs=9),
        a_model("poor", dice=0.7, macs=1),
        a_model("good", dice=0.9, macs=5),
        a_model("broken", macs=None),
        a_model("cheap", macs=2),
    ]
    found, by = ranked(models, "segmentation")

    assert by == "dice"
    assert [(each.name, each.rank) for each in found] == [
        ("good", 1), ("poor", 2), ("cheap", None), ("dear", None), ("broken", None),
    ]  # fmt: skip


def test_without_any_accuracy_the_cheapest_is_first() -> None:
    found, by = ranked([a_model("dear", macs=9), a_model("broken", macs=None), a_model("cheap", macs=2)],
                       "segmentation")  # fmt: skip

    assert by == BY_COST
    assert [(each.name, each.rank) for each in found] == [("cheap", 1), ("dear", 2), ("broken", None)]


class _Noted(nn.Module):
    """Writes its name down each time it runs."""

    def __init__(self, name: str, diary: list[str], *, failing: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self._name, self._diary, self._failing = name, diary, failing

    def forward(self, images: Tensor) -> Tensor:
        self._diary.append(self._name)
        if self._failing:
            raise RuntimeError("too small an image")
        return images


def test_models_are_timed_in_turns_and_nobody_is_always_first() -> None:
    diary: list[str] = []
    models = {name: Timed(_Noted(name, diary), {"images": torch.zeros(1)}) for name in "abc"}

    laps = timed_in_turns(models, rounds=3)

    assert "".join(diary) == "abc" + "abc" + "bca" + "cab"
    assert [each.rounds for each in laps.latencies("cpu", 1).values()] == [3, 3, 3]


def test_a_model_that_fails_is_left_out_of_the_timing_and_the_others_go_on() -> None:
    diary: list[str] = []
    models = {
        "bad": Timed(_Noted("b", diary, failing=True), {"images": torch.zeros(1)}),
        "good": Timed(_Noted("g", diary), {"images": torch.zeros(1)}),
    }
    laps = timed_in_turns(models, rounds=2)

    assert "".join(diary) == "bggg"
    assert list(laps.latencies("cpu", 1)) == ["good"]
    assert str(laps.failures["bad"]) == "too small an image"


def test_memory_is_measured_in_a_process_of_its_own_and_grows_with_the_batch() -> None:
    benchmarked = BenchmarkedModel("unet_tiny", "segmentation", "unet_tiny", (96, 128))

    one, many = peak_memory(benchmarked, device="cpu", batch_sizes=(1, 16), threads=1)

    widest_map_bytes = 4 * 16 * 8 * 96 * 128
    assert many.peak_bytes > one.peak_bytes
    assert widest_map_bytes < many.peak_bytes < 2**30


def test_memory_that_cannot_be_measured_is_a_sentence(tmp_path: Path) -> None:
    benchmarked = BenchmarkedModel("gone", "segmentation", "unet_tiny", SMALL_PX, folder=tmp_path)

    with pytest.raises(MemoryUnknownError, match="card"):
        peak_memory(benchmarked, device="cpu", batch_sizes=(1,), threads=1)


def test_accuracy_is_that_of_evaluate(shelf: tuple[Path, ...], data: Path) -> None:
    held_out = HeldOut("segmentation", data, "val")
    figures = held_out.figures(PublishedModel.read(shelf[0]))

    card = evaluate_segmenter(shelf[0], data, "val").card
    for name, figure in figures.items():
        known = card.metrics[f"val_{name}"]
        assert (figure.value, figure.low, figure.high, figure.n) == (known.value, known.low, known.high, 8)


def test_lesions_can_be_cut_out_by_a_segmenter(shelf: tuple[Path, ...], data: Path) -> None:
    by_experts = HeldOut("classification", data, "val")
    by_model = HeldOut("classification", data, "val", segmenter=shelf[0])
    scorer = PublishedModel.read(shelf[1])

    assert set(by_experts.figures(scorer)) == {"auc", "pauc_above_tpr80", "ece"}
    assert by_experts.figures(scorer)["ece"] != by_model.figures(scorer)["ece"]
    assert by_model.masks_from == "unet-tiny/1"


def test_a_split_without_images_is_refused_before_anything_is_measured(
    shelf: tuple[Path, ...], data: Path
) -> None:
    question = Question(
        "segmentation", benchmarked_models_of("segmentation", (str(shelf[0]),), ()), data, "noon"
    )

    with pytest.raises(DataSetError, match="noon"):
        compare(question)


@pytest.mark.parametrize("case", ["scores", "no weights", "wrong weights"])
def test_a_segmenter_that_cannot_cut_is_refused_before_anything_is_measured(
    shelf: tuple[Path, ...], data: Path, tmp_path: Path, case: str
) -> None:
    segmenter = shelf[1] if case == "scores" else Path(shutil.copytree(shelf[0], tmp_path / "model"))
    if case == "no weights":
        (segmenter / "weights.safetensors").unlink()
    if case == "wrong weights":
        other = write_model(tmp_path, "unet_tiny", "segmentation", seed=5, with_graph=False)
        shutil.copy(other / "weights.safetensors", segmenter)
    benchmarked_models = benchmarked_models_of("classification", (str(shelf[1]),), ())
    sentence = {"scores": "cannot cut", "no weights": "no weights file", "wrong weights": "are not those"}

    with pytest.raises(ComparisonError, match=sentence[case]):
        compare(Question("classification", benchmarked_models, data, segmenter=segmenter))


def test_models_of_another_manifest_are_named(shelf: tuple[Path, ...], data: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(shelf[0], tmp_path / "own"))
    card = read_card(own)
    manifest = sha256_of(data / "manifest.csv")
    known = card.data.model_copy(update={"manifest_sha256": manifest})
    write_card(card.model_copy(update={"data": known, "version": "own"}), own)
    benchmarked_models = benchmarked_models_of("segmentation", (str(shelf[0]), str(own)), ())
    quick = {"threads": 1, "with_memory": False, "with_latency": False}

    (note,) = [
        n
        for n in compare(Question("segmentation", benchmarked_models, data, **quick)).notes
        if "another" in n
    ]

    assert "unet-tiny/1" in note
    assert "unet-tiny/own" not in note


def test_a_comparison_measures_counts_ranks_and_names_what_failed(
    shelf: tuple[Path, ...], data: Path, tmp_path: Path
) -> None:
    benchmarked_models = (
        *benchmarked_models_of("segmentation", (str(shelf[0]), "mamba_unet_tiny"), (), size_px=SMALL_PX),
        BenchmarkedModel("odd", "segmentation", "no_such_network", SMALL_PX),
    )
    found = compare(Question("segmentation", benchmarked_models, data, threads=1, with_memory=False))

    first, second, third = found.models
    assert (first.name, first.rank, first.problem) == ("unet-tiny/1", 1, None)
    assert set(first.figures) == {"dice", "iou", "boundary_f1"}
    assert first.weights_bytes == (shelf[0] / "weights.safetensors").stat().st_size
    assert [(lap.device, lap.batch_size) for lap in first.latencies][:2] == [("cpu", 1), ("cpu", 16)]
    assert (second.name, second.rank, second.figures) == ("mamba_unet_tiny", None, {})
    assert second.scan_elements
    assert (third.name, third.macs) == ("odd", None)
    assert "no architecture named no_such_network" in str(third.problem)
    file = write_comparison(found, tmp_path)
    assert Comparison.model_validate_json(file.read_text("utf-8")) == found


def test_tables_hold_every_model_and_keep_published_figures_apart(tmp_path: Path) -> None:
    best = a_model("dermomamba/2", dice=0.85).model_copy(update={"rank": 1})
    comparison = a_comparison(best, a_model("unet"))
    papers = published("segmentation")
    text = write_markdown(comparison, tmp_path, papers).read_text("utf-8")
    screen = Console(width=200, record=True, quiet=True)
    show(comparison, screen, papers)

    assert [row[1] for row in accuracy_cells(comparison).rows] == ["dermomamba/2"]
    assert [row[1] for row in cost_cells(comparison).rows] == ["dermomamba/2", "unet, untrained"]
    assert (tmp_path / MARKDOWN_FILE).is_file()
    measured, _, quoted = text.partition("## Published figures")
    assert "0.850 (0.840 to 0.860)" in measured
    assert "Macs are counted so." in measured
    assert "AC-MambaSeg" in quoted
    assert "AC-MambaSeg" not in measured


def test_columns_that_nobody_measured_are_left_out() -> None:
    titles = cost_cells(a_comparison(a_model("unet"))).titles

    assert "ms CPU, 1" in titles
    assert not [title for title in titles if "CUDA" in title or title.startswith("MB CPU")]


def test_every_published_figure_says_on_what_it_was_measured_and_whether_it_was_checked() -> None:
    assert {line.task for line in PUBLISHED} == {"segmentation", "classification"}
    assert all(line.measured_on and line.checked and line.accuracy for line in PUBLISHED)
    assert len({(line.method, line.measured_on) for line in PUBLISHED}) == len(PUBLISHED)


def test_names_in_the_plot_cover_neither_each_other_nor_points() -> None:
    figure = Figure(figsize=(9, 6), dpi=140)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_xscale("log")
    places = [(1 + 0.1 * n, 0.8 + 0.004 * (n % 4)) for n in range(12)]
    points = [Point(f"a model/{n}", "a", x, y, None, None, 10**6) for n, (x, y) in enumerate(places)]
    axes.set_xlim(0.1, 10)
    axes.set_ylim(0.75, 0.9)

    labels = place_labels(axes, points)

    figure.canvas.draw()
    # An annotation's own extent includes the line to its point.
    boxes = [Text.get_window_extent(label) for label in labels]
    centres = [axes.transData.transform((point.x, point.y)) for point in points]
    assert sorted(label.get_text() for label in labels) == sorted(f"{point.name}, 1 M" for point in points)
    for number, box in enumerate(boxes):
        assert not [other for other in boxes[number + 1 :] if box.overlaps(other)]
        assert not [centre for centre in centres if box.contains(*centre)]


def test_the_plot_shows_accuracy_if_anything_is_trained_and_else_latency(tmp_path: Path) -> None:
    trained = a_comparison(a_model("a", dice=0.8), a_model("b"))
    untrained = a_comparison(a_model("a", ms=7), a_model("b", macs=None))

    assert [(point.name, point.y) for point in chart_of(trained).points] == [("a", 0.8)]
    assert [(point.name, point.y) for point in chart_of(untrained).points] == [("a", 7)]
    file = write_plot(trained, tmp_path)
    assert file is not None
    assert file.read_bytes().startswith(b"\x89PNG")
    assert write_plot(a_comparison(a_model("b", macs=None)), tmp_path) is None
