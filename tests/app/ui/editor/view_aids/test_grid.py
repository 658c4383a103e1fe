import pytest

from app.ui.editor.spaces import Placement
from app.ui.editor.view_aids.choice import Channel, ViewAids
from app.ui.editor.view_aids.grid import grid_lines, grid_pitch
from app.ui.editor.view_aids.shown import ShownAids


@pytest.mark.parametrize(
    ("scale", "mm_per_px", "pitch_px", "words"),
    [
        (1.0, None, 50, "grid 50 px"),
        (0.2, None, 500, "grid 500 px"),
        (8.0, None, 10, "grid 10 px"),
        (100.0, None, 1, "grid 1 px"),
        (0.5, 0.01, 100, "grid 1 mm"),
        (1.0, 0.01, 50, "grid 0.5 mm"),
        (0.1, 0.01, 500, "grid 5 mm"),
    ],
)
def test_lines_lie_at_round_distances_that_can_be_told_apart(
    scale: float, mm_per_px: float | None, pitch_px: float, words: str
) -> None:
    pitch = grid_pitch(scale, mm_per_px)
    assert (pitch.pitch_px, pitch.words) == (pytest.approx(pitch_px), words)


def test_lines_lie_on_the_image_and_turn_with_it() -> None:
    upright = grid_lines(Placement(2.0, 0, (10.0, 20.0)), (100, 230), 100)
    assert [(line.p1().toTuple(), line.p2().toTuple()) for line in upright] == [
        ((210, 20), (210, 220)),
        ((410, 20), (410, 220)),
    ]
    turned = grid_lines(Placement(1.0, 1, (100.0, 0.0)), (100, 230), 100)
    assert [(line.p1().toTuple(), line.p2().toTuple()) for line in turned] == [
        ((100, 100), (0, 100)),
        ((100, 200), (0, 200)),
    ]


def test_what_is_not_on_the_screen_yet_is_not_said() -> None:
    aids = ViewAids(hair_reduced=True, channel=Channel.RED, grid=True)
    assert ShownAids(aids).words(1.0, None) == "View only: grid 50 px"
    assert ShownAids(ViewAids(hair_reduced=True)).words(1.0, None) == ""
    assert aids.words == ("hair reduced", "red channel")
