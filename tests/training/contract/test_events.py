import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contract.files.atomic_files import write_whole
from tests.training.contract.test_plan import a_plan
from training.contract import events
from training.contract.run_folder import (
    RunFolder,
    RunFolderError,
    create_run_folder,
)

STARTED = events.RunStarted(
    task="segmentation", architecture="x", parameters=1, device="cpu", train_images=1,
    validation_images=1, epochs=1, total_steps=4, first_step=0,
)  # fmt: skip
ALL_EVENTS: tuple[events.Event, ...] = (
    STARTED,
    events.EpochFinished(
        epoch=0, step=4, height_px=32, width_px=32, learning_rate=0.1, train_loss=0.5,
        metrics={"dice": 0.9}, seconds=1.5, is_best=True,
    ),
    events.CheckpointSaved(step=4, file="last.safetensors"),
    events.ModelPublished(name="n", version="1", folder="f"),
    events.RunFinished(step=4, best_epoch=0, metrics={"dice": 0.9}),
    events.RunStopped(step=2),
    events.RunFailed(reason="No."),
)  # fmt: skip

FURTHER_EVENTS: tuple[events.Event, ...] = (
    events.StepsFinished(step=2, loss=None, learning_rate=0.1, seconds_left=3.5, memory_bytes=None),
    events.BatchHalved(micro_batch_size=2, reason="Too large."),
    events.ContoursPreviewed(
        step=2,
        images=(
            events.ContourPreview(
                image_id="a", image_file="images/a.png", before=(), after=(((0.5, 1.0), (2.0, 3.0)),)
            ),
        ),
    ),
    events.ExamSat(passed=True, reasons=("Nothing is worse.",), headline={"dice": 0.01}),
)


@pytest.mark.parametrize("event", [*ALL_EVENTS, *FURTHER_EVENTS], ids=lambda event: event.kind)
def test_every_event_reads_back_equal_from_its_line(event: events.Event) -> None:
    line = events.to_line(event)
    assert "\n" not in line
    assert events.from_line(line) == event


@given(st.integers(0, 200))
def test_a_line_cut_off_by_a_crash_is_no_event(length: int) -> None:
    line = events.to_line(ALL_EVENTS[1])
    assert events.from_line(line[: min(length, len(line) - 1)]) is None


def test_a_run_folder_keeps_events_in_order(tmp_path: Path) -> None:
    folder = create_run_folder(tmp_path / "run", a_plan())
    for event in ALL_EVENTS:
        folder.append(event)
    assert folder.events() == list(ALL_EVENTS)


def test_events_after_a_cut_line_are_not_lost(tmp_path: Path) -> None:
    folder = create_run_folder(tmp_path / "run", a_plan())
    folder.append(STARTED)
    with (folder.path / "events.jsonl").open("ab") as stream:
        stream.write(events.to_line(ALL_EVENTS[2]).encode()[:20])
    folder.append(ALL_EVENTS[5])
    assert folder.events() == [STARTED, ALL_EVENTS[5]]


def test_a_process_that_died_is_closed_as_failed() -> None:
    told = events.closed([STARTED, ALL_EVENTS[1]], is_running=False)
    assert [event.kind for event in told] == ["run_started", "epoch_finished", "run_failed"]


def test_a_running_process_is_not_closed() -> None:
    assert events.closed([STARTED], is_running=True) == [STARTED]


@pytest.mark.parametrize("ending", ALL_EVENTS[4:], ids=lambda event: event.kind)
def test_only_the_last_start_counts_and_it_ends_once(ending: events.Event) -> None:
    told = events.closed([STARTED, ALL_EVENTS[5], STARTED, ending], is_running=False)
    assert told == [STARTED, ending]


def test_a_start_that_failed_before_it_began_ends_once() -> None:
    refused = events.RunFailed(reason="The data are gone.")
    assert events.closed([STARTED, ALL_EVENTS[5], refused], is_running=False) == [refused]


def test_an_existing_run_is_opened_only_with_its_own_plan(tmp_path: Path) -> None:
    create_run_folder(tmp_path / "run", a_plan())
    assert create_run_folder(tmp_path / "run", a_plan()).plan() == a_plan()
    with pytest.raises(RunFolderError, match="another plan"):
        create_run_folder(tmp_path / "run", a_plan(seed=3))


@pytest.mark.parametrize("content", [None, "{}", "not json", '{"schema_version": 9}'])
def test_a_folder_without_a_usable_plan_says_so(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "plan.json").write_text(content)
    with pytest.raises(RunFolderError, match=r"plan\.json"):
        RunFolder(tmp_path).plan()


def test_a_stop_request_is_seen_and_can_be_withdrawn(tmp_path: Path) -> None:
    folder = create_run_folder(tmp_path / "run", a_plan())
    assert not folder.is_stop_requested()
    folder.request_stop()
    assert folder.is_stop_requested()
    folder.withdraw_stop()
    folder.withdraw_stop()
    assert not folder.is_stop_requested()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "state"
    write_whole(file, b"old")

    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("models.contract.files.atomic_files.os.fsync", full_disk)
    with pytest.raises(OSError, match="space"):
        write_whole(file, b"new")
    assert file.read_bytes() == b"old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is Linux's")
def test_an_event_that_finds_the_disk_full_is_an_error(tmp_path: Path) -> None:
    folder = create_run_folder(tmp_path / "run", a_plan())
    (folder.path / "events.jsonl").symlink_to("/dev/full")
    with pytest.raises(OSError, match="space"):
        folder.append(STARTED)


def test_the_last_event_gets_the_space_that_was_kept_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full for as long as the reserve lies on it."""
    folder = create_run_folder(tmp_path / "run", a_plan())
    folder.append(STARTED)
    folder.keep_space_for_ending()
    reserve = folder.path / "reserve"
    assert reserve.stat().st_size >= 4096
    really_synced = os.fsync

    def synced(descriptor: int) -> None:
        if reserve.exists():
            raise OSError(28, "No space left on device")
        really_synced(descriptor)

    monkeypatch.setattr("models.contract.files.atomic_files.os.fsync", synced)
    with pytest.raises(OSError, match="space"):
        folder.append(ALL_EVENTS[1])
    folder.append_ending(ALL_EVENTS[6])
    assert folder.events() == [STARTED, ALL_EVENTS[6]]


def test_a_stop_that_was_asked_for_while_the_process_started_is_kept(tmp_path: Path) -> None:
    folder = create_run_folder(tmp_path / "run", a_plan())
    folder.request_stop()
    asked_at = (tmp_path / "run" / "stop").stat().st_mtime
    folder.withdraw_stop(before=asked_at - 1)
    assert folder.is_stop_requested()
    folder.withdraw_stop(before=asked_at + 1)
    assert not folder.is_stop_requested()
