"""Distillation: who learns, from whom, from which images, and what the card says of it."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from models.contract.files.atomic_files import sha256_of
from models.contract.shelf.card import read_card, write_card
from models.nets import build
from tests.model_folders import write_model
from tests.training.data_folders import manifest_row, mini_data_folder, write_manifest
from training.contract.data_set import DataSetError, read_manifest
from training.contract.plan import Stage, TrainingPlan
from training.contract.recipes import plan_for
from training.contract.run_folder import RunFolder, create_run_folder
from training.contract.run_options import RunOptions
from training.loop.checkpoints import LAST
from training.loop.loop import Outcome, Trainer
from training.loop.optimiser import make_optimiser
from training.loop.step import Stepper
from training.publishing import publish
from training.publishing.card_words import LICENCE
from training.runs.setup import first_network, planned_task
from training.tasks.distillation import BoundaryDistillationTask, soft_target_loss
from training.tasks.run_context import RunContext

STUDENTS = {"segmentation": "dermomamba_tiny", "classification": "mambaderm_tiny"}


@pytest.fixture(scope="module")
def teachers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("models")
    return {task: write_model(root, name, task, with_graph=False) for task, name in STUDENTS.items()}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six training images, of which experts have outlined the first three."""
    folder = mini_data_folder(tmp_path_factory.mktemp("data") / "mini", train=6, val=2, test=0)
    rows = [
        manifest_row(
            sample.image_id,
            sample.split,
            mask_file=""
            if sample.image_id in {"train003", "train004", "train005"}
            else _mask_file(sample.image_id),
            malignant=str(int(bool(sample.malignant))),
        )
        for sample in read_manifest(folder)
    ]
    write_manifest(folder, rows)
    return folder


def _mask_file(image_id: str) -> str:
    return f"masks/{image_id}.png"


def a_plan(data: Path, teacher: Path, task: str, **changes: object) -> TrainingPlan:
    chosen = {
        "task": task, "data_dir": data, "architecture": STUDENTS[task], "teacher": str(teacher),
        "quick_test": True, "epochs": 1, "batch_size": 3, "threads": 1,
    }  # fmt: skip
    plan = plan_for(RunOptions.model_validate(chosen))
    return plan.model_copy(update={"stages": (Stage(height_px=32, width_px=32, epochs=1),), **changes})


def a_context(plan: TrainingPlan, folder: Path) -> RunContext:
    return RunContext.of(create_run_folder(folder, plan), plan)


def test_the_plan_names_the_teacher_its_weights_and_its_size(data: Path, teachers: dict[str, Path]) -> None:
    for task, teacher in teachers.items():
        card = read_card(teacher)
        plan = a_plan(data, teacher, task)
        assert plan.distillation is not None
        assert (
            plan.distillation.teacher_weights_sha256
            == card.weights_sha256
            == sha256_of(teacher / card.weights_file)
        )
        assert (plan.distillation.height_px, plan.distillation.width_px) == (
            card.input.height_px,
            card.input.width_px,
        )
        assert plan.distillation.teacher_reference == card.reference
        if card.input.crop_margin is not None:
            assert plan.crop_margin == card.input.crop_margin


def test_what_cannot_be_taught_is_refused_with_a_sentence(data: Path, teachers: dict[str, Path]) -> None:
    with pytest.raises(DataSetError, match="no model nobody/1 to learn from"):
        a_plan(data, Path("nobody/1"), "segmentation")
    with pytest.raises(DataSetError, match="another task"):
        a_plan(data, teachers["classification"], "segmentation")
    options = {"task": "segmentation", "data_dir": data, "teacher": str(teachers["segmentation"])}
    with pytest.raises(ValueError, match="distances to the border"):
        plan_for(RunOptions.model_validate({**options, "loss": "guide_fusion"}))
    with pytest.raises(ValueError, match="no maps of structures"):
        plan_for(RunOptions.model_validate({**options, "structure_maps": True}))


@pytest.mark.parametrize("task", ["segmentation", "classification"])
def test_gradients_flow_into_the_student_alone(
    tmp_path: Path, data: Path, teachers: dict[str, Path], task: str
) -> None:
    plan = a_plan(data, teachers[task], task)
    context = a_context(plan, tmp_path / "run")
    learning = planned_task(context)
    learning.open_stage(plan.stages[0])
    student = first_network(plan, learning)
    teacher = learning._teacher._network  # type: ignore[attr-defined]  # what must not change
    before = {name: value.clone() for name, value in teacher.state_dict().items()}
    first = {name: value.clone() for name, value in student.state_dict().items()}

    Stepper(plan, learning, student).take(
        learning.batches(0).batch(0), make_optimiser(student, plan), seed=plan.seed
    )

    assert not any(p.requires_grad or p.grad is not None for p in teacher.parameters())
    assert not teacher.training
    assert all(torch.equal(value, before[name]) for name, value in teacher.state_dict().items())
    assert any(not torch.equal(value, first[name]) for name, value in student.state_dict().items())


