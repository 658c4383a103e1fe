import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.analysis.prediction import ModelRef
from app.domain.ids import ImageId
from app.domain.mask import MaskPatch, PixelBox, packed_mask, patch_between
from app.domain.stroke_journal import (
    MadeStep,
    StepKind,
    WorkStart,
    WorkStep,
    read_journal,
    replayed,
    start_bytes,
    step_bytes,
)
from models.contract.arrays import BoolMask

SHAPE = (11, 13)
IMAGE = ImageId("a" * 32)


def start(mask: BoolMask | None = None) -> WorkStart:
    return WorkStart(IMAGE, "r1", *SHAPE, packed_mask(np.zeros(SHAPE, np.bool_) if mask is None else mask))


def patch_of(before: BoolMask, seed: int) -> MaskPatch:
    """Return a patch that turns one pixel or more of ``before``."""
    rng = np.random.default_rng(seed)
    after = before.copy()
    top, left = rng.integers(0, SHAPE[0] - 2), rng.integers(0, SHAPE[1] - 2)
    after[top : top + 2, left : left + 2] = ~before[top : top + 2, left : left + 2]
    patch = patch_between(before, after, PixelBox.whole(SHAPE))
    assert patch is not None
    return patch


class Person:
    """Draws, undoes and redoes, and keeps every mask as a copy."""

    def __init__(self) -> None:
        self.masks = [np.zeros(SHAPE, dtype=np.bool_)]
        self.history: list[MadeStep] = []
        self.position = 0
        self.steps: list[WorkStep] = []

    def do(self, wish: str, seed: int) -> None:
        if wish == "undo" and self.position:
            self.position -= 1
            self._note(StepKind.UNDONE, self.history[self.position])
        elif wish == "redo" and self.position < len(self.history):
            self.position += 1
            self._note(StepKind.REDONE, self.history[self.position - 1])
        elif wish == "draw":
            self._draw(seed)

    def _draw(self, seed: int) -> None:
        patch = patch_of(self.mask, seed)
        after = self.mask.copy()
        patch.apply(after)
        self.masks[self.position + 1 :] = [after]
        self.history[self.position :] = [MadeStep("brush", patch)]
        self.position += 1
        self._note(StepKind.MADE, self.history[-1])

    def _note(self, kind: StepKind, step: MadeStep) -> None:
        self.steps.append(WorkStep(kind, step.tool, step.patch))

    @property
    def mask(self) -> BoolMask:
        return self.masks[self.position]


WISHES = st.lists(
    st.tuples(st.sampled_from(["draw", "draw", "undo", "redo"]), st.integers(0, 999)), max_size=30
)


@given(WISHES)
def test_a_replayed_journal_gives_mask_and_history(wishes: list[tuple[str, int]]) -> None:
    person = Person()
    for wish, seed in wishes:
        person.do(wish, seed)
    content = start_bytes(start()) + b"".join(step_bytes(step) for step in person.steps)
    read = read_journal(content)
    assert read.start == start()
    assert read.whole_bytes == len(content)
    work = replayed(read.start, read.steps)
    assert np.array_equal(work.mask, person.mask)
    assert work.history == person.history
    assert work.position == person.position


@given(WISHES, st.data())
def test_a_torn_journal_gives_the_steps_before_the_tear(
    wishes: list[tuple[str, int]], data: st.DataObject
) -> None:
    person = Person()
    for wish, seed in wishes:
        person.do(wish, seed)
    content, ends = start_bytes(start()), []
    first = len(content)
    for step in person.steps:
        content += step_bytes(step)
        ends.append(len(content))
    cut = data.draw(st.integers(first, len(content)))
    read = read_journal(content[:cut])
    assert len(read.steps) == sum(end <= cut for end in ends)
    assert read.whole_bytes <= cut


@pytest.mark.parametrize("length", [0, 3, 8, 12, 30])
def test_a_journal_torn_in_its_beginning_holds_nothing(length: int) -> None:
    assert read_journal(start_bytes(start())[:length]).start is None


