"""How often a printed scale is found in images drawn by chance, with pictures of it to be looked at.

.venv/bin/python scripts/measure_printed_scales.py --data data/all --images 200 --pictures FOLDER

Which images show a ruler no table says: a person has to look at the pictures, found and not found.
"""

import argparse
import csv
from pathlib import Path

import cv2
import numpy as np

from models.contract.arrays import RgbImage
from models.contract.imaging.printed_scale import PrintedScale, find_printed_scale
from training.contract.data_set import read_manifest
from training.inputs.decode import read_image
from training.inputs.samplers import generator

_TICK_RGB = (0, 255, 0)
_COLUMNS = ("image", "ticks", "distance_px", "confidence")


def _drawn(image: RgbImage, scale: PrintedScale | None) -> RgbImage:
    picture = image.copy()
    if scale is None:
        return picture
    for tick in scale.ticks_xy:
        foot, tip = (np.floor(point).astype(int).tolist() for point in (tick, np.add(tick, scale.across_xy)))
        cv2.line(picture, foot, tip, _TICK_RGB, 1)
    return picture


def _row(name: str, scale: PrintedScale | None) -> tuple[str, ...]:
    if scale is None:
        return name, "0", "", ""
    return name, str(len(scale.ticks_xy)), f"{scale.distance_px:.2f}", f"{scale.confidence:.2f}"


def main(arguments: list[str]) -> int:
    """Write pictures and a table of what was found, and print how often."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--images", type=int, default=200, help="how many, drawn by chance")
    parser.add_argument("--split", default="train")
    parser.add_argument("--pictures", type=Path, required=True, help="folder for pictures and table")
    options = parser.parse_args(arguments)
    samples = [sample for sample in read_manifest(options.data) if sample.split == options.split]
    chosen = generator(5).permutation(len(samples))[: options.images]
    rows = []
    for sample in (samples[index] for index in chosen):
        image = read_image(sample)
        scale = find_printed_scale(image)
        folder = options.pictures / ("found" if scale else "not_found")
        folder.mkdir(parents=True, exist_ok=True)
        encoded = cv2.imencode(".jpg", cv2.cvtColor(_drawn(image, scale), cv2.COLOR_RGB2BGR))[1]
        encoded.tofile(folder / f"{sample.image_id}.jpg")
        rows.append(_row(sample.image_id, scale))
    with (options.pictures / "scales.csv").open("w", newline="", encoding="utf-8") as table:
        csv.writer(table).writerows([_COLUMNS, *rows])
    print(f"{sum(row[1] != '0' for row in rows)} of {len(rows)} images: a printed scale was found")
    return 0
