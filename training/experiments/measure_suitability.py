"""How often a boundary model calls pictures of other things unsuitable, and lesions, too.

.venv/bin/python scripts/measure_suitability.py MODEL_FOLDER --data data/all --others PICTURES [PICTURES ...]

PICTURES are folders of images that are no dermoscopic images; further ones are made here (noise, flat
colours, documents, crops of healthy skin beside the lesions of `val`).
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import RgbImage
from models.contract.imaging.suitability import verdict_of
from training.contract.data_set import read_manifest
from training.contract.plan import Stage
from training.inputs.decode import read_image, read_mask
from training.inputs.samplers import generator
from training.inputs.skin_crops import skin_frame
from training.publishing.suitability_fit import suitability_of
from training.tasks.loaded_model import PublishedModel

if TYPE_CHECKING:
    from models.nets.segmentation.dermomamba_efficient import DermoMambaEfficient

_MADE = 20


def _read(folder: Path) -> Iterator[RgbImage]:
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        bgr = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR)
        if bgr is not None and min(bgr.shape[:2]) >= 32:
            yield np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _noise(rng: np.random.Generator) -> RgbImage:
    grain = rng.integers(1, 16)
    small = rng.integers(0, 256, (384 // grain + 1, 512 // grain + 1, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(small, (512, 384), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _flat(rng: np.random.Generator) -> RgbImage:
    colour = rng.integers(0, 256, 3)
    drift = np.linspace(-rng.integers(0, 40), rng.integers(1, 40), 512)[None, :, None]
    plane = np.clip(np.broadcast_to(colour, (384, 512, 3)) + drift + rng.normal(0, 2, (384, 512, 3)), 0, 255)
    return plane.astype(np.uint8)


def _document(rng: np.random.Generator) -> RgbImage:
    page = np.full((640, 480, 3), 250, np.uint8)
    words = ["Patient", "name", "date", "birth", "lesion", "left", "upper", "back", "biopsy", "pending"]
    for row in range(40, 620, int(rng.integers(18, 40))):
        line = " ".join(rng.permutation(words)[: int(rng.integers(2, 7))])
        cv2.putText(page, line, (24, row), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (20, 20, 20), 1, cv2.LINE_AA)
    return page


def _skins(data: Path) -> list[RgbImage]:
    found = []
    for index, sample in enumerate(s for s in read_manifest(data) if s.split == "val" and s.mask_file):
        image = read_image(sample)
        mask = read_mask(sample, image.shape)
        frame = None if mask is None else skin_frame(image, mask, generator(2, index))
        if frame is not None:
            found.append(frame)
    return found


def _row(name: str, answers: NDArray[np.float32], model: PublishedModel) -> str:
    limits = model.card.suitability
    assert limits is not None
    verdicts = [verdict_of(answer, limits) for answer in answers]
    refused = np.mean([not verdict.is_suitable for verdict in verdicts])
    foreign = np.mean([not verdict.is_dermoscopic for verdict in verdicts])
    without = np.mean([not verdict.has_lesion for verdict in verdicts])
    return f"{name:24} {len(verdicts):5}   {refused:7.1%}   {foreign:7.1%}   {without:7.1%}"


def main(arguments: list[str]) -> int:
    """Print a row for each kind of picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--others", type=Path, nargs="*", default=[])
    parser.add_argument("--split", default="val", help="of the dermoscopic images that must pass")
    options = parser.parse_args(arguments)
    model = PublishedModel.read(options.model)
    network = cast("DermoMambaEfficient", model.network)
    stage = Stage(height_px=model.card.input.height_px, width_px=model.card.input.width_px, epochs=1)
    rng = generator(3)
    kinds: dict[str, list[RgbImage]] = {folder.name: list(_read(folder)) for folder in options.others}
    kinds |= {
        "noise": [_noise(rng) for _ in range(_MADE)],
        "flat colours": [_flat(rng) for _ in range(_MADE)],
        "documents": [_document(rng) for _ in range(_MADE)],
        "healthy skin of val": _skins(options.data),
    }
    print(f"{'pictures':24} {'n':>5}   refused   foreign   no lesion")
    every = []
    for name, images in kinds.items():
        if not images:
            continue
        answers = suitability_of(network, images, stage)
        print(_row(name, answers, model), flush=True)
        if name != "healthy skin of val":
            every.append(answers)
    print(_row("all but skin", np.concatenate(every), model))
    samples = [sample for sample in read_manifest(options.data) if sample.split == options.split]
    for source in sorted({sample.source or "" for sample in samples}):
        images = [read_image(sample) for sample in samples if (sample.source or "") == source]
        print(_row(f"{source} ({options.split})", suitability_of(network, images, stage), model), flush=True)
    return 0
