from dataclasses import replace

from app.domain.ids import ImageId
from app.text.scores import division_words, missing_words, range_words, unavailable_inputs
from tests.builders import a_divided_score, a_score


def test_a_range_names_what_it_is_over() -> None:
    said = range_words(a_score(ImageId("1"), 0.5)).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "49 % to 51 % over eight flipped and turned views of the image (not a confidence interval)"
    still = replace(a_score(ImageId("1"), 0.5), probability_low=0.5, probability_high=0.5)
    assert range_words(still).endswith(
        " in every flipped and turned view of the image (not a confidence interval)"
    )


def test_a_divided_score_is_told_with_its_limit_the_largest_share_first() -> None:
    said = [
        words.replace("\N{NO-BREAK SPACE}", " ") for words in division_words(a_divided_score(ImageId("1")))
    ]
    assert said == [
        "Of the score: melanoma 30 %, basal cell carcinoma 10 %.",
        "Of the rest: nevus 60 %, vascular lesion < 1 %.",
        "It knows no other diagnosis, and none of these figures is one.",
    ]


def test_a_score_that_is_not_divided_says_nothing_of_diagnoses() -> None:
    assert division_words(a_score(ImageId("1"), 0.4)) == ()


def test_missing_inputs_are_told_by_what_one_can_do_about_them() -> None:
    entered, never = missing_words(("age_approx", "clin_size_long_diam_mm", "tbp_lv_x", "tbp_lv_y"))
    assert entered == "Not entered: age. Without a scale no size in millimetres."
    assert never == "2 further inputs were not available for this image."
    assert missing_words(("of_a_later_version",)) == ("", "1 further input was not available for this image.")
    assert missing_words(()) == ("", "")


def test_inputs_that_cannot_be_given_are_named_in_words() -> None:
    missing = ("age_approx", "clin_size_long_diam_mm", "tbp_lv_location", "of_a_later_version")
    assert unavailable_inputs(missing) == ("body location (fine)", "of_a_later_version")


def test_only_what_is_missing_for_sizes_is_asked_for() -> None:
    outlined, _ = missing_words(("clin_size_long_diam_mm", "tbp_lv_perimeterMM"))
    assert outlined == "Without a scale no size in millimetres."
    bare, _ = missing_words(("clin_size_long_diam_mm", "tbp_lv_norm_border", "tbp_lv_perimeterMM"))
    assert bare == "Without an outline no size in millimetres."
