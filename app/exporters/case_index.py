"""The index of an export, a line for each file, and its key, which says whose the files are."""

from app.domain.case import Case
from app.domain.other_lesions import OtherLesion
from app.exporters.csv_cells import Cell
from app.exporters.deidentification import disclosed_case

INDEX_NAME = "index.csv"
OTHER_LESION = "other lesion"
"""What files call a lesion of the image that is not the one of interest."""

_DISCLOSED = (
    "file",
    "image_id",
    "patient_id",
    "lesion_id",
    "mask_origin",
    "mask_revision",
    "mask_author",
    "boundary_model",
    "boundary_model_version",
    "boundary_weights_sha256",
)
_IDENTIFYING = ("original_name", "original_sha256")
KEY_COLUMNS = (
    "file",
    "image_pseudonym",
    "image_id",
    "original_name",
    "original_sha256",
    "patient_code",
    "patient_name",
    "lesion_label",
    "visited_on",
)


def index_columns(*, deidentified: bool) -> tuple[str, ...]:
    """Return the columns of the index.

    Name and hash of the original are in the key of a de-identified export instead: who has the original could
    find the patient by either.
    """
    return _DISCLOSED if deidentified else _DISCLOSED + _IDENTIFYING


def index_row(
    case: Case, file: str, *, deidentified: bool, lesion: OtherLesion | None = None
) -> dict[str, Cell]:
    """Return what the index says of a file; ``lesion`` is that of a mask which is not the valid one."""
    disclosed = disclosed_case(case, deidentified=deidentified)
    revision, model = case.revision, case.boundary.model if case.boundary else None
    row: dict[str, Cell] = {
        "file": file,
        "image_id": disclosed.image_code,
        "patient_id": disclosed.patient_code,
        "lesion_id": disclosed.lesion_code,
        "mask_origin": mask_origin(case),
        "mask_revision": revision.number if revision else None,
        "mask_author": disclosed.who(revision.author) if revision else None,
        "boundary_model": model.name if model else None,
        "boundary_model_version": model.version if model else None,
        "boundary_weights_sha256": model.weights_sha256 if model else None,
        "original_name": disclosed.file_name,
        "original_sha256": None if deidentified else case.image.original,
    }
    if lesion is None:
        return row
    author = disclosed.who(lesion.author)
    return row | {"mask_origin": OTHER_LESION, "mask_revision": None, "mask_author": author}


def key_row(case: Case, file: str) -> dict[str, Cell]:
    """Return whose a de-identified file is."""
    hidden, known = (disclosed_case(case, deidentified=hides) for hides in (True, False))
    return {
        "file": file,
        "image_pseudonym": hidden.image_code,
        "image_id": known.image_code,
        "original_name": known.file_name,
        "original_sha256": case.image.original,
        "patient_code": known.patient_code,
        "patient_name": known.entered["patient_name"],
        "lesion_label": known.entered["lesion_label"],
        "visited_on": known.entered["visited_on"],
    }


def mask_origin(case: Case) -> str | None:
    """Return who the valid mask is from, or None without one.

    It is 'confirmed', 'corrected', 'predicted', or 'starting point' where it was drawn and nobody signed it.
    """
    if case.mask is None:
        return None
    if case.is_corrected:
        return "confirmed" if case.is_confirmed else "corrected"
    is_predicted = any(boundary.mask == case.mask for boundary in case.boundaries)
    return "predicted" if is_predicted else "starting point"
