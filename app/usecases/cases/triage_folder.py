"""The main job without a window: import, predict, rank, report."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.analysis.need import FIRST_LOOK
from app.domain.case import CaseLine
from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.usecases.analysis.analyse import analyse_images, outstanding
from app.usecases.cancellation import CancelToken
from app.usecases.cases.import_images import FileNotice, Refusal, import_images
from app.usecases.exports.export_cases import export_cases
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.write_report import write_report
from app.usecases.progress import Progress
from app.usecases.services import Services
from app.usecases.skipped_cases import WrittenCases, each_once

TABLE_FORMAT = "csv_table"
MASK_FORMAT = "mask_png"


@dataclass(frozen=True, slots=True)
class TriageReport:
    """What a headless triage did; ``lines`` are ranked, the most urgent first."""

    lines: tuple[CaseLine, ...]
    refused: tuple[Refusal, ...]
    not_scored: tuple[Refusal, ...]
    files: tuple[Path, ...]
    changes: Changes
    notices: tuple[FileNotice, ...] = ()
    kept_apart: tuple[FileNotice, ...] = ()
    """Files whose person contradicts the stored one of the same number."""
    passed_over: int = 0
    """Files of a folder that are no images."""
    described: int = 0
    """Bundled samples for which age and sex were entered from their list."""
    report_by_image: Mapping[ImageId, Path] = field(default_factory=dict)


def triage_folder(
    services: Services,
    paths: Sequence[Path],
    folder: Path,
    *,
    deidentified: bool,
    token: CancelToken,
    merges_patients: bool = False,
) -> Generator[Progress, None, TriageReport]:
    """Import files and folders, predict and score what is new, and write PDF, table and masks to ``folder``.

    Images that are in the store already keep their predictions and are ranked with the others; one whose
    stored files are damaged is named among those not scored, and left out of what is written.
    """
    report = yield from import_images(services, paths, token=token, merges_patients=merges_patients)
    offered = (*report.imported, *report.already_known)
    not_scored = yield from analyse_images(services, _first_looks(services, offered), token)
    written = yield from _written(services, offered, folder, manner=ExportManner(deidentified), token=token)
    with services.store.reading() as work:
        lines = work.cases.lines_of(offered)
    return TriageReport(
        lines=tuple(lines),
        refused=tuple(refusal for refusal in report.refused if refusal.known_as is None),
        not_scored=each_once((*not_scored, *written.left_out)),
        files=written.files,
        changes=report.changes,
        notices=report.notices,
        kept_apart=report.kept_apart,
        passed_over=report.passed_over,
        described=report.described,
        report_by_image=written.report_by_image,
    )


def _first_looks(services: Services, image_ids: Sequence[ImageId]) -> tuple[ImageId, ...]:
    needs_by_image = outstanding(services, image_ids)
    return tuple(image_id for image_id, needs in needs_by_image.items() if needs & FIRST_LOOK)


def _written(
    services: Services,
    image_ids: Sequence[ImageId],
    folder: Path,
    *,
    manner: ExportManner,
    token: CancelToken,
) -> Generator[Progress, None, WrittenCases]:
    """Write reports, and the other forms of those cases that could be reported."""
    written = yield from write_report(services, image_ids, folder, manner=manner, token=token)
    damaged = {refusal.known_as for refusal in written.left_out}
    sound = tuple(image_id for image_id in image_ids if image_id not in damaged)
    for name in _formats(services, sound):
        written += yield from export_cases(services, sound, name, folder, manner=manner, token=token)
    return written


def _formats(services: Services, image_ids: Sequence[ImageId]) -> tuple[str, ...]:
    """Return what is written beside the reports; masks only when some image has one."""
    if not image_ids:
        return ()
    with services.store.reading() as work:
        has_mask = any(work.cases.case(image_id).mask is not None for image_id in image_ids)
    return (TABLE_FORMAT, MASK_FORMAT) if has_mask else (TABLE_FORMAT,)
