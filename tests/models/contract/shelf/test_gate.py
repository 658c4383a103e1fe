"""The gate: each reason to refuse alone, by hand-made figures; and what it says when it lets pass."""

from datetime import UTC, datetime

import pytest

from models.contract.shelf.card import Task
from models.contract.shelf.exam import OVERALL, REFERENCE_IMAGES, Exam, ExamPart
from models.contract.shelf.gate import GATED_METRICS, MARGINS, GateRules, verdict

SUBGROUP = "sex: female"


def a_part(metric: str, active: float, candidate: float, *, group: str = OVERALL, n: int = 31) -> ExamPart:
    difference = candidate - active
    return ExamPart(
        group=group, metric=metric, n=n, active=active, candidate=candidate,
        difference=difference, low=difference - 0.01, high=difference + 0.01,
    )  # fmt: skip


def an_exam(*parts: ExamPart, task: Task = "segmentation", **changes: object) -> Exam:
    """A passing exam whose parts are replaced or joined by ``parts``."""
    named = {(part.group, part.metric) for part in parts}
    usual = [a_part(metric, 0.8, 0.8) for metric in GATED_METRICS[task]]
    fields: dict[str, object] = {
        "task": task, "active": "a/1", "active_sha256": "0" * 64, "candidate": "a/2",
        "candidate_sha256": "1" * 64, "snapshot_id": "s", "snapshot_manifest_sha256": "2" * 64,
        "images": 62, "patients": 40, "parity_max_abs_difference": 1e-6, "has_nan": False,
        "labels_unchanged": True, "taken_at": datetime(2026, 1, 2, tzinfo=UTC),
        "parts": (*(each for each in usual if (each.group, each.metric) not in named), *parts),
    }  # fmt: skip
    return Exam.model_validate(fields | changes)


def only_reason(exam: Exam, rules: GateRules | None = None) -> str:
    found = verdict(exam) if rules is None else verdict(exam, rules)
    assert not found.passed
    [reason] = found.reasons
    return reason


def test_a_candidate_that_is_better_passes_with_its_figures() -> None:
    dice = ExamPart(
        group=OVERALL, metric="dice", n=31, active=0.842, candidate=0.861,
        difference=0.019, low=0.006, high=0.033,
    )  # fmt: skip
    found = verdict(an_exam(dice))
    assert found.passed
    assert found.reasons[0] == (
        "Dice on 31 exam images: candidate 0.861, active model 0.842 "
        "(difference +0.019, 95 % interval +0.006 to +0.033)."
    )
    assert any("No reference images were measured" in reason for reason in found.reasons)


def test_a_score_model_that_is_no_worse_passes() -> None:
    found = verdict(an_exam(task="classification"))
    assert found.passed
    assert any(reason.startswith("Sensitivity at the working threshold") for reason in found.reasons)


@pytest.mark.parametrize(
    ("task", "metric", "candidate"),
    [
        ("segmentation", "dice", 0.789),
        ("segmentation", "iou", 0.784),
        ("segmentation", "boundary_f1", 0.779),
        ("classification", "auc", 0.789),
        ("classification", "sensitivity", 0.779),
        ("classification", "specificity", 0.749),
        ("classification", "ece", 0.831),
    ],
)
def test_a_loss_just_beyond_the_margin_is_refused_and_the_margin_itself_is_not(
    task: Task, metric: str, candidate: float
) -> None:
    reason = only_reason(an_exam(a_part(metric, 0.8, candidate), task=task))
    assert f"candidate {candidate:.3f}, active model 0.800" in reason
    assert f"more than the {MARGINS[metric].overall:.3f} that is allowed" in reason
    at_margin = round(candidate + (-0.001 if metric == "ece" else 0.001), 3)
    assert verdict(an_exam(a_part(metric, 0.8, at_margin), task=task)).passed


def test_a_lower_calibration_error_is_a_gain() -> None:
    assert verdict(an_exam(a_part("ece", 0.3, 0.1), task="classification")).passed


def test_a_subgroup_that_loses_is_refused_although_the_whole_gains() -> None:
    worse = a_part("dice", 0.80, 0.76, group=SUBGROUP, n=10)
    reason = only_reason(an_exam(worse, a_part("dice", 0.80, 0.85)))
    assert "of the subgroup 'sex: female'" in reason
    assert "\N{MINUS SIGN}0.040" in reason


def test_a_subgroup_with_too_few_cases_does_not_decide() -> None:
    assert verdict(an_exam(a_part("dice", 0.80, 0.50, group=SUBGROUP, n=9))).passed


def test_the_least_cases_of_a_subgroup_can_be_set() -> None:
    exam = an_exam(a_part("dice", 0.80, 0.50, group=SUBGROUP, n=9))
    assert "subgroup" in only_reason(exam, GateRules(least_cases=9))


@pytest.mark.parametrize(("malignant", "is_judged"), [(4, False), (5, True)])
def test_an_area_in_a_subgroup_counts_with_enough_of_both_classes(malignant: int, is_judged: bool) -> None:
    parts = [
        a_part("auc", 0.9, 0.7, group=SUBGROUP, n=30),
        a_part("sensitivity", 0.8, 0.8, group=SUBGROUP, n=malignant),
        a_part("specificity", 0.8, 0.8, group=SUBGROUP, n=26),
    ]
    assert verdict(an_exam(*parts, task="classification")).passed is not is_judged


def test_a_missed_melanoma_in_a_subgroup_is_refused() -> None:
    worse = a_part("sensitivity", 1.0, 0.8, group=SUBGROUP, n=5)
    reason = only_reason(an_exam(worse, task="classification"))
    assert "5 malignant exam images of the subgroup 'sex: female'" in reason


