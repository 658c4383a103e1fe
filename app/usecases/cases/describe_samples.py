"""Enters what the list beside the bundled sample images knows; an image is recognised by its bytes."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from app.domain.audit import AuditKind
from app.domain.case import Case
from app.domain.case_fields import age_years, choice
from app.domain.errors import InvalidFieldError, UnreadableFileError
from app.domain.ids import ImageId
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.services import Services

LIST_NAME = "samples.csv"
"""Columns file, sha256, title, age and sex; others are for the reader."""

Row = Mapping[str, str]

_COLUMNS = frozenset({"file", "sha256", "title", "age", "sex"})


def listed_samples(path: Path) -> tuple[Row, ...]:
    """Return the rows of a list of samples; raises UnreadableFileError when the file is no such list."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            table = csv.DictReader(stream)
            if not _COLUMNS.issubset(table.fieldnames or ()):
                raise UnreadableFileError(_("The file is no list of sample images."))
            return tuple(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFileError(_("The list of sample images cannot be read.")) from error


def describe_samples(services: Services, rows: Iterable[Row], image_ids: Iterable[ImageId]) -> int:
    """Enter title, age and sex of those images whose bytes are listed, and return how many they are.

    Their patients get codes that begin with SAMPLE, so that nobody takes them for their own. A row with
    values that are not permitted is left alone.
    """
    row_by_hash = {row["sha256"]: row for row in rows}
    described = 0
    for image_id in image_ids if row_by_hash else ():
        with services.store.writing() as work:
            case = work.cases.case(image_id)
            row = row_by_hash.get(case.image.original)
            if row is None or not _entered(services, work, case, row):
                continue
            work.cases.mark_as_sample(image_id)
            work.audit.append(services.user, AuditKind.SAMPLE_DESCRIBED, image_id)
            work.commit()
            described += 1
    return described


def _entered(services: Services, work: UnitOfWork, case: Case, row: Row) -> bool:
    try:
        sex, age = choice("sex", row["sex"], services.vocabulary.sexes), age_years(row["age"])
    except InvalidFieldError:
        return False
    code = f"SAMPLE {Path(row['file']).stem}"
    work.cases.update_patient(replace(case.patient, code=code, sex=sex))
    work.cases.update_lesion(replace(case.lesion, label=row["title"]))
    work.cases.update_visit(replace(case.visit, age_years=age))
    return True
