"""Takes the bundled sample images into the case store, with what is known about them."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from app.domain.errors import UnreadableFileError
from app.translation import _
from app.usecases.cancellation import CancelToken
from app.usecases.cases.describe_samples import LIST_NAME, describe_samples, listed_samples
from app.usecases.cases.import_images import ImportReport, import_images
from app.usecases.progress import Progress
from app.usecases.services import Services


def import_samples(
    services: Services, folder: Path, *, token: CancelToken
) -> Generator[Progress, None, ImportReport]:
    """Import the images that ``samples.csv`` in ``folder`` lists, and enter title, age and sex."""
    try:
        rows = listed_samples(folder / LIST_NAME)
    except UnreadableFileError as error:
        raise UnreadableFileError(
            _("The list of sample images cannot be read; install Naevus again.")
        ) from error
    report = yield from import_images(services, [folder / row["file"] for row in rows], token=token)
    return replace(report, described=describe_samples(services, rows, report.imported))
