"""Takes the bundled sample images into the case store, with what is known about them."""

import csv
from collections.abc import Generator, Mapping
from dataclasses import replace
from pathlib import Path

from app.domain.case_fields import age_years, choice
from app.domain.errors import UnreadableFileError
from app.domain.ids import ImageId
from app.usecases.import_images import ImportReport, import_images
from app.usecases.ports import CancelToken, Progress, Services

LIST_NAME = "samples.csv"
"""Columns file, title, age and sex; others are for the reader."""

DESCRIBED = "sample described"
"""The act in the audit trail by which a case is known to be a sample, whatever its patient is called now."""


def import_samples(
    services: Services, folder: Path, *, token: CancelToken
) -> Generator[Progress, None, ImportReport]:
    """Import the images that ``samples.csv`` in ``folder`` lists, and enter title, age and sex.

    Patients get codes that begin with SAMPLE, so that nobody takes them for their own.
    """
    rows = _rows(folder / LIST_NAME)
    report = yield from import_images(services, [folder / name for name in rows], token=token)
    for image_id in report.imported:
        _describe(services, image_id, rows)
    return report


def _rows(path: Path) -> dict[str, dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return {row["file"]: row for row in csv.DictReader(stream)}
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFileError(
            "The list of sample images cannot be read; install Naevus again."
        ) from error


def _describe(services: Services, image_id: ImageId, rows: Mapping[str, Mapping[str, str]]) -> None:
    with services.unit_of_work() as work:
        case = work.cases.case(image_id)
        row = rows[case.image.file_name]
        sex = choice("sex", row["sex"], services.vocabulary.sexes)
        code = f"SAMPLE {Path(row['file']).stem}"
        work.cases.update_patient(replace(case.patient, code=code, sex=sex))
        work.cases.update_lesion(replace(case.lesion, label=row["title"]))
        work.cases.update_visit(replace(case.visit, age_years=age_years(row["age"])))
        work.audit.append(services.user, DESCRIBED, image_id)
        work.commit()
