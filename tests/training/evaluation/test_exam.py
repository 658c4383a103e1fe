"""The exam: two published models beside each other, by figures that a second way of counting confirms."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from models.contract.files.atomic_files import sha256_of
from models.contract.metrics import boundary_f1, dice, roc_auc
from models.contract.shelf.card import read_card, write_card
from models.contract.shelf.exam import OVERALL, REFERENCE_IMAGES, Exam, read_exam
from models.contract.shelf.gate import verdict
from tests.model_folders import write_model
from tests.training.command_line import call
from tests.training.data_folders import COLUMNS, mini_data_folder
from training.contract.data_set import read_manifest
from training.evaluation.exam import sit_exam
from training.evaluation.exam_answers import ScoreAnswers
from training.evaluation.exam_figures import SEED, Figure, part_of, score_figures
from training.inputs.decode import read_image, read_mask
from training.tasks.loaded_model import PublishedModel, predicted_mask


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve exam images of six patients, with skin types."""
    folder = mini_data_folder(tmp_path_factory.mktemp("data") / "snap shot", train=2, val=2, test=12)
    rows = (folder / "manifest.csv").read_text().splitlines()
    group = COLUMNS.index("duplicate_group")
    changed = [f"{rows[0]},skin_type"]
    for row in rows[1:]:
        cells = row.split(",")
        number = int(cells[0][-3:])
        cells[group] = f"{cells[1]}{number // 2}"
        changed.append(",".join([*cells, "III" if number < 10 else "V"]))
    (folder / "manifest.csv").write_text("\n".join(changed) + "\n")
    return folder


