"""Outlines of a few exam images tell how a fine-tuned boundary changes, and change nothing themselves."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from models.contract.imaging.preprocess import for_segmenter
from models.contract.shelf.card import write_card
from tests.model_folders import SEGMENTER_SIZE_PX, write_model
from tests.training.data_folders import manifest_row, mini_data_folder, write_manifest
from training.contract.checked_data import CheckedData
from training.contract.data_set import Sample, read_manifest
from training.contract.events import CheckpointSaved, ContoursPreviewed, EpochFinished, Event
from training.contract.plan import TrainingPlan
from training.contract.recipes import fine_tuning_plan
from training.contract.run_folder import RunFolder, create_run_folder
from training.inputs.decode import read_image
from training.loop.checkpoints import LAST, load_average
from training.loop.loop import Outcome, Trainer
from training.runs import run as story
from training.runs.previews import BoundaryPreviews, polygons_of, previewed_samples
from training.runs.setup import first_network, planned_task
from training.tasks.loaded_model import PublishedModel, predicted_mask
from training.tasks.run_context import RunContext
from training.tasks.segmentation import network_logits

EPOCHS = 2


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mini_data_folder(tmp_path_factory.mktemp("data") / "mini", train=2, val=1, test=2)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Path:
    """Random weights outline something only where the threshold lies among their answers."""
    folder = write_model(
        tmp_path_factory.mktemp("models"), "dermomamba_tiny", "segmentation", with_graph=False
    )
    model = PublishedModel.read(folder)
    height_px, width_px = SEGMENTER_SIZE_PX
    image = read_image(next(sample for sample in read_manifest(data_dir) if sample.split == "test"))
    inputs, _ = for_segmenter(image, height_px=height_px, width_px=width_px)
    middle = np.median(network_logits(model.network, inputs[None])) / model.card.temperature
    threshold = float(1 / (1 + np.exp(-middle)))
    write_card(model.card.model_copy(update={"threshold": threshold}), folder)
    return folder


def a_plan(data_dir: Path, base: Path) -> TrainingPlan:
    plan = fine_tuning_plan(
        task="segmentation",
        snapshot_dir=data_dir,
        base=base,
        model_name="candidate",
        model_version="1",
        threads=1,
    )
    small = {"height_px": 32, "width_px": 32, "epochs": EPOCHS}
    changes = {"stages": [small], "batch_size": 1, "checkpoint_every_s": 1e-9, "learning_rate": 1e-2}
    return TrainingPlan.model_validate(plan.model_dump() | changes)


def trained(folder: RunFolder, *, stop_at: int | None = None, with_previews: bool = True) -> Outcome:
    """The training part of the run's story; a stop is asked for at the checkpoint of a step."""
    context = RunContext.read(folder)
    task = planned_task(context)
    trainer = Trainer(folder, context.plan, task, first_network(context.plan, task))
    emit = story._event_sink(context, trainer) if with_previews else folder.append

    def tell_and_stop(event: Event) -> None:
        emit(event)
        if isinstance(event, CheckpointSaved) and event.step == stop_at:
            folder.request_stop()

    outcome = trainer.train(tell_and_stop)
    folder.withdraw_stop()
    return outcome


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, data_dir: Path, base: Path) -> RunFolder:
    folder = create_run_folder(tmp_path_factory.mktemp("runs") / "whole", a_plan(data_dir, base))
    assert not trained(folder).was_stopped
    return folder


def previews_in(folder: RunFolder) -> list[ContoursPreviewed]:
    return [event for event in folder.events() if isinstance(event, ContoursPreviewed)]


def test_outlines_are_told_before_the_first_step_and_after_each_epoch(whole: RunFolder) -> None:
    ends = [event.step for event in whole.events() if isinstance(event, EpochFinished)]
    assert len(ends) == EPOCHS
    assert [event.step for event in previews_in(whole)] == [0, *ends]
    assert {image.image_id for event in previews_in(whole) for image in event.images} == {
        "test000",
        "test001",
    }


def test_the_outlines_before_are_those_of_the_base(whole: RunFolder, data_dir: Path, base: Path) -> None:
    model = PublishedModel.read(base)
    samples = {sample.image_id: sample for sample in read_manifest(data_dir)}
    for event in previews_in(whole):
        for image in event.images:
            drawn = polygons_of(predicted_mask(model, read_image(samples[image.image_id])))
            assert image.before == drawn
            assert (data_dir / image.image_file) == samples[image.image_id].image_file
    first = previews_in(whole)[0]
    assert [image.after for image in first.images] == [image.before for image in first.images]
    assert any(image.before for image in first.images)


def test_the_outlines_after_are_those_of_the_averaged_network(
    whole: RunFolder, data_dir: Path, base: Path
) -> None:
    model = PublishedModel.read(base)
    load_average(whole.checkpoints / LAST, model.network)
    expected = BoundaryPreviews(PublishedModel.read(base), CheckedData.read(data_dir)).after(0, model.network)
    newest = previews_in(whole)[-1]
    assert newest.images == expected.images
    assert any(image.after != image.before for image in newest.images)


def test_a_resumed_run_with_outlines_equals_an_uninterrupted_one_without(
    tmp_path: Path, whole: RunFolder
) -> None:
    parts = create_run_folder(tmp_path / "parts", whole.plan())
    assert trained(parts, stop_at=3).was_stopped
    assert not trained(parts).was_stopped
    plain = create_run_folder(tmp_path / "plain", whole.plan())
    trained(plain, with_previews=False)
    ours, theirs = load_file(parts.checkpoints / LAST), load_file(plain.checkpoints / LAST)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())
    assert [event.images for event in previews_in(parts)] == [event.images for event in previews_in(whole)]


def test_a_polygon_stays_within_a_pixel_of_its_mask_and_is_short() -> None:
    mask = np.zeros((300, 400), np.uint8)
    cv2.ellipse(mask, (220, 130), (90, 60), 30, 0, 360, (1,), -1)
    polygons = polygons_of(mask.astype(np.bool_))
    assert len(polygons) == 1
    assert len(polygons[0]) < 60
    redrawn = np.zeros_like(mask)
    cv2.fillPoly(redrawn, [np.array(polygons[0], np.int32)], (1,))
    kernel = np.ones((3, 3), np.uint8)
    assert not (cv2.erode(mask, kernel) > redrawn).any()
    assert not (redrawn > cv2.dilate(mask, kernel)).any()
    assert polygons_of(np.zeros((4, 4), np.bool_)) == ()


def test_only_exam_images_are_shown_at_most_four_one_of_each_patient(tmp_path: Path) -> None:
    rows = [manifest_row(f"t{n}", "train", duplicate_group=f"t{n}") for n in range(3)]
    rows += [manifest_row(f"e{n}", "test", duplicate_group=f"p{n // 2}") for n in range(12)]
    write_manifest(tmp_path, rows)
    samples: tuple[Sample, ...] = read_manifest(tmp_path)
    shown = [sample.image_id for sample in previewed_samples(samples)]
    assert shown == ["e0", "e10", "e2", "e4"]
    assert shown == [sample.image_id for sample in previewed_samples(samples[::-1])]
