"""What stands in a report, and in which order: one page by default, everything on demand."""

from app.exporters.report.content import Columns, Gap, Part
from app.exporters.report.facts import ReportFacts
from app.exporters.report.sections.decision import decision_first, full_decision, rest_of_comment
from app.exporters.report.sections.head import letterhead, title
from app.exporters.report.sections.lesion import (
    crops,
    images_and_score,
    is_anything_entered,
    measurements,
    measurements_compared,
    other_lesions,
    patient_and_lesion,
)
from app.exporters.report.sections.limits import full_limits, limits_of_models, small_print
from app.exporters.report.sections.reading import full_readings, reading_totals
from app.exporters.report.sections.record import image_origin, models_used, revision_history
from app.exporters.report.sections.score import short_score


def short_form(facts: ReportFacts) -> list[Part]:
    """Return what every short report holds: the decision first, and the score small, with its limits."""
    return [
        *letterhead(facts.letterhead),
        *title(facts),
        *decision_first(facts),
        Gap(3),
        *crops(facts),
        Gap(1),
        Columns([measurements_compared(facts), [short_score(facts)]], (0.54, 0.46)),
        *other_lesions(facts),
        Gap(3),
        *small_print(facts),
        *rest_of_comment(facts),
    ]


def further_sections(facts: ReportFacts) -> list[list[Part]]:
    """Return what a short report holds as far as there is room, the most wanted first."""
    return [
        reading_totals(facts),
        patient_and_lesion(facts) if is_anything_entered(facts) else [],
        limits_of_models(facts),
        revision_history(facts),
        image_origin(facts),
    ]


def long_form(facts: ReportFacts) -> list[Part]:
    """Return everything that is known about a case."""
    return [
        *letterhead(facts.letterhead),
        *title(facts),
        *images_and_score(facts),
        *full_decision(facts),
        *full_readings(facts),
        *measurements(facts),
        *other_lesions(facts),
        *patient_and_lesion(facts),
        *image_origin(facts),
        *models_used(facts),
        *revision_history(facts),
        *full_limits(facts),
    ]
