"""Writes cases to files: reports, tables, masks."""

import hashlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from app.domain.audit import AuditEvent, AuditKind
from app.domain.case import Case
from app.domain.errors import DamagedFileError, ExportError, InferenceError
from app.domain.ids import ImageId
from app.translation import _
from app.usecases.analysis.compare_scores import case_trail
from app.usecases.analysis.explain_score import explain_score
from app.usecases.analysis.model_summaries import model_summaries
from app.usecases.cancellation import CancelToken, stop_if_cancelled
from app.usecases.cases.import_images import Refusal
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Exporter
from app.usecases.exports.letterhead import read_letterhead
from app.usecases.exports.report_layout import DICOM_FORMATS, REPORT_FORMATS
from app.usecases.followup.compare_visits import compare_with_visit_before
from app.usecases.progress import Progress
from app.usecases.services import Services
from app.usecases.skipped_cases import WrittenCases, check_files, left_out
from models.contract.arrays import AttentionMap, BoolMask

KEY_FOLDER = "export_keys"
"""In the data folder: which file of a de-identified export is whose."""

_READ_AT_ONCE = 50


class CaseFiles:
    """Cases one after the other, without those whose stored files are damaged; each is let go of again."""

    def __init__(
        self, services: Services, image_ids: Sequence[ImageId], token: CancelToken, overlay: str | None = None
    ) -> None:
        self._services = services
        self._image_ids = tuple(image_ids)
        self._token = token
        self._overlay = overlay
        self._damaged: dict[ImageId, Refusal] = {}

    def __iter__(self) -> Iterator[CaseFile]:
        """Read one case after the other; raises CancelledError when the person asked to stop."""
        for case in self._cases():
            stop_if_cancelled(self._token)
            try:
                check_files(self._services, case)
            except DamagedFileError as error:
                self._damaged[case.image.id] = left_out(self._services, case.image.id, error)
                continue
            yield file_of(self._services, case, self._token, overlay=self._overlay)

    def _cases(self) -> Iterator[Case]:
        """Read a few cases at once, which takes hardly longer than one; damaged ones are left out."""
        for start in range(0, len(self._image_ids), _READ_AT_ONCE):
            some = self._image_ids[start : start + _READ_AT_ONCE]
            with self._services.store.reading() as work:
                cases = work.cases.cases([one for one in some if one not in self._damaged])
            yield from cases

    @property
    def left_out(self) -> tuple[Refusal, ...]:
        """Return the cases that were met and have damaged files."""
        return tuple(self._damaged.values())

    @property
    def sound(self) -> tuple[ImageId, ...]:
        """Return the other ones."""
        return tuple(image_id for image_id in self._image_ids if image_id not in self._damaged)

    def is_any_sound(self) -> bool:
        """Say whether a case can be read; those before the first one are looked at."""
        return not self._image_ids or next(iter(self), None) is not None


def case_file(services: Services, image_id: ImageId, token: CancelToken, *, overlay: str | None) -> CaseFile:
    """Return a case with what can be read of it, and with one attention overlay when its name is given.

    A machine on which no engine can explain the score gives the case without the overlay.
    """
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    return file_of(services, case, token, overlay=overlay)


def file_of(services: Services, case: Case, token: CancelToken, *, overlay: str | None) -> CaseFile:
    """Return a case that was read with what else can be read of it."""
    wanted = None if case.score is None or case.is_score_withheld else overlay
    arrays, boundary = services.arrays, case.boundary
    return CaseFile(
        case=case,
        read_pixels=lambda: arrays.pixels(case.image),
        read_mask=lambda: arrays.valid_mask(case),
        read_other_masks=lambda: tuple(arrays.mask(lesion.mask) for lesion in case.lesions.drawn),
        read_probability=lambda: arrays.probability(boundary.probability) if boundary else None,
        read_overlays=lambda: _overlays(services, case.image.id, wanted, token),
        read_audit=lambda: _trail(services, case),
        read_models=lambda: model_summaries(services, case),
        measure=lambda: arrays.measured(case.image, arrays.valid_mask(case)),
        read_follow_up=lambda: compare_with_visit_before(services, case, token),
        read_predicted=lambda: _changed_prediction(services, case),
        measure_predicted=lambda: arrays.measured(case.image, _changed_prediction(services, case)),
        weigh_original=lambda: services.store.blobs.path(case.image.original).stat().st_size,
    )