@pytest.fixture(scope="module")
def few_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two exam images, for what does not need many."""
    return mini_data_folder(tmp_path_factory.mktemp("data") / "few", train=1, val=1, test=2)


@pytest.fixture(scope="module")
def segmenters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    active = write_model(tmp_path_factory.mktemp("models"), "dermomamba_tiny", "segmentation")
    return active, with_other_weights(active)


@pytest.fixture(scope="module")
def classifiers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("models")
    active, candidate = (
        write_model(root / str(seed), "mambaderm_tiny", "classification", seed=seed) for seed in (1, 2)
    )
    return active, candidate


def with_other_weights(folder: Path) -> Path:
    """Version 2 beside version 1, with smaller filters: without a second export, which is slow.

    A segmenter's graph points into the weights for every filter, and so follows.
    """
    other = copied(folder, folder.parent / "2")
    weights = load_file(other / "weights.safetensors")
    for name, value in weights.items():
        if value.ndim == 4 and value.numel() >= 256:
            weights[name] = value * 0.5
    save_file(weights, other / "weights.safetensors")
    changes = {"version": "2", "weights_sha256": sha256_of(other / "weights.safetensors")}
    write_card(read_card(other).model_copy(update=changes), other)
    return other


def copied(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


@pytest.fixture(scope="module")
def segmenter_exam(snapshot: Path, segmenters: tuple[Path, Path]) -> Exam:
    return sit_exam(segmenters[1], segmenters[0], snapshot)


def test_two_segmenters_are_measured_on_the_exam_images(
    snapshot: Path, segmenters: tuple[Path, Path], segmenter_exam: Exam
) -> None:
    (active, candidate), exam = segmenters, segmenter_exam
    samples = [sample for sample in read_manifest(snapshot) if sample.split == "test"]
    assert (exam.images, exam.patients, exam.snapshot_id) == (12, 6, None)
    assert (exam.active_sha256, exam.candidate_sha256) == (
        sha256_of(active / "weights.safetensors"),
        sha256_of(candidate / "weights.safetensors"),
    )
    assert exam.parity_max_abs_difference is not None
    assert exam.parity_max_abs_difference <= 1e-4
    assert (exam.has_nan, exam.labels_unchanged) == (False, True)
    for metric, function in (("dice", dice), ("boundary_f1", boundary_f1)):
        part = exam.part(OVERALL, metric)
        assert part is not None
        expected = []
        for folder in (active, candidate):
            model = PublishedModel.read(folder)
            images = [read_image(sample) for sample in samples]
            truths = [read_mask(sample, image.shape) for sample, image in zip(samples, images, strict=True)]
            expected.append(
                np.mean([function(predicted_mask(model, i), t) for i, t in zip(images, truths, strict=True)])
            )
        assert (part.active, part.candidate) == pytest.approx(tuple(expected))
        assert part.n == 12


def test_subgroups_need_five_patients(segmenter_exam: Exam) -> None:
    groups = {part.group for part in segmenter_exam.parts}
    assert groups == {
        OVERALL, "site: anterior torso", "skin type: III", "diagnosis: melanoma", "diagnosis: nevus",
        "age: 60 and over",
    }  # fmt: skip


def test_a_model_beside_itself_does_not_differ(few_images: Path, segmenters: tuple[Path, Path]) -> None:
    exam = sit_exam(segmenters[0], segmenters[0], few_images, reference=few_images)
    overall = [part for part in exam.parts if part.group == OVERALL]
    assert [(part.difference, part.low, part.high) for part in overall] == [(0, 0, 0)] * 3
    part = exam.part(REFERENCE_IMAGES, "dice")
    assert part is not None
    assert part.n == 1
    found = verdict(exam)
    assert not found.passed
    assert all("too small" in reason for reason in found.reasons)


def test_each_model_is_judged_at_its_own_threshold(
    few_images: Path, segmenters: tuple[Path, Path], tmp_path: Path
) -> None:
    active = segmenters[0]
    deaf = copied(active, tmp_path / "deaf" / "1")
    write_card(read_card(deaf).model_copy(update={"threshold": 1.0}), deaf)
    part = sit_exam(deaf, active, few_images).part(OVERALL, "dice")
    assert part is not None
    assert part.candidate == 0


def test_two_score_models_are_measured(snapshot: Path, classifiers: tuple[Path, Path]) -> None:
    active, candidate = classifiers
    exam = sit_exam(candidate, active, snapshot)
    assert exam.task == "classification"
    for metric, n in (("auc", 12), ("sensitivity", 6), ("specificity", 6), ("ece", 12), ("brier", 12)):
        part = exam.part(OVERALL, metric)
        assert part is not None
        assert part.n == n
        assert part.candidate is not None
        assert 0 <= part.candidate <= 1
    melanomas = exam.part("diagnosis: melanoma", "auc")
    assert melanomas is not None
    assert melanomas.active is None
    assert melanomas.why_undefined == "All images are of one class, so there is nothing to rank."
    assert exam.parity_max_abs_difference is not None
    assert exam.parity_max_abs_difference <= 1e-4


def test_images_without_a_mask_are_scored_as_whole_frames(
    few_images: Path, classifiers: tuple[Path, Path], tmp_path: Path
) -> None:
    bare = copied(few_images, tmp_path / "bare")
    rows = (bare / "manifest.csv").read_text().splitlines()
    place = COLUMNS.index("mask_file")
    cells = [row.split(",") for row in rows]
    for row in cells[1:]:
        row[place] = ""
    (bare / "manifest.csv").write_text("\n".join(",".join(row) for row in cells) + "\n")
    with_masks = sit_exam(*classifiers, few_images).part(OVERALL, "brier")
    without = sit_exam(*classifiers, bare).part(OVERALL, "brier")
    assert with_masks is not None
    assert without is not None
    assert without.n == 2
    assert without.active != with_masks.active


def test_an_exam_without_images_is_too_small_and_not_a_crash(
    segmenters: tuple[Path, Path], classifiers: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = mini_data_folder(tmp_path / "empty", train=1, val=1, test=0)
    for active, candidate in (segmenters, classifiers):
        exam = sit_exam(candidate, active, folder)
        assert (exam.images, exam.patients) == (0, 0)
        assert exam.parity_max_abs_difference is not None
        assert any("too small" in reason for reason in verdict(exam).reasons)


def test_weights_that_are_not_numbers_are_noticed(
    few_images: Path, segmenters: tuple[Path, Path], tmp_path: Path
) -> None:
    broken = copied(segmenters[1], tmp_path / "broken" / "1")
    weights = load_file(broken / "weights.safetensors")
    name = next(name for name, value in weights.items() if value.is_floating_point() and value.ndim == 4)
    weights[name] = torch.full_like(weights[name], torch.nan)
    save_file(weights, broken / "weights.safetensors")
    exam = sit_exam(broken, segmenters[0], few_images)
    assert exam.has_nan
    assert exam.parity_max_abs_difference is None
    part = exam.part(OVERALL, "dice")
    assert part is not None
    assert part.candidate is None
    assert part.active is not None
    assert part.why_undefined == "The candidate gave answers that are not finite numbers."
    assert any("broken" in reason for reason in verdict(exam).reasons)


def test_a_graph_of_other_weights_fails_parity(
    few_images: Path, segmenters: tuple[Path, Path], tmp_path: Path
) -> None:
    first, second = segmenters
    mixed = copied(first, tmp_path / "mixed" / "1")
    weights = load_file(mixed / "weights.safetensors")
    # Small tensors lie in the graph itself, so that the graph keeps the old ones.
    for name, value in weights.items():
        if value.is_floating_point() and value.numel() < 64:
            weights[name] = value + 1
    save_file(weights, mixed / "weights.safetensors")
    exam = sit_exam(mixed, second, few_images)
    assert exam.parity_max_abs_difference is None or exam.parity_max_abs_difference > 1e-4
    (mixed / "graph.onnx").write_bytes(b"no graph")
    assert sit_exam(mixed, second, few_images).parity_max_abs_difference is None


def test_labels_in_another_order_are_noticed(
    few_images: Path, segmenters: tuple[Path, Path], tmp_path: Path
) -> None:
    turned = copied(segmenters[0], tmp_path / "turned" / "1")
    write_card(read_card(turned).model_copy(update={"labels": ("lesion", "skin")}), turned)
    assert not sit_exam(turned, segmenters[0], few_images).labels_unchanged


def test_the_command_prints_the_table_and_keeps_the_exam(
    few_images: Path, segmenters: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    candidate = copied(segmenters[1], tmp_path / "candidate" / "1")
    assert call("exam", candidate, "--against", segmenters[0], "--data", few_images) == 0
    printed = capsys.readouterr().out
    assert "boundary_f1" in printed
    assert "not passed" in printed
    assert "4 more exam images" in printed
    assert read_exam(candidate).images == 2


def test_models_of_different_tasks_are_refused(
    few_images: Path,
    segmenters: tuple[Path, Path],
    classifiers: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call("exam", segmenters[0], "--against", classifiers[0], "--data", few_images) == 1
    assert "different things" in capsys.readouterr().err


def brute_force_interval(
    figure: Figure, patients: NDArray[np.str_], draws: int = 1000
) -> tuple[float, float]:
    """The same interval, counted patient by patient with plain lists."""
    random = np.random.default_rng(SEED)
    names = sorted(set(patients.tolist()))
    differences = []
    for _ in range(draws):
        rows: list[int] = []
        for index in random.integers(0, len(names), len(names)):
            rows += [row for row, patient in enumerate(patients) if patient == names[index]]
        values = [
            figure.statistic(figure.truth[rows], each[rows]) for each in (figure.active, figure.candidate)
        ]
        if values[0] is not None and values[1] is not None:
            differences.append(values[1] - values[0])
    differences.sort()

    def at(share: float) -> float:
        place = share * (len(differences) - 1)
        below = int(place)
        above = min(below + 1, len(differences) - 1)
        return differences[below] + (place - below) * (differences[above] - differences[below])

    return at(0.025), at(0.975)


def scored(labels: NDArray[np.bool_], seed: int) -> ScoreAnswers:
    logits = np.random.default_rng(seed).normal(labels * 1.0, 1.0)
    probabilities = 1 / (1 + np.exp(-logits))
    return ScoreAnswers(logits, probabilities, probabilities >= 0.5)


def test_the_interval_draws_patients_and_agrees_with_counting_by_hand() -> None:
    labels = np.arange(40) % 3 == 0
    patients = np.array([f"p{number // 3:02d}" for number in range(40)])
    figures = {f.metric: f for f in score_figures(labels, scored(labels, 1), scored(labels, 2))}
    everything = np.ones(40, dtype=np.bool_)
    for metric in ("auc", "brier"):
        part = part_of(figures[metric], OVERALL, everything, patients)
        assert (part.low, part.high) == pytest.approx(brute_force_interval(figures[metric], patients))
    rows = figures["sensitivity"].rows
    assert part_of(figures["sensitivity"], OVERALL, everything, patients).n == int(rows.sum()) == 14


def test_rates_count_by_hand() -> None:
    labels = np.array([True, True, True, True, False, False])
    called = [np.array([1, 1, 0, 0, 1, 0]), np.array([1, 1, 1, 0, 0, 0])]
    active, candidate = (ScoreAnswers(np.zeros(6), np.full(6, 0.5), each > 0) for each in called)
    patients = np.array(list("abcdef"))
    figures = {f.metric: f for f in score_figures(labels, active, candidate)}
    everything = np.ones(6, dtype=np.bool_)
    sensitivity = part_of(figures["sensitivity"], OVERALL, everything, patients)
    specificity = part_of(figures["specificity"], OVERALL, everything, patients)
    assert (sensitivity.active, sensitivity.candidate, sensitivity.n) == (0.5, 0.75, 4)
    assert (specificity.active, specificity.candidate, specificity.n) == (0.5, 1.0, 2)


def test_one_class_has_rates_of_one_kind_and_no_area() -> None:
    labels = np.zeros(4, dtype=np.bool_)
    answers = scored(labels, 3)
    figures = {f.metric: f for f in score_figures(labels, answers, answers)}
    everything, patients = np.ones(4, dtype=np.bool_), np.array(list("abcd"))
    area = part_of(figures["auc"], OVERALL, everything, patients)
    assert (area.active, area.candidate, area.difference, area.low) == (None, None, None, None)
    assert "one class" in (area.why_undefined or "")
    missing = part_of(figures["sensitivity"], OVERALL, everything, patients)
    assert (missing.n, missing.why_undefined) == (0, "There is no malignant image.")
    assert part_of(figures["specificity"], OVERALL, everything, patients).n == 4


def test_one_patient_gives_no_interval() -> None:
    labels = np.array([True, False, True])
    figures = {f.metric: f for f in score_figures(labels, scored(labels, 1), scored(labels, 2))}
    part = part_of(figures["brier"], OVERALL, np.ones(3, dtype=np.bool_), np.array(["a", "a", "a"]))
    assert part.difference is not None
    assert (part.low, part.high) == (None, None)


def test_boundary_f1_of_a_shifted_square_counts_by_hand() -> None:
    """A 3 px square moved by one: of 8 edge pixels each way, 4 + the overlapping ones lie on the other."""
    truth = np.zeros((12, 12), np.bool_)
    truth[3:6, 3:6] = True
    moved = np.roll(truth, 1, axis=1)
    # Edges: columns 3-5 and 4-6. Common: rows 3 and 5 of columns 4 and 5 (4 pixels); the middle row's
    # own edge pixels are columns 3, 5 and 4, 6, which do not meet.
    assert boundary_f1(moved, truth, tolerance_px=0.0) == pytest.approx(4 / 8)
    assert boundary_f1(moved, truth, tolerance_px=1.0) == 1.0


def test_the_area_is_the_one_of_the_ranking_module() -> None:
    labels = np.array([True, False, True, False])
    first, second = scored(labels, 4), scored(labels, 5)
    figures = {f.metric: f for f in score_figures(labels, first, second)}
    part = part_of(figures["auc"], OVERALL, np.ones(4, dtype=np.bool_), np.array(list("abcd")))
    assert (part.active, part.candidate) == (roc_auc(labels, first.logits), roc_auc(labels, second.logits))
