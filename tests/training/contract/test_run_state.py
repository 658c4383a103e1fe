import itertools
import math

import pytest

from tests.training.contract.test_events import STARTED
from training.contract.events import (
    BatchHalved,
    CheckpointSaved,
    ContourPreview,
    ContoursPreviewed,
    EpochFinished,
    Event,
    ExamSat,
    ModelPublished,
    RunFailed,
    RunFinished,
    RunStarted,
    RunStopped,
    StepsFinished,
    from_line,
    to_line,
)
from training.contract.run_state import RunState, fold_events

OLD_FILE = """\
{"at":"2026-03-01T10:00:00Z","kind":"run_started","task":"segmentation","architecture":"dermomamba_tiny",\
"parameters":9,"device":"cpu","train_images":24,"validation_images":8,"epochs":2,"total_steps":12,"first_step":0}
{"at":"2026-03-01T10:00:05Z","kind":"epoch_finished","epoch":0,"step":6,"height_px":64,"width_px":64,\
"learning_rate":0.0015,"train_loss":1.25,"metrics":{"dice":0.5,"iou":0.4,"score":0.4},"seconds":4.5,"is_best":true}
{"at":"2026-03-01T10:00:05Z","kind":"checkpoint_saved","step":6,"file":"last.safetensors"}
{"at":"2026-03-01T10:00:10Z","kind":"epoch_finished","epoch":1,"step":12,"height_px":64,"width_px":64,\
"learning_rate":0.0001,"train_loss":1.0,"metrics":{"dice":0.6,"iou":0.5,"score":0.5},"seconds":4.5,"is_best":true}
{"at":"2026-03-01T10:00:12Z","kind":"model_published","name":"tiny","version":"1","folder":"published/tiny/1"}
{"at":"2026-03-01T10:00:12Z","kind":"run_finished","step":12,"best_epoch":1,"metrics":{"score":0.5}}
"""
"""As runs wrote it before steps were told."""

SQUARE = (((0.0, 0.0), (0.0, 8.0), (8.0, 8.0), (8.0, 0.0)),)
PREVIEW = ContourPreview(image_id="a", image_file="images/a.png", before=(), after=SQUARE)


def started(first_step: int = 0) -> RunStarted:
    return STARTED.model_copy(update={"total_steps": 8, "first_step": first_step})


def steps(step: int, loss: float | None = 0.5, seconds_left: float = 10.0) -> StepsFinished:
    return StepsFinished(
        step=step, loss=loss, learning_rate=0.1 / step, seconds_left=seconds_left, memory_bytes=1 << 20
    )


def epoch(step: int, score: float) -> EpochFinished:
    return EpochFinished(
        epoch=step // 4 - 1, step=step, height_px=32, width_px=32, learning_rate=0.1, train_loss=0.5,
        metrics={"score": score}, seconds=1, is_best=True,
    )  # fmt: skip


WHOLE: tuple[Event, ...] = (
    started(),
    steps(2, 0.9, 6.0),
    BatchHalved(micro_batch_size=2, reason="The memory did not suffice for 4 images at once."),
    steps(4, 0.7, 4.0),
    epoch(4, 0.4),
    CheckpointSaved(step=4, file="last.safetensors"),
    ContoursPreviewed(step=4, images=(PREVIEW,)),
    steps(8, 0.5, 0.0),
    epoch(8, 0.6),
    ModelPublished(name="tiny", version="2", folder="published/tiny/2"),
    ExamSat(passed=False, reasons=("Dice is lower.",), headline={"dice": -0.1}),
    RunFinished(step=8, best_epoch=1, metrics={"score": 0.6}),
)


def test_no_event_means_waiting() -> None:
    assert fold_events([]) == RunState()
    assert fold_events([]).state == "waiting"


