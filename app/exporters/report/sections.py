"""The sections of a report, in the order of its pages; each returns what ReportLab can place."""

import sys
from dataclasses import fields
from datetime import datetime
from typing import TypeAlias

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table, TableStyle

from app.domain.analysis.frame_finding import NO_SCORE
from app.domain.analysis.model_summary import ModelSummary
from app.domain.analysis.prediction import ModelRef
from app.domain.audit import AuditEvent, AuditKind
from app.domain.case import Case
from app.domain.fields import FIELDS, CaseField, Choice, Note, Number
from app.domain.image import DermoscopicImage
from app.domain.lesion import Lesion
from app.domain.measurement import Measurement
from app.exporters.deidentification import CaseDisclosure
from app.exporters.report.images import DrawnImages, placed
from app.exporters.report.style import (
    BOX_TITLE,
    CONTENT_WIDTH,
    DECISION_EDGE,
    HEADING,
    LABEL,
    LIMITS_TITLE,
    MODEL_EDGE,
    MODEL_TINT,
    SCORE,
    SMALL,
    TITLE,
    WARNING,
    boxed,
    in_reading_order,
    in_rows,
    lined_table,
    pairs_table,
    printed_as_numbers,
    say,
)
from app.text.bands import band_words
from app.text.figures import percent_words
from app.text.history import metadata_words, revision_words
from app.text.models import PREDICTION_WORDS, figure_words, probability_words, scope_words
from app.text.report import LIMITS, yes_no
from app.text.scores import (
    DIVISION,
    LESION_SCORE_TIP,
    OUTDATED_INPUTS,
    comparison_words,
    division_words,
    lesion_words,
    missing_words,
    range_words,
    uncertainty_words,
)
from app.text.stored_sentences import stored_words
from app.translation import N_, _, day_text, in_numerals
from app.usecases.analysis.compare_scores import comparison_of

_Cell: TypeAlias = Flowable | list[Flowable] | str

_HALF = CONTENT_WIDTH / 2
_HASH_LETTERS = 16
_NOT_SCORED = N_("No score was computed for this image.")
_LAST = sys.maxsize

_IN_TITLE = frozenset(
    {
        *("patient_id", "patient_name", "sex", "lesion_label", "visited_on"),
        *("anatom_site_general", "anatom_site_special"),
    }
)
"""Columns of the entered fields that the report's title tells."""

_LABEL_BY_COLUMN: dict[str | None, str] = {
    "birth_year": N_("Birth year"),
    "clin_size_long_diam_mm": N_("Clinical long diameter"),
}
"""Of fields that the report calls otherwise than the form does."""

_TELLING_PROVENANCE = frozenset({"file type", "colour profile"})
"""Lines that quote the end of the file's name or a profile's name, either of which may name a person."""


def title(case: Case, disclosed: CaseDisclosure) -> list[Flowable]:
    """Return the report's title with whom and what it is about."""
    name, label = (disclosed.text(column) for column in ("patient_name", "lesion_label"))
    site = ", ".join(_(part) for part in (case.lesion.site, case.lesion.site_special) if part)
    pairs = [
        (_("Patient"), disclosed.patient_code),
        (_("Name"), name if not disclosed.is_deidentified else _("left out (de-identified)")),
        (
            _("Sex, age"),
            ", ".join(part for part in (stored_words(case.patient.sex), disclosed.age_words) if part) or None,
        ),
        (_("Lesion"), label or (disclosed.lesion_code if disclosed.is_deidentified else None)),
        (_("Site"), site or None),
        (
            _("Visit"),
            _("date left out") if disclosed.is_deidentified else day_text(case.visit.visited_on),
        ),
    ]
    table = pairs_table(pairs, CONTENT_WIDTH, columns=2, label_share=0.3)
    return [
        say(_("Dermoscopy report"), TITLE),
        Spacer(1, 5),
        table,
        *_unprinted(case, disclosed),
        Spacer(1, 6),
    ]


def _unprinted(case: Case, disclosed: CaseDisclosure) -> list[Flowable]:
    """Say which letters of what was entered are printed as numbers."""
    revisers = (revision.author for revision in case.revisions)
    staff = (case.image.imported_by, *revisers, *(decision.author for decision in case.decisions))
    entered = (
        *(getattr(disclosed, part.name) for part in fields(disclosed)),
        *(disclosed.text(field.column) for field in FIELDS if field.is_entered),
        *(disclosed.who_words(name) for name in staff),
    )
    texts = (text for text in entered if isinstance(text, str))
    letters = sorted({letter for text in texts for letter in printed_as_numbers(text)})
    if not letters:
        return []
    numbers = ", ".join(f"U+{ord(letter):04X}" for letter in letters)
    words = _(
        "No font of this report has these letters; their Unicode numbers stand for them: {numbers}."
    ).format(numbers=numbers)
    return [Spacer(1, 3), say(words, WARNING)]