def test_a_flipped_bit_ends_the_journal_before_the_damage() -> None:
    person = Person()
    for seed in range(4):
        person.do("draw", seed)
    records = [step_bytes(step) for step in person.steps]
    damaged = bytearray(records[2])
    damaged[20] ^= 1
    content = start_bytes(start()) + records[0] + records[1] + bytes(damaged) + records[3]
    assert read_journal(content).steps == tuple(person.steps[:2])


def test_another_file_is_no_journal() -> None:
    with pytest.raises(ValueError, match="not a stroke journal"):
        read_journal(b"\x89PNG\r\n\x1a\n whatever")


def test_a_step_that_a_model_drew_from_clicks_names_the_model() -> None:
    patch = patch_of(np.zeros(SHAPE, dtype=np.bool_), 1)
    refiner = ModelRef("click_refiner", "1", "c" * 64, "whole frame 192x256", 0.5)
    steps = [WorkStep(StepKind.MADE, "click", patch, refiner), WorkStep(StepKind.UNDONE, "click", patch)]
    content = read_journal(start_bytes(start()) + b"".join(map(step_bytes, steps)))
    assert content.steps == tuple(steps)
    assert replayed(start(), content.steps[:1]).history[0].refiner == refiner


def test_a_step_outside_the_image_is_refused() -> None:
    patch = patch_of(np.zeros(SHAPE, dtype=np.bool_), 1)
    outside = MaskPatch(PixelBox(5, 5, 40, 40), patch.before, patch.after)
    with pytest.raises(ValueError, match="outside"):
        read_journal(start_bytes(start()) + step_bytes(WorkStep(StepKind.MADE, "brush", outside)))


def test_undoing_a_step_older_than_the_journal_can_be_redone() -> None:
    empty = np.zeros(SHAPE, dtype=np.bool_)
    older = patch_of(empty, 3)
    drawn = empty.copy()
    older.apply(drawn)
    work = replayed(start(drawn), [WorkStep(StepKind.UNDONE, "lasso", older)])
    assert np.array_equal(work.mask, empty)
    assert (work.history, work.position) == ([MadeStep("lasso", older)], 0)
    again = replayed(
        start(drawn), [WorkStep(StepKind.UNDONE, "lasso", older), WorkStep(StepKind.REDONE, "lasso", older)]
    )
    assert np.array_equal(again.mask, drawn)
    assert again.position == 1


def test_redoing_a_step_undone_before_the_journal_joins_the_history() -> None:
    empty = np.zeros(SHAPE, dtype=np.bool_)
    step = patch_of(empty, 4)
    work = replayed(start(), [WorkStep(StepKind.REDONE, "brush", step)])
    assert work.history == [MadeStep("brush", step)]
    assert work.mask.any()


def test_continued_steps_are_one_step() -> None:
    empty = np.zeros(SHAPE, dtype=np.bool_)
    first = patch_of(empty, 5)
    after_first = empty.copy()
    first.apply(after_first)
    second = patch_of(after_first, 6)
    after_second = after_first.copy()
    second.apply(after_second)
    work = replayed(
        start(),
        [WorkStep(StepKind.MADE, "threshold", first), WorkStep(StepKind.CONTINUED, "threshold", second)],
    )
    assert np.array_equal(work.mask, after_second)
    assert len(work.history) == 1
    work.history[0].patch.revert(work.mask)
    assert np.array_equal(work.mask, empty)


def test_a_continued_step_that_takes_everything_back_leaves_no_step() -> None:
    empty = np.zeros(SHAPE, dtype=np.bool_)
    first = patch_of(empty, 5)
    back = MaskPatch(first.box, first.after, first.before)
    work = replayed(
        start(),
        [WorkStep(StepKind.MADE, "threshold", first), WorkStep(StepKind.CONTINUED, "threshold", back)],
    )
    assert (work.history, work.position) == ([], 0)
    assert not work.mask.any()
