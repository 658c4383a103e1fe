"""A folder with one file of the same kind for each case that has what the kind shows."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from app.domain.case import Case
from app.exporters.begun_folder import begun_folder
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing
from models.contract.arrays import BoolMask


def write_file_per_case(
    cases: Iterable[CaseFile],
    folder: Path,
    manner: ExportManner,
    *,
    name: str,
    ending: str,
    is_shown: Callable[[Case], bool],
    encode: Callable[[CaseFile], bytes],
) -> Writing:
    """Write a new folder with one file, ``<case><ending>``, for each case that ``is_shown``."""
    with begun_folder(folder, name, manner) as begun:
        for done, file in enumerate(cases, start=1):
            stem = begun.stems.next_stem(file.case)
            if is_shown(file.case):
                begun.put(file.case, f"{stem}{ending}", partial(encode, file))
            yield done
    return begun.files


def write_masks(
    cases: Iterable[CaseFile],
    folder: Path,
    manner: ExportManner,
    *,
    name: str,
    ending: str,
    encode: Callable[[BoolMask], bytes],
) -> Writing:
    """Write a new folder with one file for the valid mask, (H, W) bool, of each case that has one."""
    return write_file_per_case(
        cases,
        folder,
        manner,
        name=name,
        ending=ending,
        is_shown=has_mask,
        encode=lambda file: encode(file.lesion_pixels),
    )


def has_mask(case: Case) -> bool:
    """Say whether a case has a valid mask."""
    return case.mask is not None


def has_lesions(case: Case) -> bool:
    """Say whether a case has a valid mask, or other lesions."""
    return has_mask(case) or bool(case.lesions.drawn)


def has_predicted_boundary(case: Case) -> bool:
    """Say whether a boundary was predicted."""
    return case.boundary is not None
