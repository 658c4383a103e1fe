"""Models on a shelf for tests of promotion: one tiny network, and variants with other weights."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import resources
from models.contract.files.atomic_files import sha256_of
from models.contract.shelf.card import ModelCard, read_card, write_card
from models.contract.shelf.exam import Exam, ExamPart, write_exam
from training.contract.snapshot import Snapshot


def a_shipped_model(root: Path) -> Path:
    """Copy the boundary model of the program under version 1, whatever version it has by now."""
    newest = max(resources.path("models", "dermomamba").iterdir())
    return a_variant(newest, root, "1", last_byte=0)


def a_variant(source: Path, root: Path, version: str, *, last_byte: int) -> Path:
    """Copy a model under another version, with one weight changed."""
    card = read_card(source)
    folder = root / card.name / version
    shutil.copytree(source, folder)
    weights = folder / card.weights_file
    content = bytearray(weights.read_bytes())
    content[-2] = last_byte
    weights.write_bytes(bytes(content))
    changes = {"version": version, "weights_sha256": sha256_of(weights), "parent": card.reference}
    write_card(card.model_copy(update=changes), folder)
    return folder


def an_exam(
    active: ModelCard, candidate: ModelCard, *, gain: float = 0.02, snapshot: Snapshot | None = None
) -> Exam:
    """Return an exam on enough cases; a loss beyond the margin does not pass."""
    parts = tuple(
        ExamPart(
            group="overall",
            metric=metric,
            n=30,
            active=0.8,
            candidate=0.8 + gain,
            difference=gain,
            low=gain - 0.01,
            high=gain + 0.01,
        )
        for metric in ("dice", "iou", "boundary_f1")
    )
    return Exam(
        task="segmentation",
        active=active.reference,
        active_sha256=active.weights_sha256,
        candidate=candidate.reference,
        candidate_sha256=candidate.weights_sha256,
        candidate_answers_sha256=candidate.answers_sha256,
        snapshot_id="s1" if snapshot is None else snapshot.id,
        snapshot_manifest_sha256="0" * 64 if snapshot is None else snapshot.manifest_sha256,
        images=30,
        patients=15,
        parts=parts,
        parity_max_abs_difference=1e-6,
        has_nan=False,
        labels_unchanged=True,
        taken_at=datetime(2026, 3, 14, tzinfo=UTC),
    )


def write_passed_exam(candidate: Path, active: Path, *, gain: float = 0.02) -> None:
    """Lay an exam beside a candidate."""
    write_exam(an_exam(read_card(active), read_card(candidate), gain=gain), candidate)
