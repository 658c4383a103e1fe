"""How exactly two images of a lesion are laid on each other, and how often different lesions are refused.

    .venv/bin/python scripts/measure_registration.py DATA [DATA ...] [--warped 150] [--same 300]
        [--different 400] [--seed 1] [--out FILE.json]

DATA are data folders with masks. Three measurements, each on images drawn by the seed:

- *warped*: an image against itself, turned (any angle), scaled (0.8 to 1.25), moved (to 10 % of the frame),
  cropped (15 %), in other light and colours and compressed again. The transform is known, so the error is
  measured in px at the lesion's border, as far as both frames show it.
- *same*: two images of one lesion (`duplicate_group`); only whether it is refused is known.
- *different*: two images of different groups and lesions; what is not refused is a false acceptance.
"""

import argparse
import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.domain.followup.image_transform import ImageTransform
from app.domain.followup.registration import Registration, RegistrationRefusedError
from app.imaging.registration.register import register
from app.imaging.registration.warped import warped_mask
from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.regions import one_region
from models.contract.lesion.contour_geometry import outer_contour

_CROPPED_TO = 0.85


@dataclass(frozen=True)
class ListedImage:
    """An image of a data folder's manifest."""

    image_file: Path
    mask_file: Path | None
    group: str
    lesion_id: str

    def pixels(self) -> RgbImage:
        """Return the image (H, W, 3)."""
        read = cv2.imread(str(self.image_file), cv2.IMREAD_COLOR)
        assert read is not None, self.image_file
        return cv2.cvtColor(read, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)

    def lesion(self) -> BoolMask | None:
        """Return the lesion's mask (H, W); None without one."""
        read = None if self.mask_file is None else cv2.imread(str(self.mask_file), cv2.IMREAD_GRAYSCALE)
        return None if read is None or not (read > 127).any() else one_region(np.asarray(read > 127))


@dataclass
class Tally:
    """What became of some pairs."""

    refusals: Counter[str] = field(default_factory=Counter)
    accepted: list[Registration] = field(default_factory=list)

    def try_pair(
        self,
        earlier: RgbImage,
        later: RgbImage,
        lesions: tuple[BoolMask | None, BoolMask | None] = (None, None),
    ) -> Registration | None:
        """Register a pair and count it."""
        try:
            found = register(earlier, later, lesions=lesions)
        except RegistrationRefusedError as error:
            self.refusals[str(error.reason)] += 1
            return None
        self.accepted.append(found)
        return found

    def figures(self) -> dict[str, object]:
        """Return shares and medians."""
        count = len(self.accepted) + self.refusals.total()
        return {
            "pairs": count,
            "accepted": len(self.accepted),
            "share accepted": round(len(self.accepted) / max(count, 1), 4),
            "refused": dict(self.refusals.most_common()),
            "share by skin alone": round(
                sum(found.is_from_skin for found in self.accepted) / max(len(self.accepted), 1), 4
            ),
            "median inliers": _percentiles([found.inlier_count for found in self.accepted], (50,)),
            "correlation, lowest and median": _percentiles(
                [found.correlation for found in self.accepted], (0, 50)
            ),
            "residual px, median and p95": _percentiles(
                [found.residual_px for found in self.accepted], (50, 95)
            ),
        }


def try_images(tally: Tally, pair: tuple[ListedImage, ListedImage]) -> None:
    """Register two images of a data folder and count them."""
    earlier, later = pair
    tally.try_pair(earlier.pixels(), later.pixels(), (earlier.lesion(), later.lesion()))


