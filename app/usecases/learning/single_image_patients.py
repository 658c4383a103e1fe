"""Says where photographs of one person may be stored as several patients, who come to different subsets."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.translation import _
from app.usecases.learning.training_examples import TrainingExample
from training.contract.snapshot import Subset

if TYPE_CHECKING:
    from app.domain.ids import PatientId

_DICOM = "application/dicom"
"""Its header names the patient; every other file becomes a patient of its own."""


def about_single_images(placed: Iterable[tuple[TrainingExample, Subset | None]]) -> str:
    """Return a warning when most patients that are taken have a single image, from a plain file; "" else."""
    types: dict[PatientId, list[str]] = defaultdict(list)
    for example, subset in placed:
        if subset is not None:
            types[example.case.patient.id].append(example.case.image.media_type)
    alone = sum(len(each) == 1 and each[0] != _DICOM for each in types.values())
    if alone < 2 or 2 * alone <= len(types):
        return ""
    return _(
        "{alone} patients have one image each. Photographs of one person must belong to one "
        "patient: put such records together before freezing."
    ).format(alone=alone)
