"""Progress on a terminal, and the lines that take its place in a log."""

import io

import pytest
from rich.console import Console

from training.contract.progress_bar import EpochBar, named_parts, progress_bar, shown


def test_without_a_terminal_long_walks_write_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(shown(range(3), "[/walk]")) == [0, 1, 2]
    with named_parts("Latency", 2) as begin:
        begin("unet")
        begin("[/odd]")
    assert capsys.readouterr() == ("", "")


def test_without_a_terminal_an_epoch_is_one_line_when_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    bar = EpochBar(2, 4, "Epoch 1/3")
    steps = []
    for step in bar:
        steps.append(step)
        bar.show_loss(0.5 + step)
    assert steps == [2, 3]
    assert capsys.readouterr() == ("", "Epoch 1/3: 4 steps loss 3.5000\n")


def test_an_epoch_that_is_left_early_is_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in EpochBar(0, 4, "Epoch 1/3"):
        break
    assert capsys.readouterr().err == ""


def test_on_a_terminal_the_bar_names_the_work_and_counts() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=80, no_color=True)
    with progress_bar(console) as bar:
        task = bar.add_task("Decoding", total=3)
        bar.advance(task)
        with progress_bar(console) as inner:  # a walk within a walk
            inner.add_task("Cropping", total=2)
            inner.refresh()
        bar.refresh()
    assert "Decoding" in stream.getvalue()
    assert "1/3" in stream.getvalue()
    assert "Cropping" in stream.getvalue()