def listed_images(folder: Path) -> list[ListedImage]:
    """Return the images of a data folder."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        return [
            ListedImage(
                _found(folder, "images", row["image_file"]),
                _found(folder, "masks", row["mask_file"]) if row.get("mask_file") else None,
                row.get("duplicate_group") or row["image_id"],
                row.get("lesion_id") or "",
            )
            for row in csv.DictReader(manifest)
        ]


def _found(folder: Path, room: str, name: str) -> Path:
    return folder / name if (folder / name).exists() else folder / room / name


def same_pairs(images: list[ListedImage]) -> list[tuple[ListedImage, ListedImage]]:
    """Return all pairs of different images of one group."""
    groups = defaultdict(list)
    for image in images:
        groups[image.group].append(image)
    return [pair for group in groups.values() for pair in combinations(group, 2)]


def different_pairs(
    images: list[ListedImage], draw: np.random.Generator
) -> Iterator[tuple[ListedImage, ListedImage]]:
    """Draw pairs of different groups and lesions for ever."""
    while True:
        first, second = (images[int(index)] for index in draw.integers(0, len(images), 2))
        is_one_lesion = first.lesion_id and first.lesion_id == second.lesion_id
        if first.group != second.group and not is_one_lesion:
            yield first, second


def known_transform(shape: tuple[int, ...], draw: np.random.Generator) -> ImageTransform:
    """Draw a turn, a scale from 0.8 to 1.25 and a shift, about the middle of the image."""
    height, width = shape[:2]
    scale, turn = np.exp(draw.uniform(np.log(0.8), np.log(1.25))), draw.uniform(-np.pi, np.pi)
    turned = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([width / 2, height / 2])
    shift = draw.uniform(-0.1, 0.1, 2) * (width, height)
    return ImageTransform.from_matrix(
        np.column_stack([turned, middle * _CROPPED_TO + shift - turned @ middle])
    )


def rephotographed(pixels: RgbImage, transform: ImageTransform, draw: np.random.Generator) -> RgbImage:
    """Return the image under a transform, cropped, in other light and colours, compressed again."""
    size = round(pixels.shape[1] * _CROPPED_TO), round(pixels.shape[0] * _CROPPED_TO)
    moved = cv2.warpAffine(pixels, transform.index_matrix, size, flags=cv2.INTER_CUBIC).astype(np.float64)
    light = draw.uniform(0.8, 1.2) * draw.uniform(0.92, 1.08, 3)
    lit = 255 * np.clip(moved * light / 255, 0, 1) ** draw.uniform(0.85, 1.18)
    _done, content = cv2.imencode(".jpg", np.rint(lit).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 85])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), dtype=np.uint8)


def border_error_px(
    border_xy: NDArray[np.float64], true: ImageTransform, found: ImageTransform, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return how far each border point that the later frame shows is laid from its place, px."""
    wanted = true.of_points(border_xy)
    is_shown = (wanted >= 0).all(axis=1) & (wanted < (shape[1], shape[0])).all(axis=1)
    apart = found.of_points(border_xy[is_shown]) - wanted[is_shown]
    return np.asarray(np.hypot(apart[:, 0], apart[:, 1]), dtype=np.float64)


def measured_warped(images: list[ListedImage], count: int, draw: np.random.Generator) -> dict[str, object]:
    """Register images with their own re-photographs, of which the truth is known."""
    tally, medians, worst = Tally(), [], []
    for index in draw.permutation(len(images))[:count]:
        lesion, pixels = images[int(index)].lesion(), images[int(index)].pixels()
        if lesion is None:
            continue
        border = outer_contour(lesion) + 0.5
        true = known_transform(pixels.shape, draw)
        later = rephotographed(pixels, true, draw)
        found = tally.try_pair(pixels, later, (lesion, warped_mask(lesion, true, later.shape[:2])))
        if found is not None:
            errors = border_error_px(border, true, found.transform, later.shape)
            if errors.size:
                medians.append(float(np.median(errors)))
                worst.append(float(errors.max()))
    return tally.figures() | {
        "border error px, median over images": _percentiles(medians, (50, 95, 100)),
        "largest border error px of an image": _percentiles(worst, (50, 95, 100)),
    }


def _percentiles(values: list[float] | list[int], which: tuple[int, ...]) -> list[float]:
    return [round(float(np.percentile(values, each)), 3) for each in which] if values else []


def main() -> None:
    """Measure and print; with ``--out`` also keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", nargs="+", type=Path)
    for name, default in (("warped", 150), ("same", 300), ("different", 400), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    results: dict[str, dict[str, object]] = {}
    for folder in asked.data:
        draw, images = np.random.default_rng(asked.seed), listed_images(folder)
        results[f"{folder.name}, warped"] = measured_warped(images, asked.warped, draw)
        pairs, same, different = same_pairs(images), Tally(), Tally()
        for index in draw.permutation(len(pairs))[: asked.same]:
            try_images(same, pairs[int(index)])
        results[f"{folder.name}, same lesion"] = same.figures()
        drawn = different_pairs(images, draw)
        for _number in range(asked.different):
            try_images(different, next(drawn))
        results[f"{folder.name}, different lesions"] = different.figures()
        print(json.dumps(results, indent=1), flush=True)
    if asked.out is not None:
        asked.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