def test_a_whole_run_is_told_from_start_to_end() -> None:
    run_state = fold_events(WHOLE)
    assert (run_state.state, run_state.task, run_state.device) == ("finished", "segmentation", "cpu")
    assert (run_state.step, run_state.total_steps, run_state.saved_step) == (8, 8, 4)
    assert run_state.losses == ((2, 0.9), (4, 0.7), (8, 0.5))
    assert run_state.rates == ((2, 0.05), (4, 0.025), (8, 0.0125))
    assert run_state.metrics == ((4, {"score": 0.4}), (8, {"score": 0.6}))
    assert run_state.notices == ("The memory did not suffice for 4 images at once.",)
    assert (run_state.previews, run_state.preview_step) == ((PREVIEW,), 4)
    assert run_state.candidate is not None
    assert run_state.candidate.version == "2"
    assert run_state.verdict is not None
    assert run_state.verdict.reasons == ("Dice is lower.",)
    assert run_state.ending == "The run is finished: 8 steps, best after epoch 2."
    assert run_state.seconds_left is None


def test_a_run_in_the_middle_knows_its_time_and_memory() -> None:
    run_state = fold_events(WHOLE[:4])
    assert (run_state.state, run_state.step, run_state.seconds_left, run_state.memory_bytes) == (
        "running",
        4,
        4.0,
        1 << 20,
    )
    assert run_state.ending is None


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_only_an_ended_run_has_an_ending(length: int) -> None:
    assert fold_events(WHOLE[:length]).ending is None


def test_a_stop_and_a_failure_end_with_a_sentence() -> None:
    stopped = fold_events([started(), RunStopped(step=2)])
    assert (stopped.state, stopped.step) == ("stopped", 2)
    assert stopped.ending == "The run was stopped after step 2; it can be resumed."
    failed = fold_events([started(), RunFailed(reason="The disk is full.")])
    assert (failed.state, failed.ending) == ("failed", "The disk is full.")


def test_a_resumed_run_forgets_the_steps_it_takes_again() -> None:
    first = [*WHOLE[:6], steps(6, 0.6), steps(7, 0.6), RunFailed(reason="Killed.")]
    run_state = fold_events([*first, started(first_step=4), steps(6, 0.3)])
    assert run_state.losses == ((2, 0.9), (4, 0.7), (6, 0.3))
    assert run_state.metrics == ((4, {"score": 0.4}),)
    assert (run_state.state, run_state.step, run_state.ending) == ("running", 6, None)
    assert [step for step, _ in run_state.rates] == [2, 4, 6]


def test_a_new_start_has_not_published_yet() -> None:
    run_state = fold_events([*WHOLE[:-1], RunFailed(reason="The exam broke off."), started(first_step=8)])
    assert run_state.candidate is None
    assert run_state.verdict is None


def test_a_stretch_without_a_usable_batch_leaves_a_gap_in_the_curve() -> None:
    run_state = fold_events([started(), steps(2, None), steps(4, 0.5)])
    assert run_state.losses == ((4, 0.5),)
    assert run_state.step == 4


def test_a_file_from_before_steps_were_told_gives_a_curve_by_epochs() -> None:
    lines = OLD_FILE.splitlines()
    events = [event for line in lines if (event := from_line(line)) is not None]
    assert len(events) == len(lines)
    run_state = fold_events(events)
    assert (run_state.state, run_state.losses) == ("finished", ((6, 1.25), (12, 1.0)))
    assert run_state.rates == ((6, 0.0015), (12, 0.0001))
    assert [metrics["dice"] for _, metrics in run_state.metrics] == [0.5, 0.6]


def test_a_story_read_from_lines_equals_the_one_told_live() -> None:
    read = [event for line in map(to_line, WHOLE) if (event := from_line(line)) is not None]
    for length in range(len(WHOLE) + 1):
        assert fold_events(read[:length]) == fold_events(WHOLE[:length])


def test_the_curve_goes_forward_whatever_the_order_of_starts() -> None:
    starts = [[started(n), steps(n + 1), steps(n + 2)] for n in (0, 2, 1, 3)]
    run_state = fold_events(itertools.chain.from_iterable(starts))
    taken = [step for step, _ in run_state.losses]
    assert taken == sorted(set(taken))


def test_a_measurement_that_is_not_a_number_is_still_read_back() -> None:
    event = from_line(to_line(epoch(4, math.nan)))
    assert isinstance(event, EpochFinished)
    assert math.isnan(event.metrics["score"])
