"""What was measured, read, scored and decided, as a structured report (PS3.16, TID 1500).

Each group says whose it is: the score a model's, with version and weights; outlines, readings and decision
have the name of who has drawn or said them, and the decision stands apart from the score.
"""

from collections.abc import Iterator

import highdicom as hd
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from app import __version__
from app.domain.analysis.prediction import ModelRef, ScorePrediction
from app.domain.case import Case
from app.domain.readings.form import ReadingForm
from app.domain.readings.forms import form_named
from app.domain.readings.reading import Reading, newest_by_form
from app.domain.readings.totals import outcome_of, total_figure, total_points
from app.domain.revision import Decision
from app.exporters.dicom.concepts import (
    DERMOSCOPY,
    MACHINE_LEARNING,
    RATIO,
    SKIN_LESION,
    own_code,
    own_scheme,
)
from app.exporters.dicom.dicom_case import DicomCase
from app.exporters.dicom.header import MANUFACTURER, MODEL
from app.exporters.dicom.lesion_measurements import lesion_measurements
from app.exporters.dicom.segmentation import has_segmentation, segmentation, shown_lesions
from app.exporters.dicom.settled import settled
from app.exporters.dicom.sites import side_code, site_code
from app.exporters.dicom.stored_state import newest_moment, stored_names

Group = hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations | hd.sr.MeasurementsAndQualitativeEvaluations

_INTENDED_USE = own_code("intended_use", "Intended use")
_RESEARCH_ONLY = own_code("research_only", "Research use only; the clinician decides")


def has_findings(case: Case) -> bool:
    """Say whether there is anything to report in codes: an outline, a score, a reading or a decision."""
    has_score = case.score is not None and not case.is_score_withheld
    return has_segmentation(case) or has_score or bool(case.readings) or case.decision is not None


def structured_report_file(case: DicomCase, image: Dataset) -> bytes:
    """Return the Comprehensive 3D SR of a case as a file."""
    drawn = segmentation(case, image) if has_segmentation(case.case) else None
    groups = [*_lesion_groups(case, image, drawn), *_other_groups(case)]
    content = hd.sr.MeasurementReport(
        observation_context=_program(case),
        procedure_reported=DERMOSCOPY,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )
    made = hd.sr.Comprehensive3DSR(
        evidence=[image] if drawn is None else [image, drawn],
        content=content[0],
        series_instance_uid=case.uid("series", "report"),
        series_number=4,
        series_description="Research use only",
        sop_instance_uid=_report_uid(case),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MODEL,
        software_versions=__version__,
        is_complete=True,
        is_final=False,
        is_verified=False,
    )
    made.CodingSchemeIdentificationSequence = [own_scheme()]
    return settled(made, case, case.moment(newest_moment(case.case)))


def _report_uid(case: DicomCase) -> str:
    return case.uid("report", *stored_names(case.case))


def _program(case: DicomCase) -> hd.sr.ObservationContext:
    """Return who observed where nothing else is said: the program."""
    attributes = hd.sr.DeviceObserverIdentifyingAttributes(
        uid=case.uid("program", __version__), name=MODEL, manufacturer_name=MANUFACTURER
    )
    device = hd.sr.ObserverContext(observer_type=codes.DCM.Device, observer_identifying_attributes=attributes)
    return hd.sr.ObservationContext(observer_device_context=device)


def _said_by(name: str, group: Group) -> Group:
    """Name in a group the person who observed it, in place of the program (PS3.16, TID 1003).

    Without an observer type it is a person's, and programs that read groups take no type for an answer.
    """
    person = hd.sr.PersonObserverIdentifyingAttributes(name=name or "unknown^")
    group[0].ContentSequence.extend(person)
    return group


def _lesion_groups(case: DicomCase, image: Dataset, drawn: hd.seg.Segmentation | None) -> Iterator[Group]:
    """Yield what was measured on each lesion that is outlined, as segments of the segmentation."""
    if drawn is None:
        return
    lesion = case.case.lesion
    for number, measured in enumerate(lesion_measurements(case), start=1):
        segment = drawn.SegmentSequence[number - 1]
        group = hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=hd.sr.TrackingIdentifier(
                uid=str(segment.TrackingUID), identifier=str(segment.TrackingID)
            ),
            referenced_segment=_segment_reference(image, drawn, number),
            finding_type=SKIN_LESION,
            finding_sites=[hd.sr.FindingSite(site_code(lesion), laterality=side_code(lesion))],
            measurements=measured,
        )
        author = _author(case, number)
        yield group if author is None else _said_by(author, group)


def _author(case: DicomCase, number: int) -> str | None:
    """Return who has drawn the outline of a segment; None where a model has."""
    shown = shown_lesions(case)[number - 1]
    drawn = case.case.revision if shown.lesion is None else shown.lesion
    return None if drawn is None else case.who(drawn.author)