def test_images_that_no_expert_has_outlined_are_learned_from_the_teacher(
    tmp_path: Path, data: Path, teachers: dict[str, Path]
) -> None:
    plan = a_plan(data, teachers["segmentation"], "segmentation")
    task = BoundaryDistillationTask(a_context(plan, tmp_path / "run"))
    task.open_stage(plan.stages[0])
    assert task.counts == (6, 2)
    batches = [task.batches(0).batch(index) for index in range(task.steps_per_epoch())]
    marks = torch.cat([batch["is_outlined"] for batch in batches])
    assert (len(marks), int(marks.sum())) == (6, 3)
    assert all(
        bool(mask.any()) == bool(mark)
        for batch in batches
        for mask, mark in zip(batch["masks"], batch["is_outlined"], strict=True)
    )

    network = Constant()
    unlabelled = {**batches[0], "is_outlined": torch.zeros(3, dtype=torch.bool)}
    task.loss(network, unlabelled).backward()  # type: ignore[no-untyped-call]
    assert network.logit.grad is not None
    assert abs(float(network.logit.grad)) > 0
    other_masks = {**unlabelled, "masks": 1 - unlabelled["masks"]}
    assert torch.equal(task.loss(network, unlabelled), task.loss(network, other_masks))


class Constant(nn.Module):
    """Says the same of every pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.logit = nn.Parameter(torch.tensor(0.3))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.logit.expand(len(images), 1, *images.shape[2:])


@pytest.mark.parametrize("temperature", [1.0, 2.0, 4.0])
def test_a_student_that_answers_as_its_teacher_has_nothing_to_learn(temperature: float) -> None:
    taught = torch.linspace(-4, 4, 9)
    same, other = (taught + shift for shift in (0.0, 0.5))
    for logits, is_at_rest in ((same, True), (other, False)):
        student = logits.clone().requires_grad_(True)
        soft_target_loss(student, taught, temperature).backward()  # type: ignore[no-untyped-call]
        assert student.grad is not None
        assert bool(student.grad.abs().max() < 1e-7) == is_at_rest


def test_another_teacher_than_the_planned_one_is_refused(
    tmp_path: Path, data: Path, teachers: dict[str, Path]
) -> None:
    plan = a_plan(data, teachers["segmentation"], "segmentation")
    assert plan.distillation is not None
    other = plan.distillation.model_copy(update={"teacher_weights_sha256": "0" * 64})
    context = a_context(plan.model_copy(update={"distillation": other}), tmp_path / "run")
    with pytest.raises(DataSetError, match="was changed since the run was planned"):
        planned_task(context)


def test_a_resumed_run_ends_as_an_uninterrupted_one(
    tmp_path: Path, data: Path, teachers: dict[str, Path]
) -> None:
    plan = a_plan(data, teachers["segmentation"], "segmentation", checkpoint_every_s=1e-9)
    whole = create_run_folder(tmp_path / "whole", plan)
    assert not trained(whole).was_stopped
    stopped = StoppedAfterOneStep(create_run_folder(tmp_path / "stopped", plan).path)
    assert trained(stopped).was_stopped
    assert not trained(RunFolder(stopped.path)).was_stopped

    ours, theirs = (load_file(each.checkpoints / LAST) for each in (whole, stopped))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())


def trained(folder: RunFolder) -> Outcome:
    """Go on with a run, but publish nothing, which takes longer than all steps together."""
    plan = folder.plan()
    task = planned_task(RunContext.of(folder, plan))
    return Trainer(folder, plan, task, first_network(plan, task)).train(folder.append)


def test_the_card_of_a_student_names_its_teacher_and_keeps_what_binds_it(
    tmp_path: Path, data: Path, teachers: dict[str, Path]
) -> None:
    teacher = _copied_as_non_commercial(teachers["segmentation"], tmp_path / "teacher")
    context = a_context(a_plan(data, teacher, "segmentation"), tmp_path / "run")
    taught_by = read_card(teacher)
    named = taught_by.reference

    summary = publish._data_summary(context, "")
    assert publish._licence(context) == "CC BY-NC 4.0"
    assert f"answers of {named}" in summary.sources
    assert f"answers of {named}: CC BY-NC 4.0" in summary.licence
    first, *others = publish._limits(context, build(STUDENTS["segmentation"]))
    assert first == f"For non-commercial use only (CC BY-NC 4.0): it learned from answers of {named}."
    assert any(limit.startswith(f"Learned from the answers of {named}") for limit in others)
    distillation = publish._recipe(context.plan, "")["distillation"]
    assert isinstance(distillation, dict)
    assert distillation["teacher_weights_sha256"] == taught_by.weights_sha256
    assert "teacher" not in distillation


def test_a_free_teacher_leaves_its_student_free(
    tmp_path: Path, data: Path, teachers: dict[str, Path]
) -> None:
    context = a_context(a_plan(data, teachers["segmentation"], "segmentation"), tmp_path / "run")
    assert publish._licence(context) == LICENCE


class StoppedAfterOneStep(RunFolder):
    """A run folder that asks its run to stop as soon as a step is saved."""

    def is_stop_requested(self) -> bool:
        return any(event.kind == "checkpoint_saved" for event in self.events())


def _copied_as_non_commercial(model: Path, target: Path) -> Path:
    target.mkdir()
    for file in model.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    write_card(read_card(model).model_copy(update={"licence": "CC BY-NC 4.0"}), target)
    return target
