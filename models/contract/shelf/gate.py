"""The gate: whether a candidate may be offered for promotion, from its exam and nothing else.

It refuses a candidate that is worse than the active model by more than a margin (overall, in a subgroup
with enough cases, on the reference images), that is broken, or whose exam is too small to say anything.
A passed gate promotes nothing: a person does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from models.contract.shelf.card import Task
from models.contract.shelf.exam import OVERALL, REFERENCE_IMAGES, Exam, ExamPart
from models.contract.shelf.figure_text import figure_text, signed_text

_ROUNDING: Final = 1e-9
"""A difference that equals the margin is still allowed, whatever the last bit says."""


@dataclass(frozen=True)
class Margin:
    """How much worse a figure may be: overall, in one subgroup, on the reference images."""

    overall: float
    subgroup: float
    reference: float | None
    """None: shown, but no ground for a refusal."""


DICE_MARGIN: Final = Margin(overall=0.01, subgroup=0.03, reference=0.10)
"""0.01 is a third of what two experts differ from each other; a subgroup has few cases and swings more.
The reference images were drawn by other experts: a clinic that draws its borders 3 % of the frame further
out loses 0.07 there by its habit alone, so only more than that counts as forgetting."""

IOU_MARGIN: Final = Margin(overall=0.015, subgroup=0.045, reference=None)
"""IoU moves about one and a half times as fast as Dice where lesions are outlined well (0.85)."""

BOUNDARY_F1_MARGIN: Final = Margin(overall=0.02, subgroup=0.06, reference=None)
"""Counts only the outline within a few px, so that it swings about twice as much as Dice."""

AUC_MARGIN: Final = Margin(overall=0.01, subgroup=0.05, reference=0.03)
"""A loss of 0.01 puts one more benign lesion in a hundred above each malignant one."""

SENSITIVITY_MARGIN: Final = Margin(overall=0.02, subgroup=0.10, reference=0.05)
"""A missed melanoma is the worst error: below 50 malignant images not even one more miss is allowed."""

SPECIFICITY_MARGIN: Final = Margin(overall=0.05, subgroup=0.15, reference=0.10)
"""Needless excisions harm as well, but less than a miss, so a little may be paid for sensitivity."""

ECE_MARGIN: Final = Margin(overall=0.03, subgroup=0.10, reference=0.05)
"""Scores are read as percentages; on few cases the error itself is only known to some hundredths."""

MARGINS: Final[Mapping[str, Margin]] = {
    "dice": DICE_MARGIN,
    "iou": IOU_MARGIN,
    "boundary_f1": BOUNDARY_F1_MARGIN,
    "auc": AUC_MARGIN,
    "sensitivity": SENSITIVITY_MARGIN,
    "specificity": SPECIFICITY_MARGIN,
    "ece": ECE_MARGIN,
}

GATED_METRICS: Final[Mapping[Task, tuple[str, ...]]] = {
    "segmentation": ("dice", "iou", "boundary_f1"),
    "classification": ("auc", "sensitivity", "specificity", "ece"),
}
"""An exam must say something about each of them."""

LOWER_IS_BETTER: Final = frozenset({"ece", "brier"})

LEAST_CASES: Final = 10
"""Images of a subgroup below which its figures say nothing: one odd image would decide."""

LEAST_OF_EACH_CLASS: Final = 5
"""Malignant, and benign, images below which no rate and no area of a subgroup is judged."""

LEAST_IMAGES: Final[Mapping[Task, int]] = {"segmentation": 6, "classification": 40}
"""What a quarter of thirty corrections leaves for the exam. The difference of two versions has a deviation
of about 0.05 Dice from image to image, so the mean of 6 images is known to 0.02 only and notices a gross
loss; the verdict shows the interval. A rate needs more images than a mean."""

LEAST_PATIENTS: Final[Mapping[Task, int]] = {"segmentation": 5, "classification": 20}
"""Images of one patient resemble each other; the interval is drawn by patient."""

LEAST_OF_EACH_CLASS_OVERALL: Final = 10
"""Malignant, and benign, images that a score model's exam needs."""

LARGEST_PARITY_DIFFERENCE: Final = 1e-4
"""Of any output between graph and network, in float32: the same limit as at export."""


