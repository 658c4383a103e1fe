"""Outlines of other programs become the pixels that these programs mean, or are refused in a sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_tools

from app.domain.errors import InvalidFieldError, UnreadableFileError
from app.exporters.annotation.run_lengths import run_lengths as our_run_lengths
from app.importers.masks.drawn_image import DrawnImages
from app.importers.masks.outline_file import read_outlines
from app.importers.masks.run_lengths import uncompressed
from models.contract.arrays import BoolMask
from tests.app.importers.masks.outline_files import (
    CVAT_POLYGON,
    SQUARE,
    YOLO,
    coco,
    cvat,
    labelme,
    labelme_mask,
    square,
    written,
)
from tests.builders import a_mask

SIZE = (96, 128)
FLAT = [float(number) for point in SQUARE for number in point]


def read(path: Path) -> DrawnImages:
    found = read_outlines(path)
    assert found is not None
    return found


def drawn_in(path: Path, size: tuple[int, int] = SIZE) -> BoolMask:
    (image,) = read(path).images
    return image.mask_at(size)


def runs_of_tools(mask: BoolMask) -> dict[str, Any]:
    """COCO's compressed run lengths as its own tools write them into JSON."""
    runs = coco_tools.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": list(runs["size"]), "counts": runs["counts"].decode()}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.json", coco([FLAT])),
        ("c.json", coco(runs_of_tools(square()))),
        ("c.json", coco({"size": list(SIZE), "counts": our_run_lengths(square().T)})),
        ("a.json", labelme([{"shape_type": "polygon", "points": SQUARE}])),
        ("a.json", labelme([{"shape_type": "rectangle", "points": [[10, 20], [40, 60]]}])),
        ("a.json", labelme([labelme_mask()])),
        ("annotations.xml", cvat(CVAT_POLYGON)),
        (
            "annotations.xml",
            cvat('<mask label="lesion" rle="0, 1200" left="10" top="20" width="30" height="40"></mask>'),
        ),
        ("a.txt", YOLO),
    ],
)
def test_every_format_gives_the_pixels_that_were_drawn(tmp_path: Path, name: str, content: object) -> None:
    path = written(tmp_path, name, content)

    np.testing.assert_array_equal(drawn_in(path), square())
    assert Path(read(path).images[0].image_name).stem == "a"


def test_compressed_run_lengths_are_read_as_their_own_tools_write_them() -> None:
    random = np.random.default_rng(3)
    for mask in (
        *(random.random((37, 53)) < share for share in (0.01, 0.3, 0.99)),
        a_mask(900, 1200, radius_px=300),
        np.zeros((5, 7), bool),
        np.ones((5, 7), bool),
    ):
        assert uncompressed(runs_of_tools(mask)["counts"]) == our_run_lengths(mask.T)


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # of COCO's own tools
def test_a_polygon_is_drawn_as_cocos_tools_draw_it(tmp_path: Path) -> None:
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = np.column_stack([64 + 41.3 * np.cos(turn), 48 + 30.7 * np.sin(turn)]).ravel().tolist()
    expected = coco_tools.decode(coco_tools.merge(coco_tools.frPyObjects([ring], *SIZE)))  # type: ignore[arg-type]

    np.testing.assert_array_equal(drawn_in(written(tmp_path, "c.json", coco([ring]))), expected.astype(bool))


def test_ellipses_and_circles_are_outlines(tmp_path: Path) -> None:
    disc = a_mask(*SIZE, radius_px=30)
    for path in (
        written(
            tmp_path, "a.json", labelme([{"shape_type": "circle", "points": [[64.5, 48.5], [94.5, 48.5]]}])
        ),
        written(tmp_path, "a.xml", cvat('<ellipse label="x" cx="64.5" cy="48.5" rx="30" ry="30"/>')),
    ):
        mask = drawn_in(path)
        assert np.count_nonzero(mask & disc) / np.count_nonzero(mask | disc) > 0.98


