from dataclasses import replace

from app.domain.ids import ImageId
from app.usecases.score_words import missing_words, range_words
from tests.builders import a_score


def test_a_range_names_what_it_is_over() -> None:
    said = range_words(a_score(ImageId("1"), 0.5)).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "49 % to 51 % over eight flipped and turned views of the image (not a confidence interval)"
    still = replace(a_score(ImageId("1"), 0.5), probability_low=0.5, probability_high=0.5)
    assert range_words(still).endswith(
        " in every flipped and turned view of the image (not a confidence interval)"
    )


def test_missing_inputs_are_told_by_what_one_can_do_about_them() -> None:
    entered, never = missing_words(("age_approx", "clin_size_long_diam_mm", "tbp_lv_x", "tbp_lv_y"))
    assert entered == "Not entered: age. Without a scale no size in millimetres."
    assert never == "2 further inputs were not available for this image."
    assert missing_words(("of_a_later_version",)) == ("", "1 further input was not available for this image.")
    assert missing_words(()) == ("", "")


def test_only_what_is_missing_for_sizes_is_asked_for() -> None:
    outlined, _ = missing_words(("clin_size_long_diam_mm", "tbp_lv_perimeterMM"))
    assert outlined == "Without a scale no size in millimetres."
    bare, _ = missing_words(("clin_size_long_diam_mm", "tbp_lv_norm_border", "tbp_lv_perimeterMM"))
    assert bare == "Without an outline no size in millimetres."
