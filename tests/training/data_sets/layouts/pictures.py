"""Small real picture files for the tests of the layouts."""

import csv
import io
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image


def picture(seed: int, size: tuple[int, int] = (96, 128)) -> NDArray[np.uint8]:
    """A picture (H, W, 3) unlike those of other seeds."""
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def jpeg(seed: int, size: tuple[int, int] = (96, 128), *, orientation: int = 1) -> bytes:
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[274] = orientation
    Image.fromarray(picture(seed, size)).save(stream, "JPEG", exif=exif if orientation != 1 else b"")
    return stream.getvalue()


def write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def mask_file(file: Path, size: tuple[int, int] = (96, 128), *, value: int = 255) -> None:
    mask = np.zeros(size, np.uint8)
    mask[10:40, 10:50] = value
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), mask)


def table(file: Path, rows: list[dict[str, str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def manifest(out: Path) -> dict[str, dict[str, str]]:
    with (out / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        return {row["image_id"]: row for row in csv.DictReader(stream)}


def contents(out: Path) -> dict[str, tuple[bytes, int]]:
    """Every file's bytes and the moment it was written."""
    files = [file for file in out.rglob("*") if file.is_file()]
    return {str(f.relative_to(out)): (f.read_bytes(), f.stat().st_mtime_ns) for f in files}
