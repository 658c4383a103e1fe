"""Cases are found by the names of their files, and never by half of a name."""

from pathlib import Path

import pytest

from app.usecases.cancellation import NeverCancelled
from app.usecases.cases.case_names import CaseNames
from app.usecases.cases.import_images import import_images
from app.usecases.services import Services
from tests.builders import an_image_file, result_of


def names_of(services: Services, folder: Path, name: str) -> CaseNames:
    file = an_image_file(folder, "x.png")
    result_of(import_images(services, [file.rename(folder / name)], token=NeverCancelled()))
    return CaseNames(services)


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        ("a.png", "a"),
        ("a.png", "A.JPG"),
        ("a.png", "images\\a.jpeg"),
        ("1.2.840.7", "1.2.840.7"),
        ("1.2.840.7", "1.2.840.7.dcm"),
        ("1.2.840.7.png", "1.2.840.7"),
    ],
)
def test_a_case_is_found_with_and_without_the_ending_of_its_file(
    services: Services, tmp_path: Path, stored: str, wanted: str
) -> None:
    assert len(names_of(services, tmp_path, stored).of_file(wanted)) == 1


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        ("1.2.840.7", "1.2.840.9"),
        ("1.2.840.7", "1.2.840"),
        ("lesion.png", "lesion.2"),
        ("lesion.2.png", "lesion"),
    ],
)
def test_what_follows_a_point_tells_names_apart(
    services: Services, tmp_path: Path, stored: str, wanted: str
) -> None:
    names = names_of(services, tmp_path, stored)

    assert names.of_file(wanted) == ()
    assert names.of_stem(wanted) == ()
