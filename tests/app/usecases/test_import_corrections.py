"""Masks drawn elsewhere become signed corrections of the cases they are named after."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.domain.errors import UnreadableFileError
from app.domain.ids import ImageId
from app.usecases.cancelling import NeverCancelled
from app.usecases.import_corrections import ImportedCorrections, import_corrections, mask_of
from app.usecases.import_images import import_images
from app.usecases.ports import Services
from tests.builders import an_image_file, result_of, services_at


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return services_at(tmp_path / "data")


def an_imported(services: Services, folder: Path, name: str, seed: int) -> tuple[ImageId, tuple[int, int]]:
    file = an_image_file(folder, name, seed=seed)
    report = result_of(import_images(services, [file], token=NeverCancelled()))
    with Image.open(file) as image:
        return report.imported[0], (image.height, image.width)


def a_mask_file(folder: Path, name: str, shape: tuple[int, int], bright: int = 255) -> np.ndarray:
    mask = np.zeros(shape, np.uint8)
    mask[2 : shape[0] // 2, 3 : shape[1] // 2] = bright
    folder.mkdir(exist_ok=True)
    Image.fromarray(mask).save(folder / name)
    return mask > 0


def taken(services: Services, folder: Path) -> ImportedCorrections:
    return result_of(import_corrections(services, [folder], token=NeverCancelled()))


@pytest.mark.parametrize("name", ["a.png", "a_segmentation.png", "a_mask.png"])
@pytest.mark.parametrize("bright", [255, 1])
def test_a_mask_becomes_a_signed_revision_of_the_image_it_is_named_after(
    services: Services, tmp_path: Path, name: str, bright: int
) -> None:
    image_id, shape = an_imported(services, tmp_path / "in", "a.png", 1)
    drawn = a_mask_file(tmp_path / "masks", name, shape, bright)
    done = taken(services, tmp_path / "masks")
    assert (done.corrected, done.refused) == ((image_id,), ())
    with services.reading() as work:
        revision = work.cases.case(image_id).revision
    assert revision is not None
    assert revision.is_signed
    np.testing.assert_array_equal(services.images.mask_from_png(services.blobs.get(revision.mask)), drawn)


def test_masks_without_a_case_and_of_another_size_are_refused_and_the_others_go_on(
    services: Services, tmp_path: Path
) -> None:
    image_id, shape = an_imported(services, tmp_path / "in", "b.png", 2)
    a_mask_file(tmp_path / "masks", "a.png", shape)
    a_mask_file(tmp_path / "masks", "b.png", shape)
    other, other_shape = an_imported(services, tmp_path / "in", "c.png", 3)
    a_mask_file(tmp_path / "masks", "c.png", (other_shape[0] + 1, other_shape[1]))
    done = taken(services, tmp_path / "masks")
    assert done.corrected == (image_id,)
    assert [refusal.path.name for refusal in done.refused] == ["a.png", "c.png"]
    assert "No case has an image file called a" in done.refused[0].sentence
    with services.reading() as work:
        assert work.cases.case(other).revision is None


def test_two_cases_of_one_name_are_not_guessed_between(services: Services, tmp_path: Path) -> None:
    _, shape = an_imported(services, tmp_path / "one", "a.png", 1)
    an_imported(services, tmp_path / "two", "a.png", 2)
    a_mask_file(tmp_path / "masks", "a.png", shape)
    (refusal,) = taken(services, tmp_path / "masks").refused
    assert "2 cases" in refusal.sentence


def test_a_photograph_is_no_mask() -> None:
    photograph = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    with pytest.raises(UnreadableFileError, match="two shades"):
        mask_of(photograph)
