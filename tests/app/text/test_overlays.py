import pytest

from app.text.overlays import (
    OVERLAY_LIMIT,
    outside_warning,
    overlay_limit,
    overlay_words,
    share_words,
)
from models.nets.overlays import OVERLAYS

NAMES = [overlay.name for overlay in OVERLAYS]


@pytest.mark.parametrize("name", NAMES)
def test_every_overlay_has_plain_words_before_its_method(name: str) -> None:
    plain, method = overlay_words(name).removesuffix(")").split(" (")
    assert not plain.startswith("Another")
    assert plain.lower() not in (method.lower(), name.replace("_", " "))


def test_an_overlay_without_words_is_told_by_its_name() -> None:
    assert overlay_words("some_new_map") == "Another overlay (some new map)"


@pytest.mark.parametrize("name", [None, *NAMES])
def test_no_overlay_shows_what_the_lesion_is(name: str | None) -> None:
    assert "what the lesion is" in overlay_limit(name)


def test_occlusion_is_read_like_other_overlays_of_the_score() -> None:
    assert overlay_words("occlusion") == "What the score loses with each patch (occlusion)"
    assert overlay_limit("occlusion") == OVERLAY_LIMIT


@pytest.mark.parametrize("name", ["hidden_attention", "rollout", "cross_modal", "gate"])
def test_an_overlay_that_knows_nothing_of_the_score_is_not_said_to_move_it(name: str) -> None:
    assert "not what moved the score" in overlay_limit(name)


def test_a_rollout_weighed_by_the_score_is_told_apart_from_one_that_is_not() -> None:
    assert "weighed by what moved the score" in overlay_limit("attribution_rollout")
    assert overlay_limit("attribution_rollout") != overlay_limit("rollout")


def test_a_score_that_rests_on_the_surroundings_is_to_be_mistrusted() -> None:
    warning = "Most of the relevance lies outside the lesion: mistrust this score."
    assert outside_warning("grad_cam", 0.49) == warning
    assert outside_warning("grad_cam", 0.5) == ""
    assert outside_warning("grad_cam", None) == ""


def test_a_gate_has_no_relevance_to_be_outside() -> None:
    assert outside_warning("gate", 0.1) == ""
    assert share_words("gate", 0.1) == ""
