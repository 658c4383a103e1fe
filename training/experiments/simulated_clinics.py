"""The two clinics of ``simulate_clinic.py``: which lesions they have, and how the second one draws."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.contract.arrays import BoolMask
from training.contract.data_set import MANIFEST, TRAIN_SPLITS

CAMERA_PX = ("1024", "768")
"""Native size of the images of clinic 1: one camera, a quarter of the training data, almost none of val."""

HABIT_LESIONS = 300
"""Lesions of clinic 2, drawn from all other training images."""

WIDENING_SHARE = 0.03
"""By how much clinic 2 draws borders further out, as a share of the square root of the frame's area."""


@dataclass(frozen=True)
class ClinicGroups:
    """Lesion groups (``duplicate_group``) of clinic 1 (its own camera) and clinic 2 (its own habit)."""

    camera: frozenset[str]
    habit: frozenset[str]


def outlined_rows(data_dir: Path) -> list[dict[str, str]]:
    """The rows of the manifest whose boundary an expert drew: a model's would pass for somebody's habit."""
    with (data_dir / MANIFEST).open(newline="", encoding="utf-8-sig") as stream:
        return [
            row for row in csv.DictReader(stream) if row["mask_file"] and row.get("mask_from") != "predicted"
        ]


def clinic_groups(data_dir: Path) -> ClinicGroups:
    """The lesions that the base of the experiment must not see."""
    rows = [row for row in outlined_rows(data_dir) if row["split"] in TRAIN_SPLITS]
    camera = {
        row["duplicate_group"] for row in rows if (row["native_width"], row["native_height"]) == CAMERA_PX
    }
    others = sorted({row["duplicate_group"] for row in rows} - camera, key=_order)
    return ClinicGroups(frozenset(camera), frozenset(others[:HABIT_LESIONS]))


def widened(mask: BoolMask) -> BoolMask:
    """The mask (H, W) bool with its border moved outwards by the habit of clinic 2."""
    margin_px = max(1, round(WIDENING_SHARE * float(np.sqrt(mask.size))))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin_px + 1, 2 * margin_px + 1))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0, dtype=np.bool_)


def _order(group: str) -> bytes:
    return hashlib.sha256(f"clinic {group}".encode()).digest()