def test_forgetting_the_reference_images_is_refused() -> None:
    worse = a_part("dice", 0.85, 0.74, group=REFERENCE_IMAGES, n=8)
    reason = only_reason(an_exam(worse, a_part("dice", 0.80, 0.90)))
    assert "8 reference images" in reason
    assert "forgotten" in reason


def test_another_way_of_drawing_is_not_taken_for_forgetting() -> None:
    other_habit = [
        a_part(metric, 0.85, 0.85 - loss, group=REFERENCE_IMAGES, n=8)
        for metric, loss in (("dice", 0.07), ("iou", 0.12), ("boundary_f1", 0.4))
    ]
    kept = verdict(an_exam(*other_habit))
    assert kept.passed
    assert any("another way of drawing" in each for each in kept.reasons)


def test_nothing_is_explained_where_nothing_was_lost() -> None:
    passed = verdict(an_exam(a_part("dice", 0.85, 0.85, group=REFERENCE_IMAGES, n=8)))
    assert any("8 reference images: candidate 0.850, active model 0.850" in each for each in passed.reasons)
    assert not any("another way of drawing" in each for each in passed.reasons)


def a_boundary_loss(low: float, high: float) -> ExamPart:
    return ExamPart(
        group=REFERENCE_IMAGES, metric="boundary_f1", n=48, active=0.5, candidate=0.44,
        difference=-0.06, low=low, high=high,
    )  # fmt: skip


def test_a_sure_loss_that_decides_nothing_on_the_reference_images_is_said() -> None:
    dice = a_part("dice", 0.85, 0.85, group=REFERENCE_IMAGES, n=48)
    sure = verdict(an_exam(dice, a_boundary_loss(-0.09, -0.03)))
    assert sure.passed
    assert sum("Boundary F1 on 48 reference images" in each for each in sure.reasons) == 1
    chance = verdict(an_exam(dice, a_boundary_loss(-0.15, 0.03)))
    assert not any("Boundary F1 on 48 reference images" in each for each in chance.reasons)


def test_a_difference_is_written_as_in_the_table_below_it() -> None:
    found = verdict(an_exam(a_part("dice", 0.8, 0.7997, group=OVERALL)))
    assert "(difference 0.000, 95 % interval \N{MINUS SIGN}0.010 to +0.010)" in found.reasons[0]


def test_what_could_not_be_judged_is_said_when_it_passes() -> None:
    few = [
        a_part(metric, 0.9, 0.5, group=group, n=4)
        for group in (REFERENCE_IMAGES, SUBGROUP)
        for metric in ("auc", "sensitivity", "specificity")
    ]
    found = verdict(an_exam(*few, task="classification"))
    assert found.passed
    assert any("too few reference images" in reason for reason in found.reasons)
    assert any("No subgroup has enough cases" in reason for reason in found.reasons)
    judged = verdict(an_exam(a_part("dice", 0.8, 0.79, group=SUBGROUP, n=10)))
    assert any("with enough cases (1 subgroup)" in reason for reason in judged.reasons)


def test_a_small_loss_is_told_when_it_passes() -> None:
    found = verdict(an_exam(a_part("dice", 0.800, 0.795)))
    assert found.passed
    assert any(reason.endswith(", within the 0.010 that is allowed.") for reason in found.reasons)


def test_a_broken_candidate_is_refused() -> None:
    assert "not finite numbers" in only_reason(an_exam(has_nan=True))


def test_other_labels_are_refused() -> None:
    assert "in another order" in only_reason(an_exam(labels_unchanged=False))


@pytest.mark.parametrize(("difference", "words"), [(1.1e-4, "differ by 1.1e-04"), (None, "no usable answer")])
def test_a_graph_that_says_something_else_is_refused(difference: float | None, words: str) -> None:
    assert words in only_reason(an_exam(parity_max_abs_difference=difference))
    assert verdict(an_exam(parity_max_abs_difference=1e-4)).passed


def test_a_small_exam_does_not_pass_and_says_how_much_is_missing() -> None:
    reason = only_reason(an_exam(images=4, patients=4))
    assert "4 images of 4 patients" in reason
    assert "2 more exam images and 1 more exam patient." in reason
    assert verdict(an_exam(images=6, patients=5)).passed


def test_many_images_of_few_patients_are_still_too_few() -> None:
    reason = only_reason(an_exam(images=50, patients=3))
    assert "Still needed: 2 more exam patients." in reason


def test_an_exam_with_one_class_says_which_is_missing() -> None:
    parts = [
        ExamPart(
            group=OVERALL, metric=metric, n=n, active=None, candidate=None, difference=None, low=None,
            high=None, why_undefined="There is no malignant image.",
        )
        for metric, n in (("auc", 62), ("sensitivity", 0))
    ]  # fmt: skip
    found = verdict(an_exam(*parts, task="classification"))
    assert not found.passed
    assert any("10 more malignant images" in reason for reason in found.reasons)
    assert any("nothing about the AUC. There is no malignant image." in each for each in found.reasons)


def test_an_exam_that_leaves_a_figure_out_is_refused() -> None:
    whole = an_exam()
    cut = whole.model_copy(update={"parts": tuple(p for p in whole.parts if p.metric != "iou")})
    assert "says nothing about the IoU" in only_reason(cut)


def test_every_reason_is_told_at_once() -> None:
    exam = an_exam(a_part("dice", 0.9, 0.5), has_nan=True, labels_unchanged=False, images=1, patients=1)
    assert len(verdict(exam).reasons) == 4
