"""Outlines of other programs find their cases, fit their images, and are taken as the person chooses."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.domain.ids import ImageId
from app.imaging import png_codec
from app.usecases.cancellation import NeverCancelled
from app.usecases.cases.import_images import import_images
from app.usecases.corrections.import_corrections import (
    AS_CORRECTIONS,
    ImportedCorrections,
    MaskChoices,
    MaskUse,
    import_corrections,
)
from app.usecases.learning.training_examples import training_example_of
from app.usecases.services import Services
from tests.app.importers.masks.outline_files import (
    CVAT_POLYGON,
    SQUARE,
    YOLO,
    coco,
    cvat,
    labelme,
    square,
    written,
)
from tests.builders import an_image_file, result_of

FLAT = [float(number) for point in SQUARE for number in point]


def an_image(services: Services, folder: Path, name: str = "a.png", seed: int = 1) -> ImageId:
    file = an_image_file(folder, name, seed=seed)
    return result_of(import_images(services, [file], token=NeverCancelled())).imported[0]


def taken(
    services: Services, *paths: Path, choices: MaskChoices = AS_CORRECTIONS, is_trial: bool = False
) -> ImportedCorrections:
    job = import_corrections(services, paths, token=NeverCancelled(), choices=choices, is_trial=is_trial)
    return result_of(job)


def sentences(done: ImportedCorrections) -> list[str]:
    return [refusal.sentence for refusal in done.refused]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("coco.json", coco([FLAT], name="images/a.png")),
        ("a.json", labelme([{"shape_type": "polygon", "points": SQUARE}], name="..\\images\\a.png")),
        ("annotations.xml", cvat(CVAT_POLYGON)),
        ("a.txt", YOLO),
    ],
)
def test_outlines_become_a_signed_revision_of_their_image(
    services: Services, tmp_path: Path, name: str, content: object
) -> None:
    image_id = an_image(services, tmp_path / "in")

    done = taken(services, written(tmp_path / "masks", name, content))

    assert (done.corrected, done.refused, done.changes.images) == ((image_id,), (), {image_id})
    with services.store.reading() as work:
        revision = work.cases.case(image_id).revision
    assert revision is not None
    assert revision.is_signed
    np.testing.assert_array_equal(png_codec.mask_from_png(services.store.blobs.get(revision.mask)), square())


def test_a_trial_says_what_would_be_taken_and_takes_nothing(services: Services, tmp_path: Path) -> None:
    image_id = an_image(services, tmp_path / "in")
    path = written(tmp_path, "coco.json", coco([FLAT]))

    done = taken(services, path, is_trial=True)

    assert [(one.image_id, one.image_file) for one in done.taken] == [(image_id, "a.png")]
    with services.store.reading() as work:
        assert work.cases.case(image_id).revisions == ()


def test_a_starting_point_is_unsigned_until_a_person_confirms_it(services: Services, tmp_path: Path) -> None:
    image_id = an_image(services, tmp_path / "in")

    taken(
        services,
        written(tmp_path, "coco.json", coco([FLAT])),
        choices=MaskChoices(use=MaskUse.STARTING_POINT),
    )

    with services.store.reading() as work:
        case = work.cases.case(image_id)
        (line,) = work.cases.lines_of([image_id])
    assert (case.is_corrected, case.status, line.status) == (False, "new", "new")
    assert case.mask is not None
    example = training_example_of(case, "segmentation", services.vocabulary, any_confirmation=True)
    assert not example.has_correction

    taken(services, tmp_path / "coco.json")
    with services.store.reading() as work:
        signed = work.cases.case(image_id)
    assert (signed.is_corrected, signed.status) == (True, "corrected")


def test_what_does_not_match_is_refused_with_the_reason(services: Services, tmp_path: Path) -> None:
    an_image(services, tmp_path / "one", "a.png", seed=1)
    an_image(services, tmp_path / "two", "a.png", seed=2)
    an_image(services, tmp_path / "in", "b.png", seed=3)
    folder = tmp_path / "masks"
    written(folder, "1.json", coco([FLAT], name="a.png"))
    written(folder, "2.json", coco([FLAT], name="nowhere.png"))
    written(folder, "3.json", coco([FLAT], name="b.png", size=(128, 96)))
    written(folder, "4.json", coco([FLAT], name="b.png", size=(48, 60)))
    written(folder, "5.json", coco([[1, 2, 3, 4]], name="b.png"))
    written(folder, "6.json", coco([[300, 2, 310, 4, 320, 80]], name="b.png"))

    done = taken(services, folder)

    assert done.taken == ()
    assert sentences(done) == [
        "2 cases have an image file called a.png; correct them one by one.",
        "No case has an image file called nowhere.png.",
        "The mask has 96 x 128 px, but the image has 128 x 96 px: it was drawn on the image lying on its "
        "side.",
        "The mask has 60 x 48 px, but the image has 128 x 96 px, which has other proportions.",
        "b.png: An outline of 2 points encloses nothing.",
        "The outline reaches 192 px beyond the image.",
    ]


def test_a_mask_of_the_same_proportions_is_scaled_only_on_request(services: Services, tmp_path: Path) -> None:
    image_id = an_image(services, tmp_path / "in")
    small = Image.fromarray(square()[::2, ::2].astype(np.uint8) * 255)
    (tmp_path / "masks").mkdir()
    small.save(tmp_path / "masks" / "a_mask.png")

    assert "can be scaled (--scale)" in sentences(taken(services, tmp_path / "masks"))[0]
    done = taken(services, tmp_path / "masks", choices=MaskChoices(scales=True))

    assert [notice.sentence for notice in done.notices] == [
        "It was brought from 64 x 48 px to the size of the image."
    ]
    with services.store.reading() as work:
        name = work.cases.case(image_id).mask
    assert name is not None
    np.testing.assert_array_equal(png_codec.mask_from_png(services.store.blobs.get(name)), square())


def test_images_beside_their_outlines_are_not_taken_for_masks(services: Services, tmp_path: Path) -> None:
    an_image(services, tmp_path / "in")
    written(tmp_path / "in", "a.json", labelme([{"shape_type": "polygon", "points": SQUARE}]))

    done = taken(services, tmp_path / "in")

    assert (len(done.taken), done.refused) == (1, ())


def test_a_label_is_chosen_where_shapes_have_several(services: Services, tmp_path: Path) -> None:
    an_image(services, tmp_path / "in")
    shapes = [
        {"shape_type": "polygon", "points": SQUARE},
        {"shape_type": "polygon", "points": [[90, 5], [100, 5], [100, 15]], "label": "hair"},
    ]
    path = written(tmp_path, "a.json", labelme(shapes))

    assert "several labels (lesion, hair)" in sentences(taken(services, path))[0]
    assert len(taken(services, path, choices=MaskChoices(label="lesion")).taken) == 1


def test_two_programs_that_drew_different_things_are_both_refused(services: Services, tmp_path: Path) -> None:
    an_image(services, tmp_path / "in")
    written(tmp_path / "masks", "a.json", labelme([{"shape_type": "polygon", "points": SQUARE[:3]}]))
    written(tmp_path / "masks", "b.xml", cvat(CVAT_POLYGON))

    done = taken(services, tmp_path / "masks")

    assert done.taken == ()
    assert all("2 different masks are named after one image" in sentence for sentence in sentences(done))


def test_a_damaged_file_does_not_hold_up_the_others(services: Services, tmp_path: Path) -> None:
    an_image(services, tmp_path / "in")
    written(tmp_path / "masks", "a.json", labelme([{"shape_type": "polygon", "points": SQUARE}]))
    written(tmp_path / "masks", "b.json", '{"images": [')

    done = taken(services, tmp_path / "masks")

    assert (len(done.taken), sentences(done)) == (1, ["The file is no JSON that can be read (line 1)."])


def test_a_mask_of_ph2_is_found_by_its_ending(services: Services, tmp_path: Path) -> None:
    an_image(services, tmp_path / "in", "IMD003.png")
    (tmp_path / "masks").mkdir()
    Image.fromarray(square().astype(np.uint8) * 255).save(tmp_path / "masks" / "IMD003_lesion.bmp")

    assert len(taken(services, tmp_path / "masks").taken) == 1
