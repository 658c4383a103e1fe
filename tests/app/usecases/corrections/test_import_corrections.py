"""Masks drawn elsewhere become signed corrections of the cases they are named after."""

import unicodedata
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image

from app.domain.ids import ImageId
from app.imaging import png_codec
from app.usecases.cancellation import NeverCancelled
from app.usecases.cases.import_images import import_images
from app.usecases.corrections.import_corrections import (
    ImplausibleMask,
    ImportedCorrections,
    MaskChoices,
    import_corrections,
)
from app.usecases.services import Services
from tests.builders import an_image_file, predict_again, result_of, services_at


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


def taken(
    services: Services, folder: Path, in_doubt: ImplausibleMask = ImplausibleMask.REFUSE
) -> ImportedCorrections:
    choices = MaskChoices(in_doubt=in_doubt)
    return result_of(import_corrections(services, [folder], token=NeverCancelled(), choices=choices))


def stored_mask(services: Services, image_id: ImageId) -> np.ndarray:
    with services.store.reading() as work:
        revision = work.cases.case(image_id).revision
    assert revision is not None
    return png_codec.mask_from_png(services.store.blobs.get(revision.mask))


@pytest.mark.parametrize("name", ["a.png", "a_segmentation.png", "a_mask.png"])
@pytest.mark.parametrize("bright", [255, 1])
def test_a_mask_becomes_a_signed_revision_of_the_image_it_is_named_after(
    services: Services, tmp_path: Path, name: str, bright: int
) -> None:
    image_id, shape = an_imported(services, tmp_path / "in", "a.png", 1)
    drawn = a_mask_file(tmp_path / "masks", name, shape, bright)
    done = taken(services, tmp_path / "masks")
    assert (done.corrected, done.refused) == ((image_id,), ())
    with services.store.reading() as work:
        revision = work.cases.case(image_id).revision
    assert revision is not None
    assert revision.is_signed
    stored = png_codec.mask_from_png(services.store.blobs.get(revision.mask))
    np.testing.assert_array_equal(stored, drawn)


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
    with services.store.reading() as work:
        assert work.cases.case(other).revision is None


def test_two_cases_of_one_name_are_not_guessed_between(services: Services, tmp_path: Path) -> None:
    _, shape = an_imported(services, tmp_path / "one", "a.png", 1)
    an_imported(services, tmp_path / "two", "a.png", 2)
    a_mask_file(tmp_path / "masks", "a.png", shape)
    (refusal,) = taken(services, tmp_path / "masks").refused
    assert "2 cases" in refusal.sentence


def test_a_photograph_is_no_mask(services: Services, tmp_path: Path) -> None:
    an_imported(services, tmp_path / "in", "a.png", 1)
    (refusal,) = taken(services, tmp_path / "in").refused
    assert "two shades" in refusal.sentence


@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.float32])
def test_values_of_0_and_1_are_read_at_any_depth_and_said(
    services: Services, tmp_path: Path, kind: type[np.generic]
) -> None:
    image_id, (height, width) = an_imported(services, tmp_path / "in", "a.png", 1)
    drawn = np.zeros((height, width), bool)
    drawn[5:40, 8:50] = True
    (tmp_path / "masks").mkdir()
    Image.fromarray(drawn.astype(kind)).save(tmp_path / "masks" / "a.tif")
    done = taken(services, tmp_path / "masks")
    np.testing.assert_array_equal(stored_mask(services, image_id), drawn)
    assert [notice.sentence for notice in done.notices] == ["Its values were read as: 0 = skin, 1 = lesion."]


