"""The exam file: what is written is read back, and what is no exam is refused in a sentence."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.contract.shelf.exam import EXAM_FILE, Exam, ExamPart, ExamUnreadableError, read_exam, write_exam


def an_exam() -> Exam:
    part = ExamPart(
        group="overall", metric="dice", n=3, active=0.5, candidate=0.75, difference=0.25, low=0.1, high=0.4
    )
    return Exam(
        task="segmentation", active="a/1", active_sha256="0" * 64, candidate="a/2",
        candidate_sha256="1" * 64, snapshot_id=None, snapshot_manifest_sha256="2" * 64, images=3, patients=2,
        parts=(part,), parity_max_abs_difference=1e-6, has_nan=False, labels_unchanged=True,
        taken_at=datetime(2026, 1, 2, tzinfo=UTC),
    )  # fmt: skip


def test_an_exam_is_read_back_as_written(tmp_path: Path) -> None:
    write_exam(an_exam(), tmp_path)
    assert read_exam(tmp_path) == an_exam()
    assert [path.name for path in tmp_path.iterdir()] == [EXAM_FILE]


def test_a_figure_is_found_by_group_and_metric() -> None:
    found = an_exam().part("overall", "dice")
    assert found is not None
    assert found.candidate == 0.75
    assert an_exam().part("overall", "iou") is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not valid JSON"),
        (json.dumps({"schema_version": 2}), "another version of Naevus"),
        (an_exam().model_dump_json().replace('"difference":0.25', '"difference":0.9'), "minus active"),
        (an_exam().model_dump_json().replace('"images":3', '"images":-3'), "'images'"),
        (an_exam().model_dump_json().replace("0.75", "NaN"), "finite"),
        (" " * 2_000_001, "too long"),
    ],
)
def test_what_is_no_exam_is_refused(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / EXAM_FILE).write_text(content)
    with pytest.raises(ExamUnreadableError, match=words):
        read_exam(tmp_path)


def test_a_missing_exam_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExamUnreadableError, match="no readable exam"):
        read_exam(tmp_path)
