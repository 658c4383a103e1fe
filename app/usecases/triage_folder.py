"""The main job without a window: import, predict, rank, report."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.case import CaseLine
from app.domain.changes import Changes
from app.domain.errors import InferenceError
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

    Images that are in the store already keep their predictions and are ranked with the others.
    """
    report = yield from import_images(services, paths, token=token)
    image_ids = (*report.imported, *report.already_known)
    not_scored = yield from _predict_missing(services, image_ids, token)
    files: list[Path] = []
    if image_ids:
        files += yield from write_report(services, image_ids, folder, deidentified=deidentified, token=token)
        for name in _formats(services, image_ids):
            files += yield from export_cases(
                services, image_ids, name, folder, deidentified=deidentified, token=token
            )
    with services.reading() as work:
        lines = work.cases.lines_of(image_ids)
    return TriageReport(
        lines=tuple(lines),
        refused=tuple(refusal for refusal in report.refused if refusal.known_as is None),
        not_scored=not_scored,
        files=tuple(files),
        changes=report.changes,
    )


def _formats(services: Services, image_ids: Sequence[ImageId]) -> tuple[str, ...]:
    """Return what is written beside the reports; masks only when some image has one."""
    with services.reading() as work:
        has_mask = any(work.cases.case(image_id).mask is not None for image_id in image_ids)
    return (TABLE_FORMAT, MASK_FORMAT) if has_mask else (TABLE_FORMAT,)


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