@dataclass(frozen=True)
class GateRules:
    """The figures the gate goes by; the defaults are those of the workstation."""

    margins: Mapping[str, Margin] = field(default_factory=lambda: MARGINS)
    least_cases: int = LEAST_CASES
    least_of_each_class: int = LEAST_OF_EACH_CLASS
    least_images: Mapping[Task, int] = field(default_factory=lambda: LEAST_IMAGES)
    least_patients: Mapping[Task, int] = field(default_factory=lambda: LEAST_PATIENTS)
    least_of_each_class_overall: int = LEAST_OF_EACH_CLASS_OVERALL
    largest_parity_difference: float = LARGEST_PARITY_DIFFERENCE


RULES: Final = GateRules()


@dataclass(frozen=True)
class Verdict:
    """Whether the gate lets a candidate pass, and the sentences that say why."""

    passed: bool
    reasons: tuple[str, ...]


def verdict(exam: Exam, rules: GateRules = RULES) -> Verdict:
    """What the gate says about the candidate of ``exam``: every reason against it, or what speaks for it."""
    against = (*_broken(exam, rules), *_too_small(exam, rules), *_worse(exam, rules))
    if against:
        return Verdict(passed=False, reasons=tuple(against))
    return Verdict(passed=True, reasons=tuple(_in_favour(exam, rules)))


def _broken(exam: Exam, rules: GateRules) -> Iterator[str]:
    if exam.has_nan:
        yield "The candidate has weights or answers that are not finite numbers, so it is broken."
    if not exam.labels_unchanged:
        yield (
            "The candidate answers with other labels, or in another order, than the active model, "
            "so its answers would be read wrongly."
        )
    parity, limit = exam.parity_max_abs_difference, rules.largest_parity_difference
    if parity is None:
        yield "The candidate's graph gave no usable answer, so the application could not run it."
    elif parity > limit:
        yield (
            f"The candidate's graph and its network differ by {parity:.1e} where at most {limit:.0e} "
            "is allowed, so the application would show other results than the exam."
        )


def _too_small(exam: Exam, rules: GateRules) -> Iterator[str]:
    images, patients = rules.least_images[exam.task], rules.least_patients[exam.task]
    lacking = [
        _counted(least - found, f"more {noun}")
        for found, least, noun in (
            (exam.images, images, "exam image"),
            (exam.patients, patients, "exam patient"),
        )
        if found < least
    ]
    if lacking:
        yield (
            f"The exam is too small to say anything: {_counted(exam.images, 'image')} of "
            f"{_counted(exam.patients, 'patient')}, where {images} images of {patients} patients are the "
            f"least. Still needed: {' and '.join(lacking)}."
        )
    if exam.task == "classification":
        yield from _too_few_of_a_class(exam, rules.least_of_each_class_overall)


def _too_few_of_a_class(exam: Exam, least: int) -> Iterator[str]:
    for metric, kind in (("sensitivity", "malignant"), ("specificity", "benign")):
        found = _n(exam, OVERALL, metric)
        if found < least:
            yield (
                f"The exam is too small to say anything about {kind} lesions: it has "
                f"{_counted(found, f'{kind} image')}. "
                f"Still needed: {_counted(least - found, f'more {kind} image')}."
            )


def _worse(exam: Exam, rules: GateRules) -> Iterator[str]:
    gated = GATED_METRICS[exam.task]
    for metric in gated:
        part = exam.part(OVERALL, metric)
        if part is None or part.difference is None:
            yield _missing(metric, part)
    for part in exam.parts:
        if part.metric in gated and _is_judged(exam, part, rules):
            allowed = _allowed(part, rules)
            if allowed is not None and _loss(part) > allowed + _ROUNDING:
                yield _refusal(part, allowed)


def _missing(metric: str, part: ExamPart | None) -> str:
    why = f" {part.why_undefined}" if part is not None and part.why_undefined else ""
    return f"The exam says nothing about the {_METRIC_WORDS[metric]}.{why}"


def _is_judged(exam: Exam, part: ExamPart, rules: GateRules) -> bool:
    """Few cases are shown but do not decide; outlines of reference images are few and chosen, and do."""
    if part.difference is None or _allowed(part, rules) is None:
        return False
    if part.group == OVERALL:
        return True
    if exam.task == "segmentation" and part.group == REFERENCE_IMAGES:
        return part.n > 0
    if exam.task == "segmentation" or part.metric == "ece":
        return part.n >= rules.least_cases
    if part.metric == "auc":
        smaller_class = min(_n(exam, part.group, "sensitivity"), _n(exam, part.group, "specificity"))
        return part.n >= rules.least_cases and smaller_class >= rules.least_of_each_class
    return part.n >= rules.least_of_each_class


