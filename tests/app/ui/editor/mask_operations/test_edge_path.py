import cv2
import numpy as np
import pytest
from PIL import Image

import resources
from app.ui.editor.mask_operations.edge_path import EdgePaths
from app.ui.editor.raster import outline_spans
from models.contract.arrays import RgbImage
from models.contract.imaging.regions import largest_component
from models.contract.metrics import iou


def disk_image(height_px: int, width_px: int) -> tuple[RgbImage, float]:
    """Return skin with a dark disk in its middle, and the disk's radius."""
    radius = 0.3 * height_px
    rows, columns = np.mgrid[:height_px, :width_px]
    distance = np.hypot(columns + 0.5 - width_px / 2, rows + 0.5 - height_px / 2)
    share = np.clip(distance - radius + 0.5, 0, 1)[..., None]
    pixels = (1 - share) * (110, 75, 60) + share * (215, 170, 150)
    noise = np.random.default_rng(3).normal(0, 6, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8), radius


@pytest.mark.parametrize("size", [(300, 400), (1500, 2000)], ids=["small", "large"])
def test_the_refined_way_lies_on_the_edge_at_every_size(size: tuple[int, int]) -> None:
    pixels, radius = disk_image(*size)
    centre = np.array([size[1] / 2, size[0] / 2])
    paths = EdgePaths(pixels, pixels)
    # A hand that is not quite on the edge.
    start, end = centre + np.array([radius, 0]), centre - np.array([0, radius * 1.01])
    paths.start_at((start[0], start[1]))
    rough = paths.path_to((end[0], end[1]))
    way = np.array(paths.refined(rough))
    off = np.abs(np.hypot(*(way[2:-2] - centre).T) - radius)
    assert len(way) > 20
    assert np.median(off) < 0.7
    assert off.max() < 0.02 * radius + 1.5
    angles = np.degrees(np.arctan2(*(centre - way).T[::-1]))
    assert angles.max() - angles.min() < 275


def test_another_anchor_begins_another_way() -> None:
    pixels, radius = disk_image(300, 400)
    paths = EdgePaths(pixels, pixels)
    for anchor_xy in ((200 + radius, 150.0), (200 - radius, 150.0)):
        paths.start_at(anchor_xy)
        way = paths.path_to((200.0, 150 - radius))
        assert way[0] == anchor_xy
        assert way[-1] == (200.0, 150 - radius)


def test_a_way_to_where_it_begins_is_short_and_one_beside_the_image_ends_at_its_frame() -> None:
    pixels = disk_image(60, 80)[0]
    paths = EdgePaths(pixels, pixels)
    assert paths.path_to((3.0, 3.0)) == [(3.0, 3.0)]
    paths.start_at((10.0, 10.0))
    assert paths.path_to((10.2, 10.2)) == [(10.0, 10.0), (10.2, 10.2)]
    assert paths.refined([(10.0, 10.0), (10.2, 10.2)]) == [(10.0, 10.0), (10.2, 10.2)]
    assert len(paths.path_to((80.0, 60.0))) > 2


def test_an_image_of_one_colour_is_crossed_without_fail() -> None:
    pixels = np.full((40, 50, 3), 128, dtype=np.uint8)
    paths = EdgePaths(pixels, pixels)
    paths.start_at((5.0, 5.0))
    assert paths.refined(paths.path_to((45.0, 35.0)))[-1] == (45.0, 35.0)
    one_pixel = np.zeros((1, 1, 3), dtype=np.uint8)
    tiny = EdgePaths(one_pixel, one_pixel)
    tiny.start_at((0.5, 0.5))
    assert tiny.path_to((0.9, 0.9))


def test_hair_does_not_lead_the_way_aside_on_a_real_image() -> None:
    image, wanted = (
        np.asarray(Image.open(resources.path("learning", folder, f"ISIC_0013330.{ending}")).convert(mode))
        for folder, ending, mode in (("images", "jpg", "RGB"), ("masks", "png", "L"))
    )
    lesion = largest_component(wanted > 127)
    outlines, _ = cv2.findContours(lesion.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    border = max(outlines, key=len)[:, 0]
    places = np.linspace(0, len(border), 6, endpoint=False).astype(int)
    anchors = [(x + 0.5, y + 0.5) for x, y in border[places].tolist()]
    paths, way = EdgePaths(image, image), list[tuple[float, float]]()
    for start_xy, end_xy in zip(anchors, [*anchors[1:], anchors[0]], strict=True):
        paths.start_at(start_xy)
        way += paths.refined(paths.path_to(end_xy))[:-1]
    drawn = np.zeros(lesion.shape, np.bool_)
    outline_spans(way, drawn.shape).fill(drawn, value=True)
    # With the hair in it was 0.71.
    assert iou(drawn, lesion) > 0.77