def test_parts_of_one_label_are_joined_and_several_labels_have_to_be_chosen_from(tmp_path: Path) -> None:
    hair = [[100, 5], [110, 5], [110, 15]]
    shapes = [
        {"shape_type": "polygon", "points": SQUARE[:3]},
        {"shape_type": "polygon", "points": [SQUARE[2], SQUARE[3], SQUARE[0]]},
    ]
    np.testing.assert_array_equal(
        drawn_in(written(tmp_path, "a.json", labelme(shapes))).sum(), pytest.approx(square().sum(), abs=35)
    )
    both = written(
        tmp_path, "b.json", labelme([*shapes, {"shape_type": "polygon", "points": hair, "label": "hair"}])
    )
    (image,) = read(both).images
    with pytest.raises(InvalidFieldError, match=r"several labels \(lesion, hair\)"):
        image.mask_at(SIZE)
    assert not image.mask_at(SIZE, "Lesion")[5:15, 100:110].any()
    with pytest.raises(InvalidFieldError, match="no shape with the label nail"):
        image.mask_at(SIZE, "nail")


def test_outlines_are_drawn_larger_where_the_image_is(tmp_path: Path) -> None:
    twice = square().repeat(2, axis=0).repeat(2, axis=1)
    for content in (coco([FLAT]), coco(runs_of_tools(square()))):
        np.testing.assert_array_equal(drawn_in(written(tmp_path, "c.json", content), (192, 256)), twice)


def test_boxes_and_points_are_left_out_and_that_is_said(tmp_path: Path) -> None:
    found = read(
        written(
            tmp_path, "a.xml", cvat(f'{CVAT_POLYGON}<box label="lesion" xtl="1" ytl="1" xbr="5" ybr="5"/>')
        )
    )

    assert (len(found.images), found.notes) == (1, ("1 box is no outline and left out.",))
    only_boxes = read(written(tmp_path, "a.txt", "0 0.5 0.5 0.2 0.2\n"))
    assert (only_boxes.images, only_boxes.notes) == ((), ("1 box is no outline and left out.",))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", coco([[1, 2, 3, 4]]), "2 points encloses nothing"),
        ("a.json", coco([[1, 2, 3, 4, 5]]), "pairs of numbers"),
        ("a.json", coco([[1, 2, float("nan"), 4, 5, 6]]), "NaN"),
        ("a.json", coco([[1, 2, "x", 4, 5, 6]]), "no pair of numbers"),
        ("a.json", coco({"size": [96, 100], "counts": [9600]}), "run lengths are of 100 x 96 px"),
        ("a.json", coco({"size": [96, 128], "counts": [10, 5]}), "cover 15 pixels instead of 12288"),
        ("a.json", coco({"size": [96, 128], "counts": [-5, 12293]}), "no whole number from 0"),
        ("a.json", coco({"size": [96, 128], "counts": "~~~~"}), "damaged"),
        ("a.json", coco({"size": [96, 128], "counts": "oooooooooooooo"}), "damaged"),
        ("a.json", coco({"size": "large", "counts": "1"}), "do not say"),
        ("a.json", labelme([{"shape_type": "polygon", "points": [[1, 2]]}]), "1 points encloses"),
        ("a.json", labelme([{"shape_type": "mask", "points": [[1, 2], [3, 4]], "mask": "AAAA"}]), "damaged"),
        ("a.json", labelme([{"shape_type": "mask", "points": [[1, 2], [3, 4]], "mask": "?"}]), "damaged"),
        ("a.json", labelme([{"shape_type": "hexagon", "points": SQUARE}]), "kind “hexagon” is not known"),
        ("a.xml", cvat('<polygon label="x" points="1,2;3,4"/>'), "2 points encloses"),
        ("a.xml", cvat('<mask rle="0, 3" left="0" top="0" width="2" height="2"/>'), "cover 3 pixels"),
        (
            "a.xml",
            cvat('<mask rle="0, 4" left="a" top="0" width="2" height="2"/>'),
            "left of an image",
        ),
        ("a.json", coco([[10**400, 2, 3, 4, 5, 6]]), "no pair of numbers"),
        ("a.json", coco([FLAT], size=(10**400, 10**400)), "no image has"),
        ("a.json", coco([FLAT], size=(960_000, 1_280_000)), "no image has"),
        ("a.json", labelme([{"shape_type": "circle", "points": [[10**400, 2], [3, 4]]}]), "not two points"),
        ("a.xml", cvat(CVAT_POLYGON).replace('width="128"', 'width="0"'), "no image has"),
        ("a.xml", cvat(f'<mask rle="{"9" * 5000}" left="0" top="0" width="2" height="2"/>'), "longer than"),
        ("a.txt", "0 0.1 0.1 0.2 nan 0.3 0.3\n", "Line 1: A point of an outline is no number"),
        ("a.txt", "0 0.1 0.1 0.2 0.2\n1 0.1 0.2 0.3 0.4 0.5\n", "Line 2: the numbers are no pairs"),
    ],
)
def test_a_shape_that_is_none_gives_up_its_image_with_the_reason(
    tmp_path: Path, name: str, content: object, said: str
) -> None:
    found = read(written(tmp_path, name, content))

    assert found.images == ()
    assert [said in refusal.sentence for refusal in found.refused] == [True]


