"""The main job without a window: import, predict, rank, report."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.case import Case, CaseLine
from app.domain.changes import Changes
from app.domain.errors import DamagedFileError, InferenceError
from app.domain.ids import ImageId
from app.usecases.cancelling import stop_if_cancelled
from app.usecases.export_cases import export_cases
from app.usecases.import_images import Refusal, import_images
from app.usecases.ports import CancelToken, Progress, Services
from app.usecases.predict_image import predict_image
from app.usecases.write_report import write_report

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


def triage_folder(
    services: Services,
    paths: Sequence[Path],
    folder: Path,
    *,
    deidentified: bool,
    token: CancelToken,
) -> Generator[Progress, None, TriageReport]:
    """Import files and folders, predict and score what is new, and write PDF, table and masks to ``folder``.

    Images that are in the store already keep their predictions and are ranked with the others; one whose
    stored files are damaged is named among those not scored, and left out of what is written.
    """
    report = yield from import_images(services, paths, token=token)
    offered = (*report.imported, *report.already_known)
    image_ids, damaged = _sound(services, offered)
    not_scored = yield from _predict_missing(services, image_ids, token)
    files: list[Path] = []
    if image_ids:
        files += yield from write_report(services, image_ids, folder, deidentified=deidentified, token=token)
        for name in _formats(services, image_ids):
            files += yield from export_cases(
                services, image_ids, name, folder, deidentified=deidentified, token=token
            )
    with services.reading() as work:
        lines = work.cases.lines_of(offered)
    return TriageReport(
        lines=tuple(lines),
        refused=tuple(refusal for refusal in report.refused if refusal.known_as is None),
        not_scored=(*damaged, *not_scored),
        files=tuple(files),
        changes=report.changes,
    )


def _formats(services: Services, image_ids: Sequence[ImageId]) -> tuple[str, ...]:
    """Return what is written beside the reports; masks only when some image has one."""
    with services.reading() as work:
        has_mask = any(work.cases.case(image_id).mask is not None for image_id in image_ids)
    return (TABLE_FORMAT, MASK_FORMAT) if has_mask else (TABLE_FORMAT,)


def _sound(
    services: Services, image_ids: Sequence[ImageId]
) -> tuple[tuple[ImageId, ...], tuple[Refusal, ...]]:
    """Return the images whose stored files can be read, and why the others cannot."""
    sound: list[ImageId] = []
    damaged: list[Refusal] = []
    for image_id in image_ids:
        with services.reading() as work:
            case = work.cases.case(image_id)
        try:
            _check_files(services, case)
        except DamagedFileError as error:
            damaged.append(Refusal(Path(case.image.file_name), str(error)))
        else:
            sound.append(image_id)
    return tuple(sound), tuple(damaged)


def _check_files(services: Services, case: Case) -> None:
    probability = case.boundary.probability if case.boundary else None
    for name in (case.image.upright, case.mask, probability):
        if name is not None:
            services.blobs.get(name)


def _predict_missing(
    services: Services, image_ids: Sequence[ImageId], token: CancelToken
) -> Generator[Progress, None, tuple[Refusal, ...]]:
    failed: list[Refusal] = []
    for number, image_id in enumerate(image_ids):
        with services.reading() as work:
            case = work.cases.case(image_id)
        yield Progress(number, len(image_ids), case.image.file_name)
        stop_if_cancelled(token)
        if case.is_score_current:
            continue
        try:
            predict_image(services, image_id, token)
        except InferenceError as error:
            failed.append(Refusal(Path(case.image.file_name), str(error)))
    return tuple(failed)