def _changed_prediction(services: Services, case: Case) -> BoolMask | None:
    """Return the newest predicted mask, when it is another one of the same lesion than the valid mask."""
    if case.boundary is None or case.mask == case.boundary.mask or not case.is_of_predicted_lesion:
        return None
    return services.arrays.mask(case.boundary.mask)


def _trail(services: Services, case: Case) -> tuple[AuditEvent, ...]:
    with services.store.reading() as work:
        return case_trail(work, case)


def _overlays(
    services: Services, image_id: ImageId, name: str | None, token: CancelToken
) -> dict[str, AttentionMap]:
    if name is None:
        return {}
    try:
        return {name: explain_score(services, image_id, name, token).map}
    except InferenceError:
        return {}


def export_cases(
    services: Services,
    image_ids: Sequence[ImageId],
    format_name: str,
    folder: Path,
    *,
    manner: ExportManner,
    token: CancelToken,
) -> Generator[Progress, None, WrittenCases]:
    """Write cases in one of the formats of ``services.exporters``.

    Cases with damaged files are left out; nothing is written when no other case was asked for. What was
    stopped goes on where it stopped when the same cases are written in the same manner again.
    """
    exporter, count = exporter_named(services, format_name), len(image_ids)
    yield Progress(0, count, exporter.label)
    cases = CaseFiles(services, image_ids, token, manner.overlay)
    if not cases.is_any_sound():
        return WrittenCases(left_out=cases.left_out)
    if format_name in (*REPORT_FORMATS, *DICOM_FORMATS):
        manner = replace(manner, letterhead=read_letterhead(services.store.folder))
    with services.store.exporting(folder):
        writing = exporter.write(cases, folder, _kept_apart(services, manner, image_ids))
        done = 0
        try:
            while True:
                done = next(writing)
                yield Progress(done, count, exporter.label)
        except StopIteration as end:
            files = tuple(end.value)
        except BaseException:
            # Ctrl+C and a job that is given up leave files, too.
            if exporter.keeps_what_was_stopped:
                note_export(services, cases.sound[:done], exporter, f"{in_words(manner)}, stopped")
            raise
    note_export(services, cases.sound, exporter, in_words(manner))
    yield Progress(count, count, exporter.label)
    return WrittenCases(files, cases.left_out)


def in_words(manner: ExportManner) -> str:
    """Return what the audit trail says of a manner; stored, so never translated."""
    return "de-identified" if manner.deidentified else "with identity"


def key_folder(services: Services) -> Path:
    """Return where it is kept which file of a de-identified export is whose."""
    return services.store.folder / KEY_FOLDER


def _kept_apart(services: Services, manner: ExportManner, image_ids: Sequence[ImageId]) -> ExportManner:
    """Return the manner with what is to be known of the selection, and the place where its key stays."""
    selection = hashlib.sha256("\n".join(image_ids).encode()).hexdigest()
    with services.store.reading() as work:
        has_other_lesions = work.cases.has_other_lesions(image_ids)
    return replace(
        manner,
        selection_sha256=selection,
        key_folder=key_folder(services),
        has_other_lesions=has_other_lesions,
    )


def exporter_named(services: Services, name: str) -> Exporter:
    """Return an exporter by its name."""
    for exporter in services.exporters:
        if exporter.name == name:
            return exporter
    known = ", ".join(exporter.name for exporter in services.exporters)
    raise ExportError(
        _("There is no export format “{name}”; there are: {known}.").format(name=name, known=known)
    )


def note_export(
    services: Services, image_ids: Sequence[ImageId], exporter: Exporter, manner_words: str
) -> None:
    """Write into the audit trail which cases left the store, and whether they can be recognised."""
    with services.store.writing() as work:
        for image_id in image_ids:
            detail = f"{exporter.name}, {manner_words}"
            work.audit.append(services.user, AuditKind.CASE_EXPORTED, image_id, detail)
        work.commit()
