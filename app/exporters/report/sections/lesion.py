"""What was measured on the lesion, and what was entered about it and its patient."""

from collections.abc import Sequence

from app.domain.fields import FIELDS, CaseField, Choice, Note, Number
from app.domain.image import DermoscopicImage
from app.domain.lesion import Lesion
from app.exporters.report.content import (
    Columns,
    FreeText,
    Gap,
    Lines,
    Pairs,
    Part,
    PlacedImage,
    Together,
    Words,
    WordStyle,
    heading,
    small,
)
from app.exporters.report.facts import ReportFacts
from app.exporters.report.sections.score import full_score
from app.text.lesions import other_lesions_words
from app.text.report import yes_no
from app.text.stored_sentences import stored_words
from app.translation import N_, _, in_numerals

_IN_TITLE = frozenset(
    {
        *("patient_id", "patient_name", "sex", "lesion_label", "visited_on"),
        *("anatom_site_general", "anatom_site_special", "anatom_site", "naevus_laterality"),
    }
)
"""Columns of the entered fields that the report's title tells."""

_LABEL_BY_COLUMN: dict[str | None, str] = {
    "birth_year": N_("Birth year"),
    "clin_size_long_diam_mm": N_("Clinical long diameter"),
}
"""Of fields that the report calls otherwise than the form does."""

_CROP_HEIGHT_MM = 48.0


def images_and_score(facts: ReportFacts) -> list[Part]:
    """Return image, boundary and overlays, with the model's output beside the first overlay."""
    images = facts.images
    if images is None:
        return []
    first = _beside([PlacedImage(images.plain)], [PlacedImage(images.boundary)])
    if not images.overlays:
        return [first, Gap(4), full_score(facts)]
    overlays = [PlacedImage(overlay) for overlay in images.overlays]
    further = [[overlay] for overlay in overlays[1:]]
    rest = [
        _beside(left, right)
        for left, right in zip(further[::2], [*further[1::2], *([[]] * (len(further) % 2))], strict=True)
    ]
    return [first, _beside([overlays[0]], [full_score(facts)]), *rest]


def crops(facts: ReportFacts) -> list[Part]:
    """Return the lesion, beside it its boundary; before and after where a person has changed it."""
    if facts.crops is None:
        return []
    shown = [one for one in (facts.crops.plain, facts.crops.before, facts.crops.after) if one is not None]
    columns = [[PlacedImage(one, _CROP_HEIGHT_MM)] for one in shown]
    return [Columns(columns, [1 / len(shown)] * len(shown), is_centred=True)]


def measurements(facts: ReportFacts) -> list[Part]:
    """Return the measurements of the valid mask with their units and how they were calibrated."""
    if not facts.measured:
        return [heading(_("Measurements")), Words(_("No lesion was outlined, so nothing was measured."))]
    pairs = [(measured.name, in_numerals(str(measured))) for measured in facts.measured]
    table = Pairs(pairs, columns=2, label_share=0.6)
    scale = small(_scale_words(facts.case.image))
    return [Together([heading(_("Measurements")), scale, Gap(2), table])]


def other_lesions(facts: ReportFacts) -> list[Part]:
    """Return the line about the lesions of the image beside the one of interest; nothing without any."""
    words = other_lesions_words(facts.case, with_names=not facts.disclosed.is_deidentified)
    return [Gap(2), small(words)] if words else []


def measurements_compared(facts: ReportFacts) -> list[Part]:
    """Return the measurements, beside those of the predicted boundary where a person has changed it."""
    if not facts.measured:
        return [
            Words(_("Measurements"), WordStyle.BOX_TITLE),
            Words(_("No lesion was outlined, so nothing was measured.")),
        ]
    before = {measured.name: in_numerals(str(measured)) for measured in facts.measured_before}
    head = (_("Measurement"), _("Predicted"), _("Corrected")) if before else (_("Measurement"), "")
    rows = [
        (measured.name, *((before.get(measured.name, ""),) if before else ()), in_numerals(str(measured)))
        for measured in facts.measured
    ]
    shares = (0.5, 0.25, 0.25) if before else (0.66, 0.34)
    return [Lines(head, rows, shares, is_dense=True), Gap(2), small(_scale_words(facts.case.image))]


def patient_and_lesion(facts: ReportFacts) -> list[Part]:
    """Return what was entered about patient and lesion."""
    entered = [field for field in FIELDS if field.is_entered]
    notes = [field for field in entered if isinstance(field.kind, Note)]
    rows = [field for field in entered if field not in notes and field.column not in _IN_TITLE]
    rows.sort(key=lambda field: field.of is Lesion)
    pairs = [_labelled(field, facts) for field in rows]
    parts: list[Part] = [
        heading(_("Patient and lesion")),
        Pairs(pairs, columns=2, label_share=0.45),
    ]
    for field in notes:
        if words := facts.disclosed.text(field.column):
            parts += [Gap(3), Words(_(field.label), WordStyle.LABEL), FreeText(words)]
    return parts


def is_anything_entered(facts: ReportFacts) -> bool:
    """Say whether the section of patient and lesion has more than empty places."""
    own = (field for field in FIELDS if field.is_entered and field.column not in _IN_TITLE)
    return any(facts.case.entered(field) not in (None, "") for field in own)


def _labelled(field: CaseField, facts: ReportFacts) -> tuple[str, str | None]:
    """Return a field's label in the report, and its value in words."""
    label, value = _(_LABEL_BY_COLUMN.get(field.column, field.label)), facts.case.entered(field)
    if facts.disclosed.is_deidentified and field.identifies:
        return label, _("left out")
    if field.column == "age":
        return label, facts.disclosed.age_words
    if isinstance(field.kind, Number) and isinstance(value, int | float):
        return label, in_numerals(field.kind.text(value))
    if isinstance(value, bool):
        return label, yes_no(value)
    if isinstance(field.kind, Choice) and value is not None:
        return label, stored_words(str(value))
    return label, None if value is None else str(value)


def _scale_words(image: DermoscopicImage) -> str:
    if image.calibration is None:
        return _("Not calibrated: sizes are in pixels of this image.")
    return _("Calibrated: {mm_per_px:.5f} mm per pixel, {source}.").format(
        mm_per_px=image.calibration.mm_per_px, source=stored_words(image.calibration.source)
    )


def _beside(left: Sequence[Part], right: Sequence[Part]) -> Columns:
    return Columns([left, right], (0.5, 0.5), is_centred=True)