@pytest.mark.parametrize(
    "content",
    [
        coco([[float(number) + 200 for number in FLAT]]),
        labelme([{**labelme_mask(), "points": [[110, 20], [139, 59]]}]),
    ],
)
def test_a_shape_beyond_the_image_is_refused(tmp_path: Path, content: object) -> None:
    (image,) = read(written(tmp_path, "a.json", content)).images

    with pytest.raises(InvalidFieldError, match="px beyond the image"):
        image.mask_at(SIZE)


def test_a_hand_that_slips_over_the_edge_is_cut_there(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", coco([[-1.5, -1.0, 40, -1, 40, 60, -1.5, 60]]))

    assert drawn_in(path).sum() == 40 * 60


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE annotations [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    "<annotations><image>&b;</image></annotations>"
)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", '{"images": [', r"no JSON that can be read \(line 1\)"),
        ("a.json", "[1, 2]", "holds no object"),
        ("a.json", '{"a": ' * 50_000, "nested too deeply"),
        ("a.json", {"images": [], "boxes": []}, "neither one of COCO instances nor one of labelme"),
        ("a.json", {"images": [{"id": 1}], "annotations": []}, "no id or no file name"),
        ("a.json", {"images": [], "annotations": [{"image_id": 4}]}, "does not name"),
        ("a.json", {"images": [1], "annotations": []}, "no list of objects"),
        ("a.xml", ENTITIES, "entities or a DTD"),
        ("a.xml", '<!DOCTYPE annotations SYSTEM "x.dtd"><annotations/>', "entities or a DTD"),
        ("a.xml", "<annotations><image></annotations>", r"damaged \(line 1\)"),
        ("a.xml", '<?xml version="1.0" encoding="shift_jis"?><annotations/>', "encoding"),
        ("a.xml", '<?xml version="1.0" encoding="bogus"?><annotations/>', "encoding"),
        ("a.xml", "<svg></svg>", "none of CVAT"),
        ("a.xml", "<annotations><track></track></annotations>", "CVAT for video"),
        ("a.xml", "<annotations><image width='3'/></annotations>", "has no name"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_in_a_sentence(
    tmp_path: Path, name: str, content: object, said: str
) -> None:
    with pytest.raises(UnreadableFileError, match=said):
        read_outlines(written(tmp_path, name, content))


@pytest.mark.parametrize(("name", "content"), [("classes.txt", "lesion\nhair\n"), ("a.png", "no text")])
def test_files_that_hold_no_outlines_are_none(tmp_path: Path, name: str, content: str) -> None:
    assert read_outlines(written(tmp_path, name, content)) is None