def images_and_score(
    case: Case, pictures: DrawnImages, audit: tuple[AuditEvent, ...], models: tuple[ModelSummary, ...]
) -> list[Flowable]:
    """Return image, boundary and overlays, with the model's output beside the first overlay."""
    rows: list[list[_Cell]] = [[placed(pictures.plain), placed(pictures.boundary)]]
    overlays = [placed(picture) for picture in pictures.overlays]
    if not overlays:
        return [_grid(rows), Spacer(1, 4), model_output(case, audit, models, CONTENT_WIDTH)]
    rows.append([overlays[0], model_output(case, audit, models, _HALF - 4 * mm)])
    further = [*overlays[1:], *([[]] if len(overlays) % 2 == 0 else [])]
    rows += [[left, right] for left, right in zip(further[::2], further[1::2], strict=True)]
    return [_grid(rows)]


def model_output(
    case: Case, audit: tuple[AuditEvent, ...], models: tuple[ModelSummary, ...], width: float
) -> Table:
    """Return the score with everything that qualifies it."""
    head = [say(_("Model output (not a diagnosis)"), BOX_TITLE)]
    score = case.score
    if score is None or case.is_score_withheld:
        words = (
            f"{_(NO_SCORE)}. {stored_words(case.objection_to_score)}"
            if case.is_score_withheld
            else _(_NOT_SCORED)
        )
        return boxed([*head, say(words), *_lesion_score(case)], width, edge=MODEL_EDGE, tint=MODEL_TINT)
    known = next((one.diagnoses for one in models if one.model == score.model), ())
    rows: list[Flowable] = [
        *head,
        *(
            say(_("Image quality: {words}").format(words=stored_words(words)), WARNING)
            for words in score.quality_warnings
        ),
    ]
    rows += [
        say(percent_words(score.probability), SCORE),
        say(f"{probability_words(known)}, {range_words(score)}"),
        *_lesion_score(case),
    ]
    rows += [
        say(words, style)
        for words, style in ((uncertainty_words(case), WARNING), (scope_words(known), SMALL))
        if words
    ]
    division = division_words(score)
    rows += [say(words, SMALL) for words in ((f"{_(DIVISION)}.", *division) if division else ())]
    comparison = comparison_of(case, audit)
    if comparison is not None:
        rows.append(say(comparison_words(comparison)))
    if not case.is_score_of_valid_mask:
        rows.append(say(_("This score was computed from an earlier mask."), WARNING))
    elif not case.is_score_current:
        rows.append(say(_(OUTDATED_INPUTS), WARNING))
    priority = case.queue_priority
    if priority is not None:
        reasons = [words for words in priority.reasons if words not in score.quality_warnings]
        rows.append(say(_("Place in the queue: {label}").format(label=band_words(priority.band)), BOX_TITLE))
        rows += [say(stored_words(words)) for words in reasons]
    rows.append(
        say(_("Threshold in force: {threshold}").format(threshold=percent_words(score.model.threshold)))
    )
    missing = " ".join(words for words in missing_words(score.missing_inputs) if words)
    rows.append(
        say(_("Missing inputs. {value}").format(value=missing or _("None: every input was given.")), SMALL)
    )
    rows.append(say(_model_words(score.model), SMALL))
    return boxed(rows, width, edge=MODEL_EDGE, tint=MODEL_TINT)


def _lesion_score(case: Case) -> list[Flowable]:
    """Return the score of the lesion from its images of the visit, and its band; nothing without one."""
    lesion = case.lesion_score
    if lesion is None:
        return []
    band = "" if lesion.priority is None else f", {band_words(lesion.priority.band)}"
    return [say(f"{lesion_words(lesion)}{band}. {_(LESION_SCORE_TIP)}")]