def _n(exam: Exam, group: str, metric: str) -> int:
    part = exam.part(group, metric)
    return 0 if part is None else part.n


def _loss(part: ExamPart) -> float:
    """How much worse the candidate is; negative when it is better."""
    assert part.difference is not None
    return part.difference if part.metric in LOWER_IS_BETTER else -part.difference


def _is_loss_beyond_chance(part: ExamPart) -> bool:
    """Say whether the whole interval of the difference is on the worse side of zero."""
    if part.low is None or part.high is None:
        return False
    return part.low > 0 if part.metric in LOWER_IS_BETTER else part.high < 0


def _allowed(part: ExamPart, rules: GateRules) -> float | None:
    margin = rules.margins[part.metric]
    if part.group == OVERALL:
        return margin.overall
    return margin.reference if part.group == REFERENCE_IMAGES else margin.subgroup


def _in_favour(exam: Exam, rules: GateRules) -> Iterator[str]:
    gated = GATED_METRICS[exam.task]
    judged = [
        part
        for metric in gated
        for part in exam.parts
        if part.metric == metric and _is_judged(exam, part, rules)
    ]
    for part in judged:
        if part.group == OVERALL:
            within = f", within the {_allowed(part, rules):.3f} that is allowed" if _loss(part) > 0 else ""
            yield f"{_figures(part)}{within}."
    yield from _about_forgetting(exam, rules, [part for part in judged if part.group == REFERENCE_IMAGES])
    subgroups = {part.group for part in judged} - {OVERALL, REFERENCE_IMAGES}
    if subgroups:
        yield (
            f"In no subgroup with enough cases ({_counted(len(subgroups), 'subgroup')}) is the candidate "
            "worse by more than the margin."
        )
    else:
        yield "No subgroup has enough cases to be judged."


def _about_forgetting(exam: Exam, rules: GateRules, judged: list[ExamPart]) -> Iterator[str]:
    if not any(part.group == REFERENCE_IMAGES for part in exam.parts):
        yield "No reference images were measured, so forgetting was not looked for."
    elif not judged:
        yield "There are too few reference images to judge whether something was forgotten."
    else:
        is_worse = _loss(judged[0]) > 0
        within = ": within the loss that another way of drawing explains" if is_worse else ""
        yield f"{_figures(judged[0])}{within}."
    yield from _losses_that_do_not_decide(exam, rules)


def _losses_that_do_not_decide(exam: Exam, rules: GateRules) -> Iterator[str]:
    """Losses on the reference images beyond chance, of figures that are no ground for a refusal there."""
    for metric in GATED_METRICS[exam.task]:
        part = exam.part(REFERENCE_IMAGES, metric)
        if part is not None and rules.margins[metric].reference is None and _is_loss_beyond_chance(part):
            yield f"{_figures(part)}: worse beyond chance; on reference images that alone decides nothing."


def _refusal(part: ExamPart, allowed: float) -> str:
    why = "the candidate has forgotten more" if part.group == REFERENCE_IMAGES else "worse by more"
    return f"{_figures(part)}: {why} than the {allowed:.3f} that is allowed."


_METRIC_WORDS: Final = {
    "dice": "Dice",
    "iou": "IoU",
    "boundary_f1": "boundary F1",
    "auc": "AUC",
    "sensitivity": "sensitivity at the working threshold",
    "specificity": "specificity at the working threshold",
    "ece": "calibration error",
    "brier": "Brier score",
}
_KIND_BY_METRIC: Final = {"sensitivity": "malignant ", "specificity": "benign "}


def _figures(part: ExamPart) -> str:
    """As "Dice on 31 exam images: candidate 0.861, active model 0.842 (difference +0.019, ...)"."""
    assert part.active is not None
    assert part.candidate is not None
    assert part.difference is not None
    kind = _KIND_BY_METRIC.get(part.metric, "")
    place = "reference image" if part.group == REFERENCE_IMAGES else "exam image"
    cases = _counted(part.n, f"{kind}{place}")
    subgroup = "" if part.group in (OVERALL, REFERENCE_IMAGES) else f" of the subgroup '{part.group}'"
    interval = (
        "interval not known"
        if part.low is None or part.high is None
        else f"95 % interval {signed_text(part.low)} to {signed_text(part.high)}"
    )
    words = _METRIC_WORDS[part.metric]
    return (
        f"{words[0].upper()}{words[1:]} on {cases}{subgroup}: candidate {figure_text(part.candidate)}, "
        f"active model {figure_text(part.active)} (difference {signed_text(part.difference)}, {interval})"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
