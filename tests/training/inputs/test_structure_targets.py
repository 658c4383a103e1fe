"""Targets of the maps of structures lie where the image's own pixels come to lie."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from models.contract.imaging.structures import STRUCTURES
from models.nets import build
from training.augmentation.augment import varied
from training.contract.data_set import DataSetError, Sample, read_manifest
from training.contract.plan import NO_AUGMENTATION, Augmentation, Stage
from training.evaluation.structure_metrics import structure_maps_of
from training.inputs.samplers import generator
from training.inputs.structure_targets import structure_frames, structure_map_loss

STAGE = Stage(height_px=64, width_px=96, epochs=1)
NETWORK = STRUCTURES.index("pigment_network")


def a_folder(folder: Path, marked: np.ndarray, *, attr: str = "1") -> tuple[Sample, ...]:
    (folder / "images").mkdir(parents=True)
    for name, plane in (("a", np.zeros((*marked.shape, 3), np.uint8)), ("mark", marked)):
        cv2.imwrite(str(folder / "images" / f"{name}.png"), plane)
    (folder / "manifest.csv").write_text(
        "image_id,split,image_file,attr_pigment_network,attr_streaks,structure_file_pigment_network\n"
        f"a,train,images/a.png,{attr},0,images/mark.png\n",
        encoding="utf-8",
    )
    return read_manifest(folder)


def test_a_mark_is_known_and_so_is_its_absence(tmp_path: Path) -> None:
    marked = np.zeros((64, 96), np.uint8)
    marked[16:32, 24:48] = 255
    frames = structure_frames(a_folder(tmp_path, marked), STAGE)

    targets = frames.targets(0, NO_AUGMENTATION, generator(0))

    assert frames.known[0].tolist() == [False, False, False, True, True]
    assert targets.shape == (5, 16, 24)
    assert targets[NETWORK, 4:8, 6:12].min() == 1
    assert targets.sum() == 4 * 6


@pytest.mark.parametrize("seed", range(6))
def test_marks_move_as_the_lesion_does(tmp_path: Path, seed: int) -> None:
    marked = np.zeros((64, 96), np.uint8)
    cv2.ellipse(marked, (40, 30), (20, 12), 30, 0, 360, (255,), -1)
    frames = structure_frames(a_folder(tmp_path, marked), STAGE)
    augmentation = Augmentation(affine_share=1.0, rotation_deg=90, elastic_share=1.0, quarter_turns=False)
    image = np.repeat(marked[..., None], 3, axis=2)

    _, mask = varied(image, marked // 255, augmentation, generator(seed))
    targets = frames.targets(0, augmentation, generator(seed))

    coarse = cv2.resize(mask.astype(np.float32), (24, 16), interpolation=cv2.INTER_AREA)
    assert np.abs(targets[NETWORK] - coarse).max() <= 0.3
    assert abs(targets[NETWORK].sum() - coarse.sum()) <= 0.1 * coarse.sum()


@pytest.mark.parametrize("levels", [(0, 1), (0, 40)])
def test_marks_in_the_levels_of_any_mask_are_read_alike(tmp_path: Path, levels: tuple[int, int]) -> None:
    marked = np.zeros((64, 96), np.uint8)
    marked[16:32, 24:48] = 255
    usual = structure_frames(a_folder(tmp_path / "usual", marked), STAGE)
    low = np.where(marked == 255, levels[1], levels[0]).astype(np.uint8)
    assert np.array_equal(structure_frames(a_folder(tmp_path / "low", low), STAGE).marks, usual.marks)


def test_an_unreadable_mark_is_named(tmp_path: Path) -> None:
    samples = a_folder(tmp_path, np.zeros((64, 96), np.uint8))
    (tmp_path / "images" / "mark.png").write_bytes(b"no picture")
    with pytest.raises(DataSetError, match="pigment_network of a"):
        structure_frames(samples, STAGE)


def test_what_nobody_looked_for_costs_nothing() -> None:
    shares = torch.zeros(2, 5, 4, 4)
    shares[0, 1] = 1
    known = torch.zeros(2, 5)
    known[0, 1] = 1
    good, bad = torch.full((2, 5, 4, 4), 9.0), torch.full((2, 5, 4, 4), -9.0)
    mixed = good.clone()
    mixed[1] = -50

    assert float(structure_map_loss(mixed, shares, known)) == float(structure_map_loss(good, shares, known))
    assert float(structure_map_loss(good, shares, known)) < 0.01
    assert float(structure_map_loss(bad, shares, known)) > 5


@pytest.mark.slow
def test_a_map_without_both_kinds_of_images_is_not_measured(tmp_path: Path) -> None:
    network = build("dermomamba_efficient_tiny").eval()
    samples = a_folder(tmp_path, np.full((64, 96), 255, np.uint8))
    assert structure_maps_of(network, samples, STAGE) == ()  # type: ignore[arg-type]