def clinician_decision(case: Case, disclosed: CaseDisclosure) -> list[Flowable]:
    """Return the clinician's own reading, apart from the model's output; a form to sign while it is open."""
    decision = case.decision
    head = say(_("Decision of the clinician"), BOX_TITLE)
    if decision is None:
        lines = [
            head,
            say(_("No decision has been recorded yet.")),
            Spacer(1, 14),
            say(
                _(
                    "Diagnosis, management, date and signature: "
                    "______________________________________________"
                ),
                LABEL,
            ),
        ]
        return [Spacer(1, 5), KeepTogether([boxed(lines, CONTENT_WIDTH, edge=DECISION_EDGE)])]
    pairs = [
        (_("Diagnosis"), stored_words(decision.diagnosis)),
        (_("Confirmed by"), stored_words(decision.diagnosis_confirm_type)),
        (_("Management"), stored_words(decision.management)),
        (_("Decided"), f"{disclosed.when(decision.created_at)}, {disclosed.who_words(decision.author)}"),
    ]
    rows = [head, pairs_table(pairs, CONTENT_WIDTH - 16, columns=2, label_share=0.25)]
    if disclosed.comment:
        rows += [say(_("Comment"), LABEL), *in_rows(disclosed.comment)]
    return [Spacer(1, 5), boxed(rows, CONTENT_WIDTH, edge=DECISION_EDGE)]


def measurements(image: DermoscopicImage, found: tuple[Measurement, ...]) -> list[Flowable]:
    """Return the measurements of the valid mask with their units and how they were calibrated."""
    if not found:
        return [say(_("Measurements"), HEADING), say(_("No lesion was outlined, so nothing was measured."))]
    if image.calibration is None:
        scale = _("Not calibrated: sizes are in pixels of this image.")
    else:
        scale = _("Calibrated: {mm_per_px:.5f} mm per pixel, {source}.").format(
            mm_per_px=image.calibration.mm_per_px, source=stored_words(image.calibration.source)
        )
    pairs = [(measured.name, in_numerals(str(measured))) for measured in found]
    table = pairs_table(pairs, CONTENT_WIDTH, columns=2, label_share=0.6)
    return [KeepTogether([say(_("Measurements"), HEADING), say(scale, SMALL), Spacer(1, 2), table])]


def patient_and_lesion(case: Case, disclosed: CaseDisclosure) -> list[Flowable]:
    """Return what was entered about patient and lesion."""
    entered = [field for field in FIELDS if field.is_entered]
    notes = [field for field in entered if isinstance(field.kind, Note)]
    rows = [field for field in entered if field not in notes and field.column not in _IN_TITLE]
    rows.sort(key=lambda field: field.of is Lesion)
    pairs = [_labelled(field, case, disclosed) for field in rows]
    parts = [
        say(_("Patient and lesion"), HEADING),
        pairs_table(pairs, CONTENT_WIDTH, columns=2, label_share=0.45),
    ]
    for field in notes:
        if words := disclosed.text(field.column):
            parts += [Spacer(1, 3), say(_(field.label), LABEL), *in_rows(words)]
    return parts


def _labelled(field: CaseField, case: Case, disclosed: CaseDisclosure) -> tuple[str, str | None]:
    """Return a field's label in the report, and its value in words."""
    label, value = _(_LABEL_BY_COLUMN.get(field.column, field.label)), case.entered(field)
    if disclosed.is_deidentified and field.identifies:
        return label, _("left out")
    if field.column == "age":
        return label, disclosed.age_words
    if isinstance(field.kind, Number) and isinstance(value, int | float):
        return label, in_numerals(field.kind.text(value))
    if isinstance(value, bool):
        return label, yes_no(value)
    if isinstance(field.kind, Choice) and value is not None:
        return label, _(str(value))
    return label, None if value is None else str(value)


def image_origin(case: Case, disclosed: CaseDisclosure) -> list[Flowable]:
    """Return where the image is from and what was done to it at import."""
    image = case.image
    imported = f"{disclosed.when(image.imported_at)}, {disclosed.who_words(image.imported_by)}"
    pairs = [
        (_("Image"), disclosed.image_code),
        (_("File"), disclosed.file_name if not disclosed.is_deidentified else _("name left out")),
        (
            _("Size"),
            _("{width_px:,} x {height_px:,} px, {media_type}").format(
                width_px=image.width_px, height_px=image.height_px, media_type=image.media_type
            ),
        ),
        (_("Dermoscopy"), stored_words(image.dermoscopic_type)),
        (_("Imported"), imported),
        (
            _("Original (SHA-256)"),
            f"{image.original[:_HASH_LETTERS]}…" if not disclosed.is_deidentified else _("left out"),
        ),
    ]
    table = pairs_table(pairs, CONTENT_WIDTH, columns=2, label_share=0.3)
    done = [
        f"{what}: {words}"
        for what, words in image.provenance
        if not disclosed.is_deidentified or what not in _TELLING_PROVENANCE
    ]
    return [
        say(_("Image"), HEADING),
        table,
        *(say(_("At import, {words}.").format(words=words), SMALL) for words in done),
    ]