def an_implausible_mask(folder: Path, shape: tuple[int, int], kind: str) -> np.ndarray:
    lesion = np.zeros(shape, bool)
    lesion[shape[0] // 3 : shape[0] // 2, shape[1] // 3 : shape[1] // 2] = True
    mask = {"empty": lesion & ~lesion, "full": lesion | ~lesion, "inverted": ~lesion}[kind]
    folder.mkdir(exist_ok=True)
    Image.fromarray(mask.astype(np.uint8) * 255).save(folder / "a.png")
    return mask


@pytest.mark.parametrize(
    ("kind", "words"),
    [("empty", "marks nothing"), ("full", "marks all of the image"), ("inverted", "may be exchanged")],
)
def test_a_doubtful_mask_is_only_signed_with_a_yes(
    services: Services, tmp_path: Path, kind: str, words: str
) -> None:
    image_id, shape = an_imported(services, tmp_path / "in", "a.png", 1)
    mask = an_implausible_mask(tmp_path / "masks", shape, kind)
    (refusal,) = taken(services, tmp_path / "masks").refused
    assert words in refusal.sentence
    assert "--in-doubt as-marked" in refusal.sentence
    done = taken(services, tmp_path / "masks", ImplausibleMask.AS_MARKED)
    assert words in done.notices[0].sentence
    np.testing.assert_array_equal(stored_mask(services, image_id), mask)


def test_lesion_and_skin_of_an_inverted_mask_are_exchanged_on_demand_only(
    services: Services, tmp_path: Path
) -> None:
    image_id, shape = an_imported(services, tmp_path / "in", "a.png", 1)
    mask = an_implausible_mask(tmp_path / "masks", shape, "inverted")
    taken(services, tmp_path / "masks", ImplausibleMask.EXCHANGE)
    np.testing.assert_array_equal(stored_mask(services, image_id), ~mask)
    an_implausible_mask(tmp_path / "masks", shape, "empty")
    assert taken(services, tmp_path / "masks", ImplausibleMask.EXCHANGE).refused


def test_a_mask_of_what_the_prediction_leaves_out_is_doubted(services: Services, tmp_path: Path) -> None:
    image_id, _ = an_imported(services, tmp_path / "in", "a.png", 1)
    predict_again(services, image_id, NeverCancelled())
    with services.store.reading() as work:
        boundary = work.cases.case(image_id).boundary
    assert boundary is not None
    skin = ~png_codec.mask_from_png(services.store.blobs.get(boundary.mask))
    # Nothing at the frame, so that only the prediction can tell.
    skin[:1], skin[-1:], skin[:, :1], skin[:, -1:] = False, False, False, False
    (tmp_path / "masks").mkdir()
    Image.fromarray(skin.astype(np.uint8) * 255).save(tmp_path / "masks" / "a.png")
    (refusal,) = taken(services, tmp_path / "masks").refused
    assert "the predicted boundary leaves out" in refusal.sentence


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_meet_however_accents_and_capitals_are_written(
    services: Services, tmp_path: Path, form: Literal["NFC", "NFD"]
) -> None:
    other: Literal["NFC", "NFD"] = "NFD" if form == "NFC" else "NFC"
    name = unicodedata.normalize(form, "Müller é.png")
    image_id, shape = an_imported(services, tmp_path / "in", name, 1)
    a_mask_file(tmp_path / "masks", unicodedata.normalize(other, "MÜLLER É_Segmentation.png"), shape)
    assert taken(services, tmp_path / "masks").corrected == (image_id,)


def test_of_different_masks_of_one_image_none_is_taken(services: Services, tmp_path: Path) -> None:
    image_id, shape = an_imported(services, tmp_path / "in", "a.png", 1)
    a_mask_file(tmp_path / "masks", "a_mask.png", shape)
    a_mask_file(tmp_path / "masks", "a_segmentation.png", shape)
    assert taken(services, tmp_path / "masks").corrected == (image_id,)
    Image.fromarray(np.eye(*shape, dtype=np.uint8) * 255).save(tmp_path / "masks" / "a.png")
    done = taken(services, tmp_path / "masks")
    assert done.corrected == ()
    assert {refusal.path.name for refusal in done.refused} == {"a.png", "a_mask.png", "a_segmentation.png"}
    assert "3 different masks" in done.refused[0].sentence


def test_an_image_that_is_itself_called_a_mask_is_found(services: Services, tmp_path: Path) -> None:
    image_id, shape = an_imported(services, tmp_path / "in", "face_mask.png", 1)
    a_mask_file(tmp_path / "masks", "face_mask.png", shape)
    assert taken(services, tmp_path / "masks").corrected == (image_id,)
