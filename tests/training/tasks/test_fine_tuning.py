"""Fine-tuning: what a batch holds, what keeps a network near its base, what a run leaves behind."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import resources
from models.contract.shelf.card import read_card
from models.nets import build
from tests.model_folders import write_model
from tests.opened_files import counted_openings
from tests.training.data_folders import manifest_row, mini_data_folder, write_manifest
from training.contract.data_set import DataSetError, read_manifest
from training.contract.plan import NO_AUGMENTATION, TrainingPlan
from training.contract.recipes import fine_tuning_plan
from training.contract.run_folder import RunFolder, create_run_folder
from training.loop.checkpoints import LAST, load_average
from training.loop.frozen_batchnorm import hold_statistics
from training.publishing.publish import publish
from training.runs.run import run
from training.tasks.boundary_fine_tuning import BoundaryFineTuningTask
from training.tasks.fine_tuning import PullToBase, mix_with_base
from training.tasks.loaded_model import PublishedModel
from training.tasks.run_context import RunContext
from training.tasks.score_fine_tuning import ScoreFineTuningTask


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models"), "dermomamba_tiny", "segmentation")


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mini_data_folder(tmp_path_factory.mktemp("bundled") / "data", train=4, val=2, test=0)


def a_snapshot(folder: Path, *, corrected: int = 5, uncorrected: int = 3) -> Path:
    mini_data_folder(folder, train=corrected + uncorrected, val=2, test=2)
    rows = []
    for sample in read_manifest(folder):
        is_uncorrected = sample.split == "train" and int(sample.image_id[-3:]) >= corrected
        rows.append(
            manifest_row(
                sample.image_id,
                "train_extra" if is_uncorrected else sample.split,
                mask_file="" if is_uncorrected else f"masks/{sample.image_id}.png",
                malignant=str(int(bool(sample.malignant))),
                duplicate_group=sample.duplicate_group,
            )
        )
    write_manifest(folder, rows)
    return folder


def a_plan_for(snapshot: Path, base: Path, rehearsal: Path | None, **changes: object) -> TrainingPlan:
    plan = fine_tuning_plan(
        task="segmentation",
        snapshot_dir=snapshot,
        base=base,
        rehearsal=rehearsal,
        model_name="candidate",
        model_version="1",
        threads=1,
    )
    tuned = changes.pop("fine_tuning", {})
    assert plan.fine_tuning is not None
    assert isinstance(tuned, dict)
    stage = plan.stages[0].model_copy(update={"epochs": 1})
    return plan.model_copy(
        update={"stages": (stage,), "fine_tuning": plan.fine_tuning.model_copy(update=tuned), **changes}
    )


def a_context(plan: TrainingPlan, run: Path) -> RunContext:
    return RunContext.of(create_run_folder(run, plan), plan)


def an_open_task(plan: TrainingPlan, run: Path) -> BoundaryFineTuningTask:
    task = BoundaryFineTuningTask(a_context(plan, run))
    task.open_stage(plan.stages[0])
    return task


def test_the_plan_keeps_the_size_of_the_base_and_learns_slowly(tmp_path: Path, base: Path) -> None:
    plan = fine_tuning_plan(
        task="segmentation",
        snapshot_dir=a_snapshot(tmp_path / "data"),
        base=base,
        model_name="candidate",
        model_version="1",
    )
    card = read_card(base)
    assert (plan.stages[0].height_px, plan.stages[0].width_px) == (card.input.height_px, card.input.width_px)
    assert plan.learning_rate < 1e-3
    assert plan.fine_tuning is not None
    assert plan.fine_tuning.frozen_normalisation


def test_a_snapshot_without_corrections_is_refused(tmp_path: Path, base: Path) -> None:
    snapshot = a_snapshot(tmp_path / "data", corrected=0)
    with pytest.raises(DataSetError, match="nothing to learn"):
        fine_tuning_plan(
            task="segmentation", snapshot_dir=snapshot, base=base, model_name="a", model_version="1"
        )


def test_a_batch_holds_corrections_bundled_images_and_answers_of_the_base(
    tmp_path: Path, base: Path, rehearsal: Path
) -> None:
    plan = a_plan_for(
        a_snapshot(tmp_path / "data"),
        base,
        rehearsal,
        augmentation=NO_AUGMENTATION,
        fine_tuning={"rehearsal_per_batch": 2, "uncorrected_per_batch": 1},
    )
    batch = an_open_task(plan, tmp_path / "run").batches(0).batch(0)
    assert batch["images"].shape[0] == plan.batch_size
    assert batch["is_answer"].tolist() == [False] * 7 + [True]
    known, answer = batch["masks"][:7], batch["masks"][7:]
    assert set(known.unique().tolist()) == {0.0, 1.0}
    network = PublishedModel.read(base).network
    with torch.inference_mode():
        expected = torch.sigmoid(network(batch["images"][7:]))
    torch.testing.assert_close(answer, expected, atol=1 / 255, rtol=0)


def test_every_correction_is_shown_in_each_epoch(tmp_path: Path, base: Path, rehearsal: Path) -> None:
    plan = a_plan_for(
        a_snapshot(tmp_path / "data"),
        base,
        rehearsal,
        augmentation=NO_AUGMENTATION,
        fine_tuning={"rehearsal_per_batch": 2, "uncorrected_per_batch": 1},
    )
    task = an_open_task(plan, tmp_path / "run")
    epoch = task.batches(0)
    shown = {
        tuple(image.flatten()[:50].tolist())
        for index in range(task.steps_per_epoch())
        for image in epoch.batch(index)["images"][:5]
    }
    assert len(shown) == 5


def test_images_of_the_exam_are_in_no_batch(tmp_path: Path, base: Path) -> None:
    snapshot = a_snapshot(tmp_path / "data")
    split = a_context(a_plan_for(snapshot, base, None), tmp_path / "run").split
    exam = {s.image_id for s in read_manifest(snapshot) if s.split == "test"}
    assert exam
    assert not exam & {s.image_id for s in (*split.train, *split.validation)}


def test_only_training_images_of_the_bundle_are_rehearsed(
    tmp_path: Path, base: Path, rehearsal: Path
) -> None:
    plan = a_plan_for(a_snapshot(tmp_path / "data"), base, rehearsal)
    samples = a_context(plan, tmp_path / "run").rehearsal
    assert {s.split for s in samples} == {"train"}
    assert len(samples) == 4


def test_the_bundled_images_can_be_rehearsed_and_examined() -> None:
    samples = read_manifest(resources.path("learning"))
    assert sum(s.split == "train" for s in samples) == 64
    assert sum(s.split == "val" for s in samples) == 48
    assert {s.licence for s in samples} == {"CC0-1.0"}
    assert {(s.age_years, s.sex, s.site) for s in samples} == {(None, None, None)}
    assert all(s.image_file.is_file() and s.mask_file and s.mask_file.is_file() for s in samples)


def test_held_statistics_do_not_move_while_the_weights_are_learned() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)).train()
    hold_statistics(network)
    norm = network[1]
    assert isinstance(norm, nn.BatchNorm2d)
    before = norm.running_mean.clone() if norm.running_mean is not None else None
    network(torch.randn(2, 3, 4, 4) + 5).sum().backward()
    assert before is not None
    assert norm.running_mean is not None
    torch.testing.assert_close(norm.running_mean, before)
    assert norm.weight.grad is not None


def test_the_pull_is_half_the_strength_times_the_squared_distance() -> None:
    network = nn.Linear(2, 1, bias=False)
    pull = PullToBase(network, strength=0.5)
    with torch.no_grad():
        network.weight += torch.tensor([[3.0, 4.0]])
    assert pull(network).item() == pytest.approx(0.5 * 0.5 * 25)


def test_mixing_with_the_base_lies_on_the_line_between_both(base: Path) -> None:
    start = PublishedModel.read(base).network.state_dict()
    torch.manual_seed(9)
    tuned = build("dermomamba_tiny")
    mixed = build("dermomamba_tiny")
    mixed.load_state_dict(tuned.state_dict())
    mix_with_base(mixed, base, 0.25)
    for name, value in mixed.state_dict().items():
        if value.is_floating_point():
            expected = 0.75 * tuned.state_dict()[name] + 0.25 * start[name]
            torch.testing.assert_close(value, expected)


@pytest.fixture(scope="module")
def tuned_run(
    base: Path, rehearsal: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[RunFolder, Counter[Path]]:
    """A whole run that hardly moves its base, and how often it opened which file."""
    root = tmp_path_factory.mktemp("tuned")
    plan = a_plan_for(
        a_snapshot(root / "data"), base, rehearsal, learning_rate=1e-7, ema_decay=0.0, weight_decay=0
    )
    folder = create_run_folder(root / "run", plan)
    with counted_openings() as openings:
        assert run(folder).kind == "run_finished"
    return folder, openings


def test_a_run_starts_at_its_base_and_publishes_with_its_threshold_and_name(
    base: Path, tuned_run: tuple[RunFolder, Counter[Path]]
) -> None:
    folder, _ = tuned_run
    learned = build("dermomamba_tiny")
    load_average(folder.checkpoints / LAST, learned)
    start = PublishedModel.read(base)
    for name, value in learned.state_dict().items():
        torch.testing.assert_close(value, start.network.state_dict()[name], atol=1e-4, rtol=1e-3)
    card = read_card(folder.path / "published" / "candidate" / "1")
    assert card.parent == start.card.reference
    assert (card.threshold, card.temperature) == (start.card.threshold, start.card.temperature)
    assert str(folder.path.parent) not in card.model_dump_json()


def test_a_run_reads_its_plan_its_data_and_the_card_of_its_base_once(
    base: Path, rehearsal: Path, tuned_run: tuple[RunFolder, Counter[Path]]
) -> None:
    folder, openings = tuned_run
    assert (folder.path / "exam.json").is_file()
    assert openings[folder.path / "plan.json"] == 1
    assert openings[base / "card.json"] == 1
    # Reading a table opens it for its encoding and for its rows; the run's data are hashed, too.
    assert openings[rehearsal / "manifest.csv"] == 2
    assert openings[folder.plan().data_dir / "manifest.csv"] == 2 + 1


def test_a_published_mixture_is_nearer_to_its_base(tmp_path: Path, base: Path) -> None:
    snapshot = a_snapshot(tmp_path / "data")
    plan = a_plan_for(
        snapshot, base, None, learning_rate=1e-2, ema_decay=0.0, fine_tuning={"base_share": 0.0}
    )
    folder = create_run_folder(tmp_path / "run", plan)
    run(folder)
    half = plan.model_copy(
        update={"fine_tuning": plan.fine_tuning.model_copy(update={"base_share": 0.5})}  # type: ignore[union-attr]
    )
    halved = create_run_folder(tmp_path / "half", half)
    (folder.checkpoints / "best.safetensors").rename(halved.checkpoints / "best.safetensors")
    mixed = publish(RunContext.read(halved), tmp_path / "models")
    whole = tmp_path / "run" / "published" / "candidate" / "1"
    assert _distance(mixed, base) == pytest.approx(0.5 * _distance(whole, base), rel=0.05)


def _distance(folder: Path, base: Path) -> float:
    ours, start = (PublishedModel.read(each).network for each in (folder, base))
    pairs = zip(ours.parameters(), start.parameters(), strict=True)
    return float(np.sqrt(sum(float((a - b).detach().square().sum()) for a, b in pairs)))


@pytest.mark.parametrize("bundled", [0, 100])
def test_a_score_model_takes_as_many_steps_as_its_corrections_are_worth(tmp_path: Path, bundled: int) -> None:
    base = write_model(tmp_path / "models", "mambaderm_tiny", "classification")
    rehearsal = mini_data_folder(tmp_path / "bundle", train=bundled, val=2, test=0) if bundled else None
    plan = fine_tuning_plan(
        task="classification",
        snapshot_dir=mini_data_folder(tmp_path / "data", train=24, val=4, test=2),
        base=base,
        rehearsal=rehearsal,
        model_name="candidate",
        model_version="1",
        threads=1,
    )
    per_epoch = ScoreFineTuningTask(a_context(plan, tmp_path / "run")).steps_per_epoch()
    assert abs(plan.epochs * per_epoch - (25 + 0.3 * 24)) <= per_epoch / 2


def test_a_plan_is_refused_when_the_bundled_images_are_missing(tmp_path: Path, base: Path) -> None:
    with pytest.raises(DataSetError, match=r"manifest\.csv is missing"):
        fine_tuning_plan(
            task="segmentation",
            snapshot_dir=a_snapshot(tmp_path / "data"),
            base=base,
            rehearsal=tmp_path / "gone",
            model_name="a",
            model_version="1",
        )


def test_a_score_model_learns_among_bundled_images_and_its_own_answers(
    tmp_path: Path, rehearsal: Path
) -> None:
    base = write_model(tmp_path / "models", "mambaderm_tiny", "classification")
    snapshot = mini_data_folder(tmp_path / "data", train=8, val=4, test=2)
    plan = fine_tuning_plan(
        task="classification",
        snapshot_dir=snapshot,
        base=base,
        rehearsal=rehearsal,
        model_name="candidate",
        model_version="1",
        threads=1,
    )
    task = ScoreFineTuningTask(a_context(plan, tmp_path / "run"))
    assert task.counts == (12, 4)
    task.open_stage(plan.stages[0])
    batch = task.batches(0).batch(0)
    from training.tasks.classifier_setup import classifier_with_auxiliary_heads

    network = classifier_with_auxiliary_heads(PublishedModel.read(base).network, task.table)  # type: ignore[arg-type]
    loss = task.loss(network, batch)
    loss.backward()  # type: ignore[no-untyped-call]
    plain = task.loss_of(network, network(batch["images"], batch["numeric"], batch["categorical"]), batch)
    assert loss.item() > plain.item()
