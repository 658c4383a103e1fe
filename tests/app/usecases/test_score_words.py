from dataclasses import replace

from app.domain.ids import ImageId
from app.usecases.score_words import missing_words, overlay_words, range_words
from tests.builders import a_score


def test_a_range_names_what_it_is_over() -> None:
    said = range_words(a_score(ImageId("1"), 0.5)).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "49 % to 51 % over eight flipped and turned views of the image"
    still = replace(a_score(ImageId("1"), 0.5), probability_low=0.5, probability_high=0.5)
    assert range_words(still).endswith(" in every flipped and turned view of the image")


def test_missing_inputs_are_told_by_what_one_can_do_about_them() -> None:
    entered, never = missing_words(("age_approx", "clin_size_long_diam_mm", "tbp_lv_x", "tbp_lv_y"))
    assert entered == "Not entered: age. Without a scale and an outline no size in millimetres."
    assert never == "2 further inputs were not available for this image."
    assert missing_words(("of_a_later_version",)) == ("", "1 further input was not available for this image.")
    assert missing_words(()) == ("", "")


def test_an_overlay_without_words_is_shown_by_its_name() -> None:
    assert overlay_words("gate") == "local and global gate"
    assert overlay_words("some_new_map") == "some new map"
