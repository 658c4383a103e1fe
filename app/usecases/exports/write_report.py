"""Writes a report for each case."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

from app.domain.errors import DamagedFileError, InferenceError
from app.domain.ids import ImageId
from app.translation import _
from app.usecases.cancellation import CancelToken, stop_if_cancelled
from app.usecases.exports.export_cases import case_file, exporter_named, in_words, note_export
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import Writing
from app.usecases.exports.letterhead import read_letterhead
from app.usecases.exports.report_layout import REPORT_FORMAT, ReportForm
from app.usecases.progress import Progress
from app.usecases.services import Services
from app.usecases.skipped_cases import WrittenCases, check_files, left_out


def write_report(
    services: Services,
    image_ids: Sequence[ImageId],
    folder: Path,
    *,
    manner: ExportManner,
    token: CancelToken,
    format_name: str = REPORT_FORMAT,
) -> Generator[Progress, None, WrittenCases]:
    """Write one report per case, under the clinic's letterhead; the long form has the first overlay.

    Cases with damaged files are left out. Cancelling keeps the reports that were written before.
    """
    exporter = exporter_named(services, format_name)
    manner = replace(manner, letterhead=read_letterhead(services.store.folder))
    overlay = _first_overlay(services) if manner.form is ReportForm.LONG else None
    written = WrittenCases()
    for number, image_id in enumerate(image_ids):
        yield Progress(number, len(image_ids), _("Writing reports"))
        stop_if_cancelled(token)
        try:
            case = case_file(services, image_id, token, overlay=overlay)
            check_files(services, case.case)
        except DamagedFileError as error:
            written += WrittenCases(left_out=(left_out(services, image_id, error),))
            continue
        with services.store.exporting(folder):
            files = _files_of(exporter.write([case], folder, replace(manner, first_number=number + 1)))
        written += WrittenCases(tuple(files), report_by_image={image_id: files[0]} if files else {})
        note_export(services, [image_id], exporter, in_words(manner))
    yield Progress(len(image_ids), len(image_ids), _("Writing reports"))
    return written


def _files_of(writing: Writing) -> list[Path]:
    while True:
        try:
            next(writing)
        except StopIteration as end:
            files: list[Path] = end.value
            return files


def _first_overlay(services: Services) -> str | None:
    try:
        return next(iter(services.predictor.overlay_names()), None)
    except InferenceError:
        return None