def models_used(case: Case, disclosed: CaseDisclosure) -> list[Flowable]:
    """Return which models spoke, when, and on which machine part."""
    model_summaries = [
        (what, prediction)
        for what, prediction in ((_("Boundary"), case.boundary), (_("Score"), case.score))
        if prediction is not None
    ]
    if not model_summaries:
        return []
    rows = [
        (
            what,
            f"{prediction.model.name} {prediction.model.version}",
            prediction.model.weights_sha256,
            in_numerals(f"{prediction.model.threshold:.3f}"),
            f"{prediction.model.preprocessing}; {prediction.run.engine}, {prediction.run.provider}; "
            f"{disclosed.when(prediction.predicted_at)}",
        )
        for what, prediction in model_summaries
    ]
    widths = [22 * mm, 42 * mm, 50 * mm, 18 * mm, 44 * mm]
    header = (_("Task"), _("Model"), _("Weights (SHA-256)"), _("Threshold"), _("Input, engine, time"))
    return [say(_("Models"), HEADING), lined_table(header, rows, widths)]


def revision_history(case: Case, disclosed: CaseDisclosure, audit: tuple[AuditEvent, ...]) -> list[Flowable]:
    """Return predictions, corrections, help with them and decisions in the order in which they were stored.

    The clock may have been set back between two of them; the audit trail's sequence never is.
    """
    place = {event.detail: event.sequence for event in reversed(audit)}
    acts = [(place.get(name, _LAST), at, what, who) for name, at, what, who in _acts(case, disclosed)]
    acts += [
        (event.sequence, event.at, ": ".join(words), disclosed.who_words(event.who))
        for event in audit
        if event.kind is AuditKind.MASK_REFINED and (words := metadata_words(event)) is not None
    ]
    acts.sort(key=lambda act: act[:2])
    imported = (
        disclosed.when(case.image.imported_at),
        _("Image imported"),
        disclosed.who_words(case.image.imported_by),
    )
    rows = [imported, *((disclosed.when(at), what, who) for _, at, what, who in acts)]
    widths = [38 * mm, 92 * mm, 46 * mm]
    return [say(_("History"), HEADING), lined_table((_("When"), _("What"), _("By")), rows, widths)]


def _acts(case: Case, disclosed: CaseDisclosure) -> list[tuple[str, datetime, str, str]]:
    """Return what was stored about a case, unordered: its id, when, what, and who."""
    return [
        *(
            (
                shown.id,
                shown.predicted_at,
                _("Boundary predicted by {name}").format(name=shown.model.name),
                _("model"),
            )
            for shown in case.boundaries
        ),
        *(
            (
                shown.id,
                shown.predicted_at,
                _("Score {probability} by {name}").format(
                    probability=percent_words(shown.probability), name=shown.model.name
                ),
                _("model"),
            )
            for shown in case.scores
        ),
        *(
            (
                made.id,
                made.created_at,
                _("Mask revision {number}: {revision_words}").format(
                    number=made.number, revision_words=revision_words(made)
                ),
                disclosed.who_words(made.author),
            )
            for made in case.revisions
        ),
        *(
            (
                made.id,
                made.created_at,
                _("Decision: {value}").format(value=_(made.diagnosis) if made.diagnosis else _("open")),
                disclosed.who_words(made.author),
            )
            for made in case.decisions
        ),
    ]


def limits_of_use(models: tuple[ModelSummary, ...]) -> list[Flowable]:
    """Return the limits and the intended use: those of every score, then those of the models that spoke."""
    general = KeepTogether(
        [say(_("Limits and intended use"), HEADING), *(say(_(words), SMALL) for words in LIMITS)]
    )
    return [general, *(_limits_of(summary) for summary in models)]


def _limits_of(summary: ModelSummary) -> Flowable:
    what = _(PREDICTION_WORDS[summary.task])
    head = say(f"{what}: {summary.model.name} {summary.model.version}", LIMITS_TITLE)
    limits = (say(f"\N{BULLET} {stored_words(words)}", SMALL) for words in summary.limits or ())
    return KeepTogether([head, say(figure_words(summary), SMALL), *limits])


def _model_words(model: ModelRef) -> str:
    return _("Model {name} {version}, weights {weights_sha256}…").format(
        name=model.name, version=model.version, weights_sha256=model.weights_sha256[:_HASH_LETTERS]
    )


def _grid(rows: list[list[_Cell]]) -> Table:
    table = Table([in_reading_order(row) for row in rows], colWidths=[_HALF, _HALF])
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("VALIGN", (0, 1), (-1, -1), "TOP"),
                ("ALIGN", (0, 0), (-1, -1), "CENTER"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table