def _segment_reference(
    image: Dataset, drawn: hd.seg.Segmentation, number: int
) -> hd.sr.ReferencedSegmentationFrame:
    """Name a segment by its number alone: a frame beside it is one too many (PS3.3, C.18.4)."""
    reference = hd.sr.ReferencedSegmentationFrame(
        sop_class_uid=drawn.SOPClassUID,
        sop_instance_uid=drawn.SOPInstanceUID,
        frame_number=1,
        segment_number=number,
        source_image=hd.sr.SourceImageForSegmentation(image.SOPClassUID, image.SOPInstanceUID),
    )
    del reference[0].ReferencedSOPSequence[0].ReferencedFrameNumber
    return reference


def _other_groups(case: DicomCase) -> Iterator[Group]:
    score = case.case.score
    if score is not None and not case.case.is_score_withheld:
        yield _score_group(case, score)
    for reading in newest_by_form(case.case.readings).values():
        form = form_named(reading.form)
        if form is not None:
            yield _said_by(case.who(reading.author), _reading_group(case, form, reading))
    decision = case.case.decision
    if decision is not None and (said := list(_decided(decision))):
        yield _said_by(case.who(decision.author), _group(case, said, []))


def _group(
    case: DicomCase,
    evaluations: list[hd.sr.QualitativeEvaluation],
    measurements: list[hd.sr.Measurement],
    model: ModelRef | None = None,
) -> hd.sr.MeasurementsAndQualitativeEvaluations:
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid=case.tracking_uid, identifier=case.tracking_id),
        finding_type=SKIN_LESION,
        algorithm_id=None if model is None else _algorithm(model),
        measurements=measurements,
        qualitative_evaluations=evaluations,
    )


def _algorithm(model: ModelRef) -> hd.sr.AlgorithmIdentification:
    return hd.sr.AlgorithmIdentification(
        name=model.name,
        version=model.version,
        parameters=[
            f"weights_sha256={model.weights_sha256}",
            f"preprocessing={model.preprocessing}",
            f"threshold={model.threshold:g}",
        ],
        family=MACHINE_LEARNING,
    )


def _score_group(case: DicomCase, score: ScorePrediction) -> Group:
    figures = (
        ("malignancy_probability", "Model output: probability of malignancy", score.probability),
        ("malignancy_probability_low", "Lowest of the model's passes", score.probability_low),
        ("malignancy_probability_high", "Highest of the model's passes", score.probability_high),
    )
    measured = [hd.sr.Measurement(own_code(code, words), value, RATIO) for code, words, value in figures]
    is_current = own_code("yes", "Yes") if case.case.is_score_current else own_code("no", "No")
    said = [
        hd.sr.QualitativeEvaluation(_INTENDED_USE, _RESEARCH_ONLY),
        hd.sr.QualitativeEvaluation(
            own_code("score_is_current", "Score is of the present inputs"), is_current
        ),
    ]
    return _group(case, said, measured, score.model)


def _reading_group(case: DicomCase, form: ReadingForm, reading: Reading) -> Group:
    """Return a clinician's answers to a form, with the total once all is answered."""
    said = [hd.sr.QualitativeEvaluation(own_code("form", "Form"), own_code(form.name, form.label))]
    for answer in reading.answers:
        criterion = form.criterion(answer.criterion)
        if criterion is not None and criterion.permits(answer.value):
            choice = criterion.choice(answer.value)
            asked = f"{form.name}.{criterion.name}"
            answered = own_code(f"{asked}={choice.value}", choice.label)
            said.append(hd.sr.QualitativeEvaluation(own_code(asked, criterion.label), answered))
    points, outcome = total_points(form, reading.values), outcome_of(form, reading.values)
    total = []
    if points is not None:
        name = own_code(f"{form.name}.total", f"Total of {form.label}")
        total = [hd.sr.Measurement(name, total_figure(form, points), RATIO)]
    if outcome is not None:
        name = own_code(f"{form.name}.outcome", "Where the total lies by the form")
        said.append(hd.sr.QualitativeEvaluation(name, own_code(outcome.value, outcome.value)))
    return _group(case, said, total)


def _decided(decision: Decision) -> Iterator[hd.sr.QualitativeEvaluation]:
    """Yield what the clinician said, in the words of the vocabulary."""
    said = (
        ("decision.diagnosis", "Clinician's diagnosis", decision.diagnosis),
        ("decision.confirmed", "How the diagnosis was confirmed", decision.diagnosis_confirm_type),
        ("decision.management", "Clinician's management", decision.management),
    )
    for code, words, value in said:
        if value:
            yield hd.sr.QualitativeEvaluation(own_code(code, words), own_code(value, value))
